/** Rows put into the tables of an APDB as they are, for tests of what reads them. */
import type { TestDatabase } from '../support/database.ts';

/** Columns and their values; ids above 2^53 as text. */
export type Row = Record<string, string | number | boolean | null>;

/** Inserts rows; columns that they leave out and that cannot be NULL are 0, and pixels are those of the positions. */
export async function insertRows(
  db: TestDatabase,
  table: string,
  rows: readonly Row[],
  { apdb = 'survey', prefix = '' } = {},
): Promise<void> {
  const name = `${apdb}."${prefix}${table}"`;
  const columns = await db.query<{ name: string; required: boolean; type: string }>(
    `select attname::text as name, attnotnull as required, format_type(atttypid, null) as type
     from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [name],
  );
  const values = columns.map((column) => {
    if (column.name === 'pixelId') return 'sky.htm_id(coalesce(r."ra", 0), coalesce(r."dec", 0), 20)';
    const value = `r."${column.name}"`;
    return column.required ? `coalesce(${value}, '0'::${column.type})` : value;
  });
  await db.query(
    `insert into ${name} (${columns.map((column) => `"${column.name}"`).join(', ')})
     select ${values.join(', ')} from json_populate_recordset(null::${name}, $1) as r`,
    [JSON.stringify(rows)],
  );
}

/** Inserts the rows of a query, whose columns are some of the table's; the others as in `insertRows`. */
export async function insertQuery(
  db: TestDatabase,
  table: string,
  query: string,
  apdb = 'survey',
): Promise<void> {
  const name = `${apdb}."${table}"`;
  const { fields } = await db.client.query(`select * from (${query}) as s limit 0`);
  const given = fields.map((field) => field.name);
  const required = await db.query<{ name: string; type: string }>(
    `select attname::text as name, format_type(atttypid, null) as type
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and attnotnull and not attname = any($2)`,
    [name, given],
  );
  const columns = [...given, ...required.map((column) => column.name)];
  const values = [...given.map((column) => `s."${column}"`), ...required.map(({ type }) => `'0'::${type}`)];
  await db.query(
    `insert into ${name} (${columns.map((column) => `"${column}"`).join(', ')})
     select ${values.join(', ')} from (${query}) as s`,
  );
}
