/** Types of the rows that readers give: named, for a function with a hundred columns in its result cannot be looked at. */
import { type ActualColumn, type Apdb, q } from '../apdb.ts';
import { columnComments } from '../views.ts';

const descriptions = {
  dia_object_row: 'A version of an object, as get_dia_objects gives it',
  dia_object_dedup_row:
    'What deduplication looks at of a version of an object, as get_dia_objects_for_dedup gives it',
  dia_source_row:
    'A detection in a difference image, as get_dia_sources and get_dia_sources_for_dia_objects give it',
  dia_forced_source_row:
    'Photometry in a difference image at the position of a known object, as get_dia_forced_sources gives it',
  dia_object_chunk_row:
    'A version of an object with its chunk of replication, as get_dia_object_chunks gives it',
  dia_source_chunk_row: 'A detection with its chunk of replication, as get_dia_source_chunks gives it',
  dia_forced_source_chunk_row:
    'Forced photometry with its chunk of replication, as get_dia_forced_source_chunks gives it',
} as const;

type RowTypeName = keyof typeof descriptions;

/** All that an APDB can have, whatever its options. */
export const rowTypeNames = Object.keys(descriptions) as readonly RowTypeName[];

export interface RowType {
  readonly name: RowTypeName;
  /** Whose columns they are, and say what they are. */
  readonly table: string;
  readonly columns: readonly ActualColumn[];
}

const chunkComment = 'Chunk in which the row came, as apdb.replica_chunks gives it [; meta.id]';

/** Whether the type is there with just these columns. */
export function isMade(apdb: Apdb, { name, columns }: RowType): boolean {
  const there = apdb.rows<{ name: string; type: string }>(
    `select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.oid = to_regclass($1) and c.relkind = 'c' and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [apdb.own(name)],
  );
  return (
    JSON.stringify(there) ===
    JSON.stringify(columns.map((column) => ({ name: column.name, type: column.type })))
  );
}

/** The statement that makes the type. */
export function createRowType(apdb: Apdb, { name, columns }: RowType): string {
  return `create type ${apdb.own(name)} as (${columns.map((column) => `${q(column.name)} ${column.type}`).join(', ')})`;
}

/** The statements that say what it is. */
export function describeRowType(apdb: Apdb, { name, table, columns }: RowType): string {
  const type = apdb.own(name);
  const comments = new Map([['apdb_replica_chunk', chunkComment], ...columnComments(apdb, table)]);
  return [
    `comment on type ${type} is ${plv8.quote_literal(descriptions[name])}`,
    ...columns.map(
      (column) =>
        `comment on column ${type}.${q(column.name)} is ${plv8.quote_literal(comments.get(column.name) ?? column.name)}`,
    ),
  ].join(';\n');
}

/** The types that are there, whatever the options were when they were made: quoted names. */
export function rowTypesThere(apdb: Apdb): string[] {
  return apdb
    .rows<{ name: string }>(
      `select n.name from unnest($1::text[]) as n (name) join pg_class c on c.oid = to_regclass(n.name)
       where c.relkind = 'c'`,
      [rowTypeNames.map((name) => apdb.own(name))],
    )
    .map(({ name }) => name);
}
