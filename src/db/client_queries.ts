/** What asks a Slonik pool, asking a plain client: for code that keeps to one session. */
import type pg from 'pg';
import type { Queries, QuerySqlToken } from './pool.ts';

/** Those of a pool's queries that reading the catalog takes. */
export type CatalogQueries = Pick<Queries, 'any' | 'maybeOne' | 'maybeOneFirst'>;

/** Slonik numbers placeholders by name, so that fragments can be put together. */
const placeholder = /\$slonik_(\d+)/g;

export function catalogQueries(client: pg.Client): CatalogQueries {
  const rows = async (statement: QuerySqlToken): Promise<object[]> => {
    const { rows: found } = await client.query<object>(statement.sql.replaceAll(placeholder, '$$$1'), [
      ...statement.values,
    ]);
    const { parser } = statement as { parser?: { parse?(row: unknown): object } };
    return found.map((row) => parser?.parse?.(row) ?? row);
  };
  const first = async (statement: QuerySqlToken) => (await rows(statement))[0] ?? null;
  return {
    any: rows as CatalogQueries['any'],
    maybeOne: first as CatalogQueries['maybeOne'],
    maybeOneFirst: (async (statement: QuerySqlToken) => {
      const row = await first(statement);
      return row === null ? null : Object.values(row)[0];
    }) as CatalogQueries['maybeOneFirst'],
  };
}
