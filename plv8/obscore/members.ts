/**
 * The collections whose datasets an ObsCore table shows: what its configuration names, chains opened, in the order in
 * which datasets are found first. They are kept in almagest_obscore_member, because triggers ask for them by the row.
 */
import { butlerError } from '../butler/errors.ts';
import { collectionTypeName, collectionTypes, type Registry } from '../butler/registry.ts';
import type { Definition } from './definition.ts';
import { sqlText } from './format/compile.ts';
import { pythonRegex } from './python_regex.ts';

/** Names of a registry's tables that its ObsCore tables share. */
export const memberTable = 'almagest_obscore_member';
export const pendingTable = 'almagest_obscore_pending';
export const lockTable = 'almagest_obscore_lock';

export interface Member {
  readonly id: bigint;
  /** Smaller ones are searched first; 0 for all where no order counts. */
  readonly rank: number;
}

export interface MemberChange {
  readonly id: bigint;
  readonly change: 'added' | 'removed' | 'moved';
}

/**
 * That the collections that a configuration names are there.
 * @throws MissingCollectionError; CollectionTypeError where the one of a TAGGED table is no such collection
 */
export function requireCollections({ registry, config }: Pick<Definition, 'registry' | 'config'>): void {
  if (config.collectionType === 'RUN') return;
  const rows = registry.rows<{ name: string; type: number | null }>(
    `select n.name, c.type
     from unnest($1::text[]) with ordinality as n (name, place)
     left join ${registry.table('collection')} c on c.name = n.name
     order by n.place`,
    [config.collections],
  );
  for (const { name, type } of rows) {
    if (type === null)
      throw butlerError('MissingCollectionError', `no collection is named '${name}'`, {
        hint: 'The configuration names it under collections.',
      });
    if (config.collectionType === 'TAGGED' && type !== collectionTypes.TAGGED)
      throw butlerError(
        'CollectionTypeError',
        `collection '${name}' is ${collectionTypeName(type)}, and the configuration has collection_type TAGGED`,
        { hint: 'Leave collection_type out for names of any kind.' },
      );
  }
}

/** Expressions by their text: they are asked for every run. */
const expressions = new Map<string, RegExp>();

/** Whether one of the expressions matches a whole name, or there is none. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return (
    patterns.length === 0 ||
    patterns.some((pattern) => {
      let expression = expressions.get(pattern);
      if (!expression) {
        expression = pythonRegex(pattern);
        expressions.set(pattern, expression);
      }
      return expression.test(name);
    })
  );
}

/** Runs whose whole name matches one of the expressions; all where there is none. */
function matchingRuns(
  registry: Registry,
  patterns: readonly string[],
  only: readonly bigint[] | null,
): Member[] {
  return registry
    .rows<{ id: bigint; name: string }>(
      `select collection_id as id, name from ${registry.table('collection')}
       where type = ${collectionTypes.RUN} and ($1::int8[] is null or collection_id = any($1::int8[]))
       order by collection_id`,
      [only],
    )
    .filter(({ name }) => matchesAny(name, patterns))
    .map(({ id }) => ({ id, rank: 0 }));
}

/** A query of the named collections that exist, in their order, with the members of chains in their place: id, rank. */
function namedMembers(registry: Registry, names: readonly string[], tagged: boolean): string {
  const searched = `(${collectionTypes.RUN}, ${collectionTypes.TAGGED})`;
  const collection = registry.table('collection');
  return `with named as materialized (
       select c.collection_id, c.type, n.place
       from unnest(${textArray(names)}) with ordinality as n (name, place)
       join ${collection} c on c.name = n.name
       where ${!tagged} or c.type = ${collectionTypes.TAGGED}
     ), found as (
       select collection_id as id, place, 0 as rank from named where type in ${searched}
       union all
       select f.child, n.place, f.rank
       from named n
       join ${registry.table('collection_flat')} f on f.parent = n.collection_id
       join ${collection} c on c.collection_id = f.child
       where n.type = ${collectionTypes.CHAINED} and c.type in ${searched}
     ), first as (
       select distinct on (id) id, place, rank from found order by id, place, rank
     )
     select id, (row_number() over (order by place, rank) - 1)::int4 as rank from first order by place, rank`;
}

function textArray(texts: readonly string[]): string {
  return `array[${texts.map(sqlText).join(', ')}]::text[]`;
}

/** A query of the members that a definition asks for, as almagest_obscore_member has them, of the moment it is run. */
export function membersQuery({ registry, tableName, config }: Definition): string {
  const { collectionType, collections } = config;
  const found =
    collectionType === 'RUN'
      ? `select collection_id as id, 0 as rank from ${registry.table('collection')}
         where type = ${collectionTypes.RUN} and obscore._full_match(name, ${textArray(collections)})`
      : namedMembers(registry, collections, collectionType === 'TAGGED');
  return `select ${sqlText(tableName)}::name as table_name, w.id as collection_id, w.rank from (${found}) w`;
}

