/** Tables that the ObsCore tables of one registry share: their collections, what is still to be done, and locks. */
import type { Registry } from '../butler/registry.ts';
import { lockTable, memberTable, pendingTable } from './members.ts';

interface SharedTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly (readonly [name: string, type: string, comment: string])[];
  readonly primaryKey?: readonly string[];
}

const sharedTables: readonly SharedTable[] = [
  {
    name: memberTable,
    comment: 'Collections whose datasets each ObsCore table shows, chains opened; kept by triggers',
    columns: [
      ['table_name', 'name', 'ObsCore table'],
      ['collection_id', 'bigint', 'A collection that is no chain'],
      ['rank', 'integer', 'Smaller ones are searched first; 0 for all where no order counts'],
    ],
    primaryKey: ['table_name', 'collection_id'],
  },
  {
    name: pendingTable,
    comment: 'Datasets whose rows are to be brought up to date by obscore.refresh, or by a rebuild that runs',
    columns: [
      ['table_name', 'name', 'ObsCore table'],
      ['dataset_type_id', 'bigint', 'Type of the dataset'],
      ['dataset_id', 'uuid', 'The dataset, which may be gone'],
    ],
  },
  {
    name: lockTable,
    comment: 'Rows that sessions lock before they decide which dataset of a data ID is found first',
    columns: [
      ['dataset_type_id', 'bigint', 'Type of the datasets'],
      ['data_id', 'bigint', 'Hash of the data ID'],
    ],
    primaryKey: ['dataset_type_id', 'data_id'],
  },
];

/** Makes them where they are not there; whoever may read the registry may read them. */
export function makeSharedTables(registry: Registry): void {
  for (const { name, comment, columns, primaryKey } of sharedTables) {
    const table = registry.table(name);
    const [{ known }] = registry.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
      table,
    ]);
    if (known) continue;
    const parts = columns.map(([column, type]) => `${column} ${type} not null`);
    if (primaryKey) parts.push(`primary key (${primaryKey.join(', ')})`);
    plv8.execute(`create table ${table} (${parts.join(', ')})`);
    plv8.execute(`comment on table ${table} is ${plv8.quote_literal(comment)}`);
    for (const [column, , text] of columns)
      plv8.execute(`comment on column ${table}.${column} is ${plv8.quote_literal(text)}`);
    grantAsRegistry(registry, name);
  }
}

export function dropSharedTables(registry: Registry): void {
  for (const { name } of sharedTables) plv8.execute(`drop table if exists ${registry.table(name)}`);
}

/** Lets those read a relation of the registry who may read its table dataset; its owner alone may write. */
export function grantAsRegistry(registry: Registry, name: string): void {
  const readers = registry.rows<{ grantee: string }>(
    `select distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
     from pg_class c
     cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     where c.oid = $1::regclass and a.privilege_type = 'SELECT'
     order by 1`,
    [registry.table('dataset')],
  );
  for (const { grantee } of readers) plv8.execute(`grant select on ${registry.table(name)} to ${grantee}`);
}
