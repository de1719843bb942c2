/** What the benchmark of alert-production databases works with: visits of three fields, twins of tables, clocks. */
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { fromDegrees } from '../../plv8/sky/vector.ts';
import { Random } from '../../src/apdb/simulate/random.ts';
import { randomCone } from '../../src/apdb/simulate/sphere.ts';
import { Variables } from '../../src/apdb/simulate/variables.ts';
import type { GeneratorOptions } from '../../src/apdb/simulate/visit.ts';
import { describeTarget } from '../../src/db/catalog.ts';
import { catalogQueries } from '../../src/db/client_queries.ts';
import { copyHeader, copyTrailer, RowEncoder } from '../../src/db/copy/encoder.ts';
import { copyFromSource } from '../../src/db/driver.ts';
import type { MemoryTable } from '../../src/formats/memory.ts';
import { chartColours, chartSvg, type Series } from '../../src/plot/chart.ts';

/** Three fields that are visited in turn [deg]. */
export const fields = [
  [53, -28],
  [150, 2],
  [330, -45],
] as const;

const fov = 3.52;
/** Variable sources are spread as wide as dithered fields of view reach [deg]. */
const spread = 3.8;

/** Visits with every column filled: 10,000 variable sources in a field of view, 5,150 false detections. */
export function fullVisits(): GeneratorOptions {
  const random = new Random(7, 7);
  const perField = Math.round(10_000 * (spread / fov) ** 2);
  const parts = fields.map(([ra, decl]) => randomCone(random, fromDegrees(ra, decl), spread, perField));
  const xyz = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    xyz.set(part, at);
    at += part.length;
  }
  return { variables: new Variables(xyz), fields, dither: 0.1, fov, noise: 5150, fill: 'all' };
}

/** COPY BINARY of a table in memory, by the encoder that the driver uses. */
export class Copier {
  readonly #client: pg.Client;
  readonly #encoders = new Map<string, RowEncoder>();

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async copy(schema: string, name: string, table: MemoryTable): Promise<void> {
    const key = `${schema}.${name}`;
    let encoder = this.#encoders.get(key);
    if (!encoder) {
      const target = await describeTarget(catalogQueries(this.#client), schema, name);
      encoder = new RowEncoder(
        table.columns.map((column) => ({
          column,
          target: target!.columns.find((candidate) => candidate.name === column.name)!,
        })),
      );
      this.#encoders.set(key, encoder);
    }
    const rows = encoder;
    const blocks = async function* (): AsyncGenerator<Buffer> {
      yield copyHeader;
      for await (const batch of table.batches()) for (const block of rows.blocks(batch)) yield block.bytes;
      yield copyTrailer;
    };
    const columns = table.columns.map((column) => `"${column.name}"`).join(', ');
    await copyFromSource(
      this.#client,
      `copy ${schema}."${name}" (${columns}) from stdin (format binary)`,
      blocks(),
    );
  }
}

/** Tables as those of an APDB, with the same indexes, in a schema of their own. */
export async function makeTwin(client: pg.Client, apdb: string, twin: string): Promise<void> {
  await client.query(`create schema ${twin}`);
  for (const table of ['DiaObject', 'DiaSource', 'DiaForcedSource'])
    await client.query(`create table ${twin}."${table}" (like ${apdb}."${table}" including all)`);
  // All versions of the twin stay open.
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', '${twin}', c.relname) as name
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = '${twin}."DiaObject"'::regclass and i.indpred is not null`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
}

/** Takes the rows of a query as COPY BINARY sends them, and says how many bytes they are. */
export async function drain(client: pg.Client, query: string): Promise<number> {
  let bytes = 0;
  for await (const piece of client.query(copyTo(`copy (${query}) to stdout (format binary)`)))
    bytes += (piece as Buffer).length;
  return bytes;
}

/**
 * Adds objects elsewhere on the sky, each with one version and every column filled, until there are so many.
 * @param first id of the first one
 */
export async function addObjects(
  client: pg.Client,
  apdb: string,
  first: number,
  count: number,
): Promise<void> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname::text as name, format_type(atttypid, null) as type
     from pg_attribute where attrelid = '${apdb}."DiaObject"'::regclass and attnum > 0 and not attisdropped
     order by attnum`,
  );
  const given: Record<string, string> = {
    diaObjectId: 'p.id',
    ra: 'p.ra',
    dec: 'p.decl',
    pixelId: 'p.pixel',
    validityStartMjdTai: '58000',
    validityEndMjdTai: 'null',
    nDiaSources: '1',
    firstDiaSourceMjdTai: '58000',
    lastDiaSourceMjdTai: '58000',
  };
  const values = rows.map(({ name, type }) => given[name] ?? (type === 'integer' ? '1' : 'p.ra'));
  await client.query(`
    insert into ${apdb}."DiaObject" (${rows.map(({ name }) => `"${name}"`).join(', ')})
    with place as materialized (
      select g as id, random() * 360 as ra, 20 + 60 * random() as decl
      from generate_series(${first}::int8, ${first + count - 1}::int8) g
    ), all_of as materialized (
      select array_agg(id) as ids, array_agg(ra) as ra, array_agg(decl) as decl from place
    ), p as (
      select u.* from all_of, unnest(ids, ra, decl, sky.htm_ids(ra, decl, 20)) as u (id, ra, decl, pixel)
    )
    select ${values.join(', ')} from p`);
  const last = await client.query<{ columns: string | null }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns
     from pg_attribute where attrelid = to_regclass('${apdb}."DiaObjectLast"') and attnum > 0`,
  );
  const columns = last.rows[0]!.columns;
  if (columns !== null)
    await client.query(`
      insert into ${apdb}."DiaObjectLast" (${columns})
      select ${columns} from ${apdb}."DiaObject"
      where "diaObjectId" between ${first} and ${first + count - 1}`);
}

export interface GrowthPoint {
  readonly objects: number;
  /** Storing a visit, and reading a row of a field before it [ms]. */
  readonly store: number;
  readonly read: number;
  readonly rows: number;
}

/** Storing a visit, and reading as many rows as one has, against objects. */
export function growthPlot(points: readonly GrowthPoint[], what: string): string {
  const series = (label: string, colour: string, value: (point: GrowthPoint) => number): Series => ({
    label,
    colour,
    points: points.map((point) => [point.objects / 1e6, value(point)]),
  });
  return chartSvg({
    title: 'A visit of 15,000 objects, 15,000 sources and 10,000 forced sources',
    xLabel: 'objects in the APDB [millions]',
    yLabel: `${what} [ms]`,
    series: [
      series('store it', chartColours.blue, ({ store }) => store),
      series('read 40,000 rows of its field', chartColours.orange, ({ read }) => read * 40_000),
    ],
  });
}
