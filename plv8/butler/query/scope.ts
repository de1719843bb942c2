/** Which collections a search for datasets looks in, as SQL whose size does not depend on how many they are. */
import { expandCollections, isGlob, namedCollections } from '../collections.ts';
import { butlerError } from '../errors.ts';
import { type CollectionType, collectionTypeName, collectionTypes, type Registry } from '../registry.ts';
import type { Parameters } from '../statement.ts';

export interface Scope {
  /** Collections as they were named, in order; each chain stands for its members. */
  readonly roots: readonly Root[];
  /** Types of the collections that are searched, none of them CHAINED. */
  readonly types: ReadonlySet<CollectionType>;
}

interface Root {
  readonly id: bigint;
  readonly isChain: boolean;
}

/** What restricts a column to the collections of a scope. */
export interface Members {
  readonly from: readonly string[];
  readonly where: readonly string[];
  /** How early a collection is searched; absent where there is but one, or where order does not matter. */
  readonly rank?: string;
}

/**
 * The collections of a list of names and patterns.
 *
 * @param ordered whether the first collection that has a dataset wins: patterns are then refused
 * @throws MissingCollectionError, InvalidQueryError
 */
export function resolveScope(
  registry: Registry,
  names: readonly string[],
  { ordered }: { readonly ordered: boolean },
): Scope {
  const glob = names.find(isGlob);
  if (glob !== undefined) {
    if (ordered)
      throw butlerError(
        'InvalidQueryError',
        `a pattern such as '${glob}' names collections without an order, so none of them comes first`,
        { hint: 'Name the collections in order or a chain of them, or write find_first => false.' },
      );
    const found = expandCollections(registry, names, { flattenChains: true });
    return {
      roots: found.map(({ id }) => ({ id, isChain: false })),
      types: new Set(found.map(({ type }) => type)),
    };
  }
  const found = namedCollections(registry, [...new Set(names)]);
  const chains = found.filter(({ type }) => type === 'CHAINED').map(({ id }) => id);
  const types = found.map(({ type }) => type).filter((type) => type !== 'CHAINED');
  return {
    roots: found.map(({ id, type }) => ({ id, isChain: type === 'CHAINED' })),
    types: new Set([...types, ...(chains.length > 0 ? memberTypes(registry, chains) : [])]),
  };
}

function memberTypes(registry: Registry, chains: readonly bigint[]): CollectionType[] {
  return registry
    .rows<{ type: number }>(
      `select distinct c.type
       from ${registry.table('collection_flat')} f
       join ${registry.table('collection')} c on c.collection_id = f.child
       where f.parent = any($1::int8[])`,
      [chains],
    )
    .map(({ type }) => collectionTypeName(type));
}

/** A scope of single collections without those that hold nothing of a dataset type; summaries may name too many. */
export function prune(registry: Registry, scope: Scope, datasetType: bigint): Scope {
  const rows = registry.rows<{ id: bigint; type: number }>(
    `select c.collection_id as id, c.type
     from unnest($1::int8[]) with ordinality as n (id, place)
     join ${registry.table('collection_summary_dataset_type')} s
       on s.collection_id = n.id and s.dataset_type_id = $2
     join ${registry.table('collection')} c on c.collection_id = n.id
     order by n.place`,
    [scope.roots.map(({ id }) => id), datasetType],
  );
  return {
    roots: rows.map(({ id }) => ({ id, isChain: false })),
    types: new Set(rows.map(({ type }) => collectionTypeName(type))),
  };
}

/** A collection's rank among several lists: the place of the list before the place in it. */
const placeRank = '(n.place << 32)';

/**
 * SQL that restricts `column`, the id of a collection, to a scope. A chain is one join with `collection_flat`, a list
 * one join with the ranks of all its members.
 */
export function membersOf(
  registry: Registry,
  { roots }: Scope,
  column: string,
  alias: string,
  parameters: Parameters,
): Members {
  const flat = registry.table('collection_flat');
  const ids = (of: readonly Root[]) => parameters.add(`{${of.map(({ id }) => id).join(',')}}`, 'int8[]');
  if (roots.length === 0) return { from: [], where: ['false'] };
  if (roots.length === 1) {
    const id = parameters.add(String(roots[0].id), 'int8');
    return roots[0].isChain
      ? {
          from: [`${flat} ${alias}`],
          where: [`${alias}.parent = ${id}`, `${alias}.child = ${column}`],
          rank: `${alias}.rank`,
        }
      : { from: [], where: [`${column} = ${id}`] };
  }
  const ranked = { where: [`${alias}.child = ${column}`], rank: `${alias}.rank` };
  if (roots.every(({ isChain }) => !isChain))
    return { ...ranked, from: [`unnest(${ids(roots)}) with ordinality as ${alias} (child, rank)`] };
  return {
    ...ranked,
    from: [
      `(
        select coalesce(f.child, n.id) as child, min(${placeRank} + coalesce(f.rank, 0)) as rank
        from unnest(${ids(roots)}) with ordinality as n (id, place)
        join ${registry.table('collection')} c on c.collection_id = n.id
        left join ${flat} f on f.parent = n.id
        where c.type <> ${collectionTypes.CHAINED} or f.child is not null
        group by 1
      ) as ${alias}`,
    ],
  };
}
