/** The APDB that a simulation fills, as it is in the database. */
import type pg from 'pg';
import type { SchemaColumn } from './fill.ts';
import type { Columns, RowOptions } from './visit.ts';

export interface Target {
  readonly apdb: string;
  /** What the names of its tables begin with. */
  readonly prefix: string;
  readonly rows: Pick<RowOptions, 'columns' | 'placing'>;
  /** Histories of sources are those of objects, not of a region. */
  readonly byObjects: boolean;
  /** New versions wait in a table of their own for a nightly merge. */
  readonly nightly: boolean;
}

async function columnsOf(client: pg.Client, apdb: string, table: string): Promise<SchemaColumn[]> {
  const { rows } = await client.query<SchemaColumn>(
    `select attname::text as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull"
     from pg_attribute
     where attrelid = format('%I.%I', $1::text, $2::text)::regclass and attnum > 0 and not attisdropped
     order by attnum`,
    [apdb, table],
  );
  return rows;
}

/** Looks an APDB up: by default the one that the session's setting names, or the only one. */
export async function openTarget(client: pg.Client, apdb?: string): Promise<Target> {
  const { rows } = await client.query<{ name: string; options: string; prefix: string }>(
    `select name, apdb.options(name)::text as options,
            (select d.prefix from apdb.database d where d.name = given.name) as prefix
     from (select coalesce($1::name, apdb.current_apdb()) as name) as given`,
    [apdb ?? null],
  );
  const [{ name, options, prefix }] = rows;
  const read = JSON.parse(options) as {
    htm_level: number;
    htm_index_column: string;
    ra_dec_columns: [ra: string, decl: string];
    dia_object_nightly: boolean;
    source_select: 'by-fov' | 'by-oid';
  };
  const [ra, decl] = read.ra_dec_columns;
  const placing = { level: read.htm_level, pixel: read.htm_index_column, ra, decl };
  const columns: Columns = {
    objects: await columnsOf(client, name, `${prefix}DiaObject`),
    sources: await columnsOf(client, name, `${prefix}DiaSource`),
    forcedSources: await columnsOf(client, name, `${prefix}DiaForcedSource`),
  };
  return {
    apdb: name,
    prefix,
    rows: { columns, placing },
    byObjects: read.source_select === 'by-oid',
    nightly: read.dia_object_nightly,
  };
}

/** A visit of which something is stored. */
export interface StoredVisit {
  readonly detectors: ReadonlySet<number>;
  /** MJD TAI. */
  readonly visitTime: number;
}

/** What is stored, by the visits' places in the survey: of so many visits from the place `first`. */
export async function storedVisits(
  client: pg.Client,
  { apdb }: Target,
  firstVisit: bigint,
  first: number,
  visits: number,
): Promise<Map<number, StoredVisit>> {
  const { rows } = await client.query<{ place: number; detectors: number[]; time: number }>(
    `select (visit - $1::int8)::int4 as place, array_agg(coalesce(detector, 0)) as detectors, max(visit_time) as time
     from ${client.escapeIdentifier(apdb)}.stored_visit
     where visit >= $1::int8 + $2::int8 and visit < $1::int8 + $2::int8 + $3::int8
     group by visit`,
    [String(firstVisit), String(first), String(visits)],
  );
  return new Map(
    rows.map(({ place, detectors, time }) => [place, { detectors: new Set(detectors), visitTime: time }]),
  );
}

/** The visit after the last that is stored; undefined where none is. */
export async function nextVisit(client: pg.Client, { apdb }: Target): Promise<bigint | undefined> {
  const { rows } = await client.query<{ next: bigint | null }>(
    `select max(visit) + 1 as next from ${client.escapeIdentifier(apdb)}.stored_visit`,
  );
  return rows[0].next ?? undefined;
}
