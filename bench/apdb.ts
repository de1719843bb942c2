/**
 * An alert-production database over a night: visits of three fields with every column filled, stored and read back.
 * Storing is measured beside COPY BINARY of the same rows into tables with the same indexes (which closes no version
 * and keeps no DiaObjectLast), reading beside COPY BINARY of the same rows out of a table that has no others. Then
 * how storing and reading change while objects grow, and what eight tiles on connections of their own gain.
 *
 * Goals: storing at most 3 times its COPY, histories at most 1.5 times theirs; storing the same from 0.1 to 4 million
 * objects.
 *
 *   ALMAGEST_BENCH_VISITS    visits of the first part: 30
 *   ALMAGEST_BENCH_OBJECTS   objects of the second part: 100000,500000,1000000,2000000,4000000
 *   ALMAGEST_BENCH_PLOT      a file for the plot of the second part (SVG)
 */
import { writeFileSync } from 'node:fs';
import { simulate } from '../src/apdb/simulate/run.ts';
import { openTarget } from '../src/apdb/simulate/target.ts';
import type { Took } from '../src/apdb/simulate/timings.ts';
import { type GeneratedVisit, rowOptionsOf, skyOf, VisitGenerator } from '../src/apdb/simulate/visit.ts';
import { storeVisit } from '../src/apdb/store_visit.ts';
import { connectClient } from '../src/db/client.ts';
import type { MemoryTable } from '../src/formats/memory.ts';
import { database } from '../test/support/database.ts';
import {
  addObjects,
  Copier,
  drain,
  fields,
  fullVisits,
  type GrowthPoint,
  growthPlot,
  makeTwin,
} from './support/apdb.ts';
import { sessionClock } from './support/clock.ts';
import { milliseconds, printTable } from './support/searching.ts';

const visits = Number(process.env.ALMAGEST_BENCH_VISITS ?? 30);
const sizes = (process.env.ALMAGEST_BENCH_OBJECTS ?? '100000,500000,1000000,2000000,4000000')
  .split(',')
  .map(Number);
const plotFile = process.env.ALMAGEST_BENCH_PLOT;
const modes = ['last_object_table', 'baseline', 'pix_id_iov'] as const;

await using own = await database();
const client = await connectClient(own.url);
await client.query('set jit = off; set max_parallel_workers_per_gather = 0');
const clock = await sessionClock(client);
const copier = new Copier(client);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = clock.now();
  await work();
  return clock.now() - start;
}

const create = (name: string, mode: string) =>
  client.query('select apdb.create($1, $2)', [name, JSON.stringify({ dia_object_index: mode })]);

const unit = ({ visit, detector, visitTime }: GeneratedVisit) => ({ visit, detector, visitTime });

function store(apdb: string, visit: GeneratedVisit) {
  return timed(() => storeVisit(client, apdb, unit(visit), visit));
}

/** The same rows by COPY BINARY, in one transaction. */
function copyInto(schema: string, { objects, sources, forcedSources }: GeneratedVisit) {
  const tables: [string, MemoryTable][] = [
    ['DiaObject', objects],
    ['DiaSource', sources],
    ['DiaForcedSource', forcedSources],
  ];
  return timed(async () => {
    await client.query('begin');
    for (const [name, table] of tables) await copier.copy(schema, name, table);
    await client.query('commit');
  });
}

interface Reads {
  readonly rows: readonly [objects: number, sources: number, forced: number];
  readonly times: readonly [objects: number, sources: number, forced: number];
  /** COPY BINARY of a table that holds just these rows. */
  readonly floors: readonly [objects: number, sources: number, forced: number];
}

/** What a pipeline reads before it works on a visit: objects of the field, and their histories. */
async function readField(apdb: string, { region, visitTime }: GeneratedVisit): Promise<Reads> {
  const inField = `select * from ${apdb}.get_dia_objects('${region}')`;
  const { rows: found } = await client.query<{ ids: string }>(
    `select coalesce(array_agg("diaObjectId"), '{}')::text as ids from (${inField}) o`,
  );
  const ids = found[0]!.ids;
  const queries = [
    inField,
    `select * from ${apdb}.get_dia_sources(${visitTime}, dia_object_ids => '${ids}')`,
    `select * from ${apdb}.get_dia_forced_sources(${visitTime}, dia_object_ids => '${ids}')`,
  ];
  const [rows, times, floors]: [number[], number[], number[]] = [[], [], []];
  for (const query of queries) {
    const { rowCount } = await client.query(`create temp table same_rows as ${query}`);
    rows.push(rowCount ?? 0);
    floors.push(await timed(() => drain(client, 'select * from same_rows')));
    times.push(await timed(() => drain(client, query)));
    await client.query('drop table same_rows');
  }
  return { rows, times, floors } as unknown as Reads;
}

const count = (value: number) => value.toLocaleString('en');
const ratio = (value: number, rival: number) => (rival === 0 ? '-' : (value / rival).toFixed(2));
const besides = (value: number, rival: number) =>
  `${milliseconds(value)} / ${milliseconds(rival)} = ${ratio(value, rival)}`;
const total = (values: readonly number[], parts: readonly number[]) =>
  parts.reduce((sum, part) => sum + values[part]!, 0);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** One night in one index mode: every visit read, then stored. */
