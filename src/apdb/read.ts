/** Reading an APDB from a program: latest versions and histories as columns of typed arrays, by COPY BINARY. */
import type pg from 'pg';
import { copyColumns, type OutColumn, type ReadTable } from '../db/copy_out_binary.ts';

export interface InRegion {
  /** POS text [deg, ICRS] or base64. */
  readonly region: string;
  /** False: also what is outside the region, but in pixels that it touches. */
  readonly exact?: boolean;
}

/** Ids beyond 2^53 as bigint or in a BigInt64Array. */
export type Ids = BigInt64Array | readonly (bigint | number)[];

export type Wanted = (InRegion | { readonly ids: Ids }) & {
  /** MJD TAI; by default as far back from the visit as the APDB's options say. */
  readonly startTime?: number;
};

/** The columns of a reader, as the catalog has them. */
async function columnsOf(client: pg.Client, apdb: string, reader: string): Promise<OutColumn[]> {
  const { rows } = await client.query<OutColumn>(
    `select c.attname as name, case when t.typtype = 'd' then t.typbasetype else t.oid end as oid
     from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace
     join pg_type r on r.oid = p.prorettype
     join pg_attribute c on c.attrelid = r.typrelid and c.attnum > 0 and not c.attisdropped
     join pg_type t on t.oid = c.atttypid
     where n.nspname = $1 and p.proname = $2
     order by c.attnum`,
    [apdb, reader],
  );
  // The server says best what is missing.
  if (rows.length === 0) await client.query('select apdb.options($1)', [apdb]);
  return rows;
}

const float8 = (value: number) => `'${value}'::float8`;
const int8Array = (ids: Ids) => `'{${ids.join(',')}}'::int8[]`;

async function read(
  client: pg.Client,
  apdb: string,
  reader: string,
  args: Readonly<Record<string, string>>,
): Promise<ReadTable> {
  const columns = await columnsOf(client, apdb, reader);
  const list = Object.entries(args).map(([name, value]) => `${name} => ${value}`);
  const call = `${client.escapeIdentifier(apdb)}.${reader}(${list.join(', ')})`;
  return copyColumns(client, `select * from ${call}`, columns);
}

function regionArgs(client: pg.Client, { region, exact = true }: InRegion): Record<string, string> {
  return { region: client.escapeLiteral(region), exact: String(exact) };
}

function historyArgs(client: pg.Client, visitTime: number, wanted: Wanted): Record<string, string> {
  return {
    visit_time: float8(visitTime),
    ...('ids' in wanted ? { dia_object_ids: int8Array(wanted.ids) } : regionArgs(client, wanted)),
    ...(wanted.startTime === undefined ? {} : { start_time: float8(wanted.startTime) }),
  };
}

/** Latest versions of the objects in a region, in no order; columns as `get_dia_objects` has them. */
export function readDiaObjects(client: pg.Client, apdb: string, where: InRegion): Promise<ReadTable> {
  return read(client, apdb, 'get_dia_objects', regionArgs(client, where));
}

/** History of the sources of objects, or of a region, in no order. visitTime: MJD TAI. */
export function readDiaSources(
  client: pg.Client,
  apdb: string,
  visitTime: number,
  wanted: Wanted,
): Promise<ReadTable> {
  return read(client, apdb, 'get_dia_sources', historyArgs(client, visitTime, wanted));
}

/** History of the forced sources of objects, or of those whose latest versions are in a region, in no order. */
export function readDiaForcedSources(
  client: pg.Client,
  apdb: string,
  visitTime: number,
  wanted: Wanted,
): Promise<ReadTable> {
  return read(client, apdb, 'get_dia_forced_sources', historyArgs(client, visitTime, wanted));
}
