/** Collections that come to an ObsCore table, leave it, or move in its order. */
import type { Registry } from '../../butler/registry.ts';
import { Failure } from '../../failure.ts';
import type { Definition } from '../definition.ts';
import { type MemberChange, memberTable, refreshMembers } from '../members.ts';
import { applyMembers } from '../refresh.ts';
import { keptDefinitions } from './subjects.ts';

/** What a transaction did to collections. */
export interface CollectionEdits {
  readonly made: readonly bigint[];
  readonly renamed: readonly bigint[];
  readonly removed: readonly bigint[];
  /** Whether it edited chains. */
  readonly chains: boolean;
}

/**
 * Brings the members of an ObsCore table up to date, and the rows of all datasets in those that changed.
 * @returns rows changed
 */
export function followCollections(definition: Definition, edits?: CollectionEdits): bigint {
  const { registry } = definition;
  const { made = [], renamed = [], removed = [] } = edits ?? {};
  const isNamed = definition.config.collectionType !== 'RUN';
  // A collection that is named may be a chain.
  const all = edits === undefined || isNamed;
  const changes = refreshMembers(definition, all ? {} : { only: [...made, ...renamed, ...removed] });
  const concerned = [...changes, ...renamedMembers(definition, renamed, changes)];
  if (concerned.length === 0) return 0n;
  lockCollections(registry, concerned, made);
  return applyMembers(definition, concerned);
}

/** Rows may show the name of the run. */
function renamedMembers(
  { registry, tableName }: Definition,
  renamed: readonly bigint[],
  changes: readonly MemberChange[],
): MemberChange[] {
  if (renamed.length === 0) return [];
  const known = new Set(changes.map(({ id }) => id));
  return registry
    .rows<{ id: bigint }>(
      `select m.collection_id as id
       from ${registry.table(memberTable)} m
       where m.table_name = $1::name and m.collection_id = any($2::int8[])`,
      [tableName, renamed],
    )
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ id, change: 'moved' as const }));
}

/**
 * Waits for who adds datasets to these collections or takes some out, and keeps others off until the transaction
 * ends: they have the collections' rows locked FOR KEY SHARE.
 */
function lockCollections(
  registry: Registry,
  changes: readonly MemberChange[],
  made: readonly bigint[],
): void {
  const ids = changes.map(({ id }) => id);
  const locked = registry.rows<{ id: bigint }>(
    `select collection_id as id from ${registry.table('collection')}
     where collection_id = any($1::int8[]) order by collection_id for update`,
    [ids],
  );
  const [{ isolation }] = registry.rows<{ isolation: string }>(
    `select current_setting('transaction_isolation') as isolation`,
  );
  if (isolation === 'read committed' || locked.every(({ id }) => made.includes(id))) return;
  throw new Failure(
    '40001',
    'collections of an ObsCore table were edited, and datasets that other sessions register meanwhile could be missed',
    { hint: 'Edit the collections in a transaction of READ COMMITTED.' },
  );
}

/** Follows the edits of a transaction in all tables that are kept live; others do so when they are refreshed. */
export function followEdits(registry: Registry, edits: CollectionEdits): void {
  for (const definition of keptDefinitions(registry))
    if (definition.mode === 'live' && isConcerned(definition, edits)) followCollections(definition, edits);
}

function isConcerned({ config }: Definition, { made, renamed, removed, chains }: CollectionEdits): boolean {
  return made.length + renamed.length + removed.length > 0 || (chains && config.collectionType !== 'RUN');
}
