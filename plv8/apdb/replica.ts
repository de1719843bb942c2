/** The tables of replication: which rows belong to which chunk of time, as the client makes them. */
import type { Apdb } from './apdb.ts';
import type { TableSpec } from './ddl.ts';
import { type ColumnRow, columnOf, type Table } from './schema/definition.ts';

const chunk: ColumnRow = [
  'apdb_replica_chunk',
  'int8 not null',
  's',
  '',
  'Chunk: TAI seconds since 1970 at its beginning',
];

const replicaChunks: TableSpec = {
  name: 'ApdbReplicaChunks',
  description: 'Chunks of time whose rows are to be replicated',
  columns: [
    chunk,
    [
      'last_update_time',
      'timestamptz not null',
      '',
      '',
      'When rows were last added to it, TAI written as UTC',
    ] as const,
    ['unique_id', 'uuid not null', '', '', 'New whenever rows are added to it'] as const,
  ].map(columnOf),
  primaryKey: ['apdb_replica_chunk'],
  indexes: [],
};

const updateRecords: TableSpec = {
  name: 'ApdbUpdateRecordChunks',
  description: 'Changes of rows that were stored before, to be replicated',
  columns: [
    chunk,
    ['update_time_ns', 'int8 not null', 'ns', '', 'When the change was made: TAI since 1970'] as const,
    ['update_order', 'int4 not null', '', '', 'Place of the change among those of one time'] as const,
    ['update_unique_id', 'uuid not null', '', '', 'New for each change'] as const,
    ['update_payload', 'varchar not null', '', '', 'The change as JSON'] as const,
  ].map(columnOf),
  primaryKey: ['apdb_replica_chunk', 'update_time_ns', 'update_order', 'update_unique_id'],
  indexes: [],
};

/** Which rows of a table, named by its key, belong to which chunk. */
function rowChunks(apdb: Apdb, table: Table): TableSpec {
  const name = `${table.name}Chunks`;
  const key = table.primaryKey.map((column) => table.columns.find((other) => other.name === column)!);
  return {
    name,
    description: `Chunks of the rows of ${table.name}`,
    columns: [columnOf(chunk), ...key],
    primaryKey: table.primaryKey,
    indexes: [
      // The client writes the prefix of these twice.
      { name: `${apdb.prefix}${name}_apdb_replica_chunk_idx`, columns: ['apdb_replica_chunk'] },
    ],
    foreignKeys: [
      { name: `${name}_fk_${table.name}`, columns: table.primaryKey, table: table.name },
      {
        name: `${name}_fk_${apdb.prefix}ApdbReplicaChunks`,
        columns: ['apdb_replica_chunk'],
        table: 'ApdbReplicaChunks',
      },
    ],
  };
}

/** The tables in the order in which they are made. */
export function replicaTablesOf(apdb: Apdb, tables: readonly Table[]): TableSpec[] {
  const replicated = ['DiaObject', 'DiaSource', 'DiaForcedSource'].map(
    (name) => tables.find((table) => table.name === name)!,
  );
  return [replicaChunks, ...replicated.map((table) => rowChunks(apdb, table)), updateRecords];
}
