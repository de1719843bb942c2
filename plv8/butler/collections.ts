/** Which collections a list of names and patterns means, and in which order. */

import { isIndexRowTooLarge } from '../sqlstate.ts';
import { butlerError } from './errors.ts';
import { globMatch, isGlob } from './globs.ts';
import {
  type Collection,
  type CollectionType,
  collectionTypeName,
  collectionTypes,
  type Registry,
} from './registry.ts';

export { isGlob } from './globs.ts';

interface CollectionRow {
  readonly id: bigint;
  readonly name: string;
  readonly type: number;
  readonly doc: string | null;
}

const columns = 'c.collection_id as id, c.name, c.type, c.doc';

function toCollection({ id, name, type, doc }: CollectionRow): Collection {
  return { id, name, type: collectionTypeName(type), doc };
}

/** @throws CollectionExpressionError for NULL */
export function givenName(name: string | null): string {
  if (name === null) throw butlerError('CollectionExpressionError', 'the name of a collection is NULL');
  return name;
}

/**
 * A list of names as SQL gave it, without repetition; the first of each counts.
 * @throws CollectionExpressionError for NULL
 */
export function givenNames(names: readonly (string | null)[] | null): string[] {
  if (names === null) throw butlerError('CollectionExpressionError', 'the list of collections is NULL');
  return [...new Set(names.map(givenName))];
}

/** @throws CollectionTypeError where it is not the name of a type; case does not count */
export function givenType(type: string | null): CollectionType {
  const name = type?.toUpperCase();
  if (name === undefined || !Object.hasOwn(collectionTypes, name))
    throw butlerError('CollectionTypeError', `there is no type of collection '${type ?? 'NULL'}'`, {
      hint: `The types are ${Object.keys(collectionTypes).join(', ')}.`,
    });
  return name as CollectionType;
}

/**
 * Makes a collection, and returns whether it is new: one that has the name stays as it is, whatever its type.
 * @throws CollectionExpressionError for a name that is empty or too long
 */
export function registerCollection(
  registry: Registry,
  name: string,
  type: CollectionType,
  doc: string | null,
): boolean {
  if (name === '') throw butlerError('CollectionExpressionError', 'the name of a collection is empty');
  const collection = registry.table('collection');
  try {
    const made = registry.rows(
      `with made as (
         insert into ${collection} (collection_id, name, type, doc)
         select nextval($1::regclass), $2::text, $3::int2, $4::text
         where not exists (select from ${collection} where name = $2::text)
         on conflict (name) do nothing
         returning collection_id
       ), run as (
         insert into ${registry.table('run')} (collection_id)
         select collection_id from made where $3::int2 = ${collectionTypes.RUN}
       )
       select from made`,
      [registry.table('collection_seq_collection_id'), name, collectionTypes[type], doc],
    );
    return made.length > 0;
  } catch (error) {
    if (isIndexRowTooLarge(error))
      throw butlerError(
        'CollectionExpressionError',
        `the name of a collection has ${name.length} characters, too many for an index`,
      );
    throw error;
  }
}

/**
 * Collections of these names, in their order.
 * @throws MissingCollectionError
 */
export function namedCollections(registry: Registry, names: readonly string[]): Collection[] {
  if (names.length === 0) return [];
  const rows = registry.rows<CollectionRow & { given: string }>(
    `select n.name as given, ${columns}
     from unnest($1::text[]) with ordinality as n (name, place)
     left join ${registry.table('collection')} c on c.name = n.name
     order by n.place`,
    [names],
  );
  const missing = rows.find(({ id }) => id === null);
  if (missing) throw butlerError('MissingCollectionError', `no collection is named '${missing.given}'`);
  return rows.map(toCollection);
}

/**
 * The collections, none of them a chain, in which a search by these names looks, in the order in which it does: chains
 * are flattened depth first, and the first occurrence of a collection wins. Patterns are not taken.
 * @throws MissingCollectionError
 */
