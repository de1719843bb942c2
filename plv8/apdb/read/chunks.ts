/** Readers of what is to be replicated: the rows of chunks. */
import { type Apdb, q } from '../apdb.ts';
import { list, type Reader, shown } from './reader.ts';

const replicated = {
  DiaObject: { reader: 'get_dia_object_chunks', row: 'dia_object_chunk_row' },
  DiaSource: { reader: 'get_dia_source_chunks', row: 'dia_source_chunk_row' },
  DiaForcedSource: { reader: 'get_dia_forced_source_chunks', row: 'dia_forced_source_chunk_row' },
} as const;

function chunkReader(apdb: Apdb, table: keyof typeof replicated): Reader {
  const columns = shown(apdb, table);
  const chunks = apdb.columns(`${table}Chunks`);
  const chunk = chunks.find(({ name }) => name === 'apdb_replica_chunk')!;
  const key = chunks.filter((column) => column !== chunk).map(({ name }) => `t.${q(name)} = c.${q(name)}`);
  return {
    name: replicated[table].reader,
    args: [['chunks', 'int8[]']],
    row: { name: replicated[table].row, table, columns: [chunk, ...columns] },
    body: `select c.apdb_replica_chunk, ${list(columns, 'r')}
from (select distinct i.id from unnest($1) as i (id) order by i.id) as n
cross join lateral (
  select c.* from ${apdb.table(`${table}Chunks`)} as c where c.apdb_replica_chunk = n.id offset 0
) as c
cross join lateral (
  select t.* from ${apdb.table(table)} as t where ${key.join(' and ')} offset 0
) as r`,
    comment: `Rows of ${table} that came in chunks, each with its chunk, in no order. chunks: as apdb.replica_chunks gives them.`,
  };
}

/** None where the APDB is not made for replication. */
export function chunkReaders(apdb: Apdb): Reader[] {
  if (!apdb.options.enable_replica) return [];
  return (Object.keys(replicated) as (keyof typeof replicated)[]).map((table) => chunkReader(apdb, table));
}