async function night(mode: string, number: number): Promise<void> {
  const apdb = `night_${mode}`;
  const twin = `twin_${mode}`;
  await create(apdb, mode);
  await makeTwin(client, apdb, twin);
  const generator = new VisitGenerator(fullVisits());
  const lines: string[][] = [];
  const ratios: number[] = [];
  for (let i = 0; i < number; i++) {
    const visit = generator.next();
    const reads = await readField(apdb, visit);
    // Whoever comes first pays for what both share.
    const first = i % 2 === 0;
    const early = first ? await store(apdb, visit) : await copyInto(twin, visit);
    const late = first ? await copyInto(twin, visit) : await store(apdb, visit);
    const [stored, copied] = first ? [early, late] : [late, early];
    if (i > 0) ratios.push(stored / copied);
    if (i < 6 || i >= number - 3)
      lines.push([
        String(i + 1),
        [visit.objects, visit.sources, visit.forcedSources].map((table) => count(table.rowCount)).join(' / '),
        besides(stored, copied),
        reads.rows.map(count).join(' / '),
        ...[[0], [1], [2], [1, 2]].map((parts) =>
          besides(total(reads.times, parts), total(reads.floors, parts)),
        ),
      ]);
  }
  console.log(
    `\n${mode}: ${number} visits, times in ms of ${clock.what}; storing / COPY, median ${median(ratios).toFixed(2)}`,
  );
  printTable(
    [
      'visit',
      'objects / sources / forced',
      'store / COPY',
      'read',
      'objects / COPY',
      'sources / COPY',
      'forced / COPY',
      'histories / COPY',
    ],
    lines,
  );
  const problems = await client.query('select * from apdb.check($1)', [apdb]);
  if (problems.rowCount !== 0) throw new Error(`apdb.check: ${JSON.stringify(problems.rows[0])}`);
  await client.query('select apdb.drop($1)', [apdb]);
  await client.query(`drop schema ${twin} cascade`);
}

/** Storing and reading while objects elsewhere on the sky grow in number. */
async function growth(): Promise<void> {
  const apdb = 'growing';
  await create(apdb, 'last_object_table');
  const generator = new VisitGenerator(fullVisits());
  const points: GrowthPoint[] = [];
  // Each field has a history before anything is measured.
  for (let i = 0; i < 6; i++) await store(apdb, generator.next());
  let objects = 0;
  for (const size of sizes) {
    await addObjects(client, apdb, 1_000_000_000_000 + objects, size - objects);
    objects = size;
    for (const table of ['DiaObject', 'DiaObjectLast'])
      await client.query(`vacuum analyze ${apdb}."${table}"`);
    // The first change of a page after a checkpoint writes all of it to the log: each field is visited once before.
    await client.query('checkpoint');
    for (let i = 0; i < fields.length; i++) await store(apdb, generator.next());
    const stores: number[] = [];
    const perRow: number[] = [];
    let rows = 0;
    for (let i = 0; i < 6; i++) {
      const visit = generator.next();
      const reads = await readField(apdb, visit);
      rows = reads.rows.reduce((sum, n) => sum + n, 0);
      perRow.push(reads.times.reduce((sum, ms) => sum + ms, 0) / Math.max(rows, 1));
      stores.push(await store(apdb, visit));
    }
    points.push({ objects: size, store: median(stores), read: median(perRow), rows });
  }
  console.log(`\nlast_object_table, objects elsewhere; medians of 6 visits, ${clock.what}`);
  printTable(
    [
      'objects',
      'store a visit [ms]',
      'of the first',
      'read a row [µs]',
      'of the first',
      'rows of the last read',
    ],
    points.map((p) => [
      count(p.objects),
      milliseconds(p.store),
      ratio(p.store, points[0]!.store),
      (p.read * 1000).toFixed(1),
      ratio(p.read, points[0]!.read),
      count(p.rows),
    ]),
  );

  if (plotFile !== undefined) writeFileSync(plotFile, growthPlot(points, clock.what));
  await client.query('select apdb.drop($1)', [apdb]);
}

/** The pipeline's visits, read, matched and stored: whole on one connection, and in nine tiles on eight. */
async function tiles(): Promise<void> {
  const lines: string[][] = [];
  for (const [divide, connections] of [
    [1, 1],
    [3, 8],
  ] as const) {
    const apdb = `tiles_${divide}`;
    await create(apdb, 'last_object_table');
    const visit: Took[] = [];
    await simulate(
      () => connectClient(own.url),
      await openTarget(client, apdb),
      {
        sky: skyOf(fullVisits()),
        rows: rowOptionsOf(fullVisits()),
        visits: 9,
        divide,
        padding: 52,
        connections,
        readDutyCycle: 1,
        readPeriod: 1,
        readOnly: false,
        reconnect: false,
        randomDelay: 0,
      },
      {
        timed: (timing) =>
          'took' in timing && 'visit_proc' in timing.took && visit.push(timing.took.visit_proc!),
      },
    );
    const last = visit.slice(3);
    lines.push([
      `${divide} x ${divide}`,
      String(connections),
      median(last.map(({ real }) => real)).toFixed(2),
      median(last.map(({ cpu }) => cpu ?? Number.NaN)).toFixed(2),
    ]);
    await client.query('select apdb.drop($1)', [apdb]);
  }
  console.log('\nvisits of the pipeline (read, match, store), medians of those that have a history');
  printTable(['tiles', 'connections', 'wall [s]', 'CPU [s]'], lines);
}

for (const [i, mode] of modes.entries()) await night(mode, i === 0 ? visits : Math.min(visits, 9));
await growth();
await tiles();
await client.end();