export function searchOrder(registry: Registry, names: readonly string[]): Collection[] {
  return opened(registry, namedCollections(registry, names)).filter(({ type }) => type !== 'CHAINED');
}

/**
 * The collections that a list of names and patterns means: first all that match a pattern, by name, then the explicit
 * names in their order, each collection once.
 *
 * @param options.types only collections of these types; chains are opened whatever the types are
 * @param options.flattenChains put the members of a chain in its place, depth first
 * @param options.includeChains keep the chains themselves, before their members; by default only when they are not flattened
 * @throws MissingCollectionError for an explicit name that does not exist; a pattern may match nothing
 */
export function expandCollections(
  registry: Registry,
  expression: readonly string[],
  options: {
    readonly types?: readonly CollectionType[];
    readonly flattenChains?: boolean;
    readonly includeChains?: boolean;
  } = {},
): Collection[] {
  const { types, flattenChains = false, includeChains = !flattenChains } = options;
  const matched = matchingCollections(registry, expression.filter(isGlob));
  const named = namedCollections(
    registry,
    expression.filter((name) => !isGlob(name)),
  );
  const roots = [...matched, ...named];
  return (flattenChains ? opened(registry, roots) : unique(roots)).filter(
    ({ type }) => (type !== 'CHAINED' || includeChains) && (types === undefined || types.includes(type)),
  );
}

function unique(collections: readonly Collection[]): Collection[] {
  return [...new Map(collections.map((collection) => [collection.id, collection])).values()];
}

/** Collections, each chain followed by all that is below it, depth first; the first occurrence wins. */
function opened(registry: Registry, roots: readonly Collection[]): Collection[] {
  const children = chainsBelow(registry, roots);
  const found = new Map<bigint, Collection>();
  const visit = (collection: Collection) => {
    if (found.has(collection.id)) return;
    found.set(collection.id, collection);
    for (const child of children.get(collection.id) ?? []) visit(child);
  };
  for (const root of roots) visit(root);
  return [...found.values()];
}

function matchingCollections(registry: Registry, globs: readonly string[]): Collection[] {
  const matches = globs.map(globMatch).filter((match) => match !== 'none');
  if (matches.length === 0) return [];
  const values: string[] = [];
  const conditions: string[] = [];
  if (!matches.includes('all'))
    for (const match of matches) {
      if (match === 'all') continue;
      conditions.push(`c.name ${match.operator} $${values.push(match.pattern)}`);
    }
  return registry
    .rows<CollectionRow>(
      `select ${columns} from ${registry.table('collection')} c
       ${conditions.length > 0 ? `where ${conditions.join(' or ')}` : ''}
       order by c.name collate "C"`,
      values,
    )
    .map(toCollection);
}

/** Children in order of every chain that is one of these collections or below one, by the chain's id. */
export function chainsBelow(registry: Registry, roots: readonly Collection[]): Map<bigint, Collection[]> {
  const children = new Map<bigint, Collection[]>();
  // A level at a time: of a recursive query the planner expects millions of rows, and makes room for them.
  let level = roots.filter(({ type }) => type === 'CHAINED');
  while (level.length > 0) {
    for (const { id } of level) children.set(id, []);
    const rows = registry.rows<CollectionRow & { parent: bigint }>(
      `select l.parent, ${columns}
       from ${registry.table('collection_chain')} l
       join ${registry.table('collection')} c on c.collection_id = l.child
       where l.parent = any($1::int8[])
       order by l.parent, l.position`,
      [level.map(({ id }) => id)],
    );
    const found = new Map<bigint, Collection>();
    for (const row of rows) {
      const child = toCollection(row);
      children.get(row.parent)!.push(child);
      if (child.type === 'CHAINED' && !children.has(child.id)) found.set(child.id, child);
    }
    level = [...found.values()];
  }
  return children;
}
