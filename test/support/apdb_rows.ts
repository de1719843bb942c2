/** Rows of an APDB for tests: given in a few columns, stored through the staging tables. */
import type pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;

export interface VisitRows {
  readonly objects?: readonly Row[];
  readonly sources?: readonly Row[];
  readonly forced?: readonly Row[];
}

const staging = {
  objects: 'new_dia_object',
  sources: 'new_dia_source',
  forced: 'new_dia_forced_source',
} as const;

/** Columns in which rows that do not say otherwise have 0: those of the targets that are never NULL. */
async function zeros(client: pg.Client, apdb: string, kind: keyof VisitRows): Promise<string[]> {
  const table = { objects: 'DiaObject', sources: 'DiaSource', forced: 'DiaForcedSource' }[kind];
  const { rows } = await client.query<{ name: string }>(
    `select a.attname::text as name
     from apdb.database d
     join pg_class c on c.relnamespace = to_regnamespace(quote_ident(d.name)) and c.relname = d.prefix || $2
     join pg_attribute a on a.attrelid = c.oid
     where d.name = $1 and a.attnum > 0 and a.attnotnull and a.attname <> 'pixelId'`,
    [apdb, table],
  );
  return rows.map(({ name }) => name);
}

/** Ids beyond 2^53 and NaN are given as text; pixels are left to be filled in. */
async function put(
  client: pg.Client,
  apdb: string,
  kind: keyof VisitRows,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const zero = Object.fromEntries((await zeros(client, apdb, kind)).map((name) => [name, 0]));
  await client.query(
    `insert into pg_temp.${staging[kind]}
     select * from jsonb_populate_recordset(null::pg_temp.${staging[kind]}, $1::jsonb)`,
    [JSON.stringify(rows.map((row) => ({ ...zero, ...row })))],
  );
}

/** The staging tables, made and filled; inside a transaction of the caller's. */
export async function stageRows(client: pg.Client, rows: VisitRows, apdb = 'survey'): Promise<void> {
  await client.query('select apdb.stage($1)', [apdb]);
  for (const kind of ['objects', 'sources', 'forced'] as const)
    await put(client, apdb, kind, rows[kind] ?? []);
}

export interface StoredRow {
  readonly stored: boolean;
  readonly objects: number;
  readonly closed: number;
  readonly sources: number;
  readonly forced_sources: number;
}

/** Stores in a transaction; `more` has other arguments of apdb.store, as SQL. */
export async function storeRows(
  client: pg.Client,
  time: number,
  rows: VisitRows,
  more = '',
  apdb = 'survey',
): Promise<StoredRow> {
  await client.query('begin');
  try {
    await stageRows(client, rows, apdb);
    const result = await client.query<StoredRow>(
      `select stored, objects::int4, closed::int4, sources::int4, forced_sources::int4
       from apdb.store($1${more === '' ? '' : `, ${more}`}, apdb => $2)`,
      [time, apdb],
    );
    await client.query('commit');
    return result.rows[0];
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Every version as `id from to`, in order. */
export async function versionsOf(client: pg.Client, apdb = 'survey'): Promise<string[]> {
  const { rows } = await client.query<{ version: string }>(
    `select concat_ws(' ', dia_object_id, validity_start_mjd_tai, coalesce(validity_end_mjd_tai::text, 'open')) as version
     from "${apdb}".dia_object order by dia_object_id, validity_start_mjd_tai`,
  );
  return rows.map(({ version }) => version);
}