/** The members that a definition asks for now, in order. */
export function wantedMembers(
  { registry, config }: Pick<Definition, 'registry' | 'config'>,
  only: readonly bigint[] | null = null,
): Member[] {
  return config.collectionType === 'RUN'
    ? matchingRuns(registry, config.collections, only)
    : registry.rows<Member & object>(
        namedMembers(registry, config.collections, config.collectionType === 'TAGGED'),
      );
}

/** Places of a longest subsequence that increases strictly. */
export function increasing(values: readonly number[]): Set<number> {
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  values.forEach((value, place) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]] < value) low = middle + 1;
      else high = middle;
    }
    before[place] = ends[low - 1];
    ends[low] = place;
  });
  const kept = new Set<number>();
  for (let place = ends.at(-1); place !== undefined; place = before[place]) kept.add(place);
  return kept;
}

/**
 * What differs between two lists. Moved are so few that the others keep their order among themselves: where a run is
 * put before all others, it alone is told.
 */
export function memberChanges(old: readonly Member[], wanted: readonly Member[]): MemberChange[] {
  const ranks = new Map(old.map(({ id, rank }) => [id, rank]));
  const stay = wanted.filter(({ id }) => ranks.has(id));
  const ordered = stay.some(({ rank }) => rank !== 0);
  const kept = ordered ? increasing(stay.map(({ id }) => ranks.get(id)!)) : undefined;
  const now = new Set(wanted.map(({ id }) => id));
  return [
    ...old.filter(({ id }) => !now.has(id)).map(({ id }) => ({ id, change: 'removed' as const })),
    ...wanted.filter(({ id }) => !ranks.has(id)).map(({ id }) => ({ id, change: 'added' as const })),
    ...stay
      .filter((_, place) => kept && !kept.has(place))
      .map(({ id }) => ({ id, change: 'moved' as const })),
  ];
}

/**
 * Brings almagest_obscore_member up to date.
 * @param options.only collections that alone can have changed, such as new ones; null for all
 * @param options.alone nobody else can see these members: edits of chains need not be waited for
 */
export function refreshMembers(
  definition: Definition,
  { only = null, alone = false }: { readonly only?: readonly bigint[] | null; readonly alone?: boolean } = {},
): MemberChange[] {
  const { registry, tableName, config } = definition;
  const isRun = config.collectionType === 'RUN';
  if (only !== null && !isRun && !isNamed(definition, only)) return [];
  // Edits of chains are one after the other by this row: who waited for it sees what the one before made.
  if (!isRun && !alone) registry.rows(`select from ${registry.table('collection_flat_edit')} for update`);
  const table = registry.table(memberTable);
  const old = registry.rows<{ id: bigint; rank: number }>(
    `select collection_id as id, rank from ${table}
     where table_name = $1::name and ($2::int8[] is null or collection_id = any($2::int8[]))
     order by rank, collection_id`,
    [tableName, isRun ? only : null],
  );
  const wanted = wantedMembers(definition, only);
  const changes = memberChanges(old, wanted);
  const removed = changes.filter(({ change }) => change === 'removed').map(({ id }) => id);
  if (removed.length > 0)
    registry.rows(`delete from ${table} where table_name = $1::name and collection_id = any($2::int8[])`, [
      tableName,
      removed,
    ]);
  const ranks = new Map(old.map(({ id, rank }) => [id, rank]));
  const changed = wanted.filter(({ id, rank }) => ranks.get(id) !== rank);
  if (changed.length > 0)
    registry.rows(
      `insert into ${table} (table_name, collection_id, rank)
       select $1::name, n.id, n.rank from unnest($2::int8[], $3::int4[]) as n (id, rank)
       order by n.id
       on conflict (table_name, collection_id) do update set rank = excluded.rank`,
      [tableName, changed.map(({ id }) => id), changed.map(({ rank }) => rank)],
    );
  return changes;
}

/** Whether the configuration names one of these collections, or the table has it as a member. */
function isNamed({ registry, tableName, config }: Definition, ids: readonly bigint[]): boolean {
  return (
    registry.rows(
      `select from ${registry.table('collection')} where collection_id = any($1::int8[]) and name = any($2::text[])
       union all
       select from ${registry.table(memberTable)} where collection_id = any($1::int8[]) and table_name = $3::name
       limit 1`,
      [ids, config.collections, tableName],
    ).length > 0
  );
}
