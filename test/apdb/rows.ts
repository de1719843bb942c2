/** Rows put straight into the tables of an APDB, as no client would: columns that are not given and must not be NULL are 0. */
import type { TestDatabase } from '../support/database.ts';

/** @param table quoted, with its schema: `survey."DiaObject"` */
export async function insertRows(
  db: TestDatabase,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = await db.query<{ name: string; type: string; zero: string | null }>(
    `select attname as name, format_type(atttypid, atttypmod) as type,
            case when attnotnull and not atthasdef then case atttypid when 'bool'::regtype then 'false' else '0' end end as zero
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  for (const row of rows) {
    const given = columns.filter(({ name, zero }) => name in row || zero !== null);
    await db.query(
      `insert into ${table} (${given.map(({ name }) => `"${name}"`).join(', ')})
       values (${given.map(({ type }, i) => `$${i + 1}::text::${type}`).join(', ')})`,
      given.map(({ name, zero }) => (name in row ? row[name] : zero)),
    );
  }
}
