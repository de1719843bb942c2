/** What the demo's tables need besides their rows: comments, position indexes, readers. */
import type pg from 'pg';
import type { Catalogue } from './catalogues.ts';

/** The schema that the tables are loaded into. */
export async function makeSchema(client: pg.Client): Promise<void> {
  await client.query(`
    create schema if not exists demo;
    comment on schema demo is 'Catalogues of the demo: stars and deep-sky objects; drop schema demo cascade takes them away';
    grant usage on schema demo to almagest_reader`);
}

/** Comments and position indexes, both kept where they are there already; returns a line about each table. */
export async function prepareTables(client: pg.Client, catalogues: readonly Catalogue[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { table, comment } of catalogues) {
    await client.query(`comment on table ${table} is ${client.escapeLiteral(comment)}`);
    await client.query(`grant select on ${table} to almagest_reader`);
    const indexed = await client.query<{ index: string }>('select sky.add_position_index($1) as index', [
      table,
    ]);
    const counted = await client.query<{ rows: bigint }>(`select count(*) as rows from ${table}`);
    lines.push(`${table}: ${counted.rows[0].rows} rows, index ${indexed.rows[0].index}`);
  }
  return lines;
}
