/**
 * ObsCore tables of a registry of a million datasets. A full build with all indexes, all datasets and find-first over
 * chains of 2, 50 and 300 runs, beside a hand-written INSERT … SELECT; the cost of a live table to whoever registers
 * datasets, beside the same statements without one, and what the rows alone cost that it writes; a run added to a
 * chain; searches.
 *
 * Goals: 50,000 rows a second; find-first at most 1.5 times what all datasets cost a row, whatever the number of
 * runs; with a live table at most 1.5 times the bare statements for 1,000 datasets and more at once, 2 times for one.
 *
 *   ALMAGEST_BENCH_VISITS   visits of 100 detectors, each with four processed datasets and a quarter more: 2000, which
 *                           makes a million datasets; several, such as 2000,4000,8000, show how a build grows
 */
import { connectClient } from '../src/db/client.ts';
import { database } from '../test/support/database.ts';
import { sessionClock } from './support/clock.ts';
import { milliseconds, printTable } from './support/searching.ts';
import {
  addDatasets,
  addFootprints,
  datasetsOfType,
  makeSurvey,
  runName,
  type Survey,
  surveyConfig,
  tagsOf,
} from './support/survey.ts';

const sizes = (process.env.ALMAGEST_BENCH_VISITS ?? '2000').split(',').map(Number);
const chainLengths = [2, 50, 300];
const types = ['calexp', 'src', 'background', 'mask'];
const inAllRuns = { collection_type: 'RUN', collections: ['run/[0-9]+'] };
const foundFirst = { collections: ['chain'] };

await using own = await database();
const client = await connectClient(own.url);
await client.query('set jit = off; set max_parallel_workers_per_gather = 0');
const clock = await sessionClock(client);

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, result: T]> {
  const start = clock.now();
  const result = await work();
  return [clock.now() - start, result];
}

async function value<T>(sql: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await client.query({ text: sql, values: [...values], rowMode: 'array' });
  return rows[0][0] as T;
}

/** Builds an ObsCore table, and takes it away unless it is kept. */
async function build(survey: Survey, collections: object, keep = false): Promise<[number, bigint]> {
  const built = await timed(() =>
    value<bigint>('select obscore.create($1, $2, published => $3)', [
      survey.registry,
      surveyConfig(survey, collections),
      keep,
    ]),
  );
  if (!keep) await client.query(`select obscore.drop('obscore', $1)`, [survey.registry]);
  return built;
}

/** What an engineer would write by hand for this survey: find-first, joins, one INSERT, then the same four indexes. */
async function handWritten({ registry }: Survey): Promise<[number, bigint]> {
  const result = await timed(async () => {
    let rows = 0n;
    await client.query(`
      create table public.by_hand as select * from ${registry}.template with no data;
      create temp table frame as
        select r.instrument, r.visit, r.detector, v.name || '-' || d.full_name as obs_id, v.target_name,
               sky.mjd_utc_from_tai_ns(lower(v.timespan)) as t_min, sky.mjd_utc_from_tai_ns(upper(v.timespan)) as t_max,
               v.exposure_time, f.band, v.physical_filter, s.s_ra, s.s_dec, s.s_fov, s.s_region, s.footprint
        from ${registry}.visit_detector_region r
        join ${registry}.visit v on (v.instrument, v.id) = (r.instrument, r.visit)
        join ${registry}.detector d on (d.instrument, d.id) = (r.instrument, r.detector)
        join ${registry}.physical_filter f on (f.instrument, f.name) = (v.instrument, v.physical_filter)
        join ${registry}.almagest_footprint s on s.footprint = md5(r.region)::uuid;
      analyze frame`);
    for (const type of types) {
      const made = await client.query(`
        insert into public.by_hand
        select 'image', 'lsst.calexp', 'Observatory', 2, f.target_name, f.obs_id, 'SURVEY',
               'ivo://org.example/survey?id=' || w.dataset_id, 'https://data.example/' || w.dataset_id || '?run=' || c.name,
               'application/x-votable+xml;content=datalink', null, 4072, 4000, null, f.t_min, f.t_max, f.exposure_time,
               null, null,
               case f.band when 'g' then 402e-9 when 'r' then 552e-9 when 'i' then 691e-9 when 'z' then 818e-9 else 970e-9 end,
               case f.band when 'g' then 552e-9 when 'r' then 691e-9 when 'i' then 818e-9 when 'z' then 922e-9 else 1060e-9 end,
               null, f.band, 'phot.flux.density', null, 'Cam', f.visit, f.detector, f.band, f.physical_filter, '${type}',
               c.name, f.physical_filter, '${type} - ' || f.band || ' - ' || lpad(f.visit::text, 8, '0'),
               f.s_ra, f.s_dec, f.s_fov, f.s_region, w.dataset_id, f.footprint
        from (
          select distinct on (t.instrument, t.detector, t.visit) t.dataset_id, t.collection_id, t.instrument, t.detector, t.visit
          from ${registry}.${await tagsOf(client, registry, type)} t
          join ${registry}.collection_flat m on m.child = t.collection_id
          join ${registry}.collection p on p.collection_id = m.parent and p.name = 'chain'
          where t.dataset_type_id = (select id from ${registry}.dataset_type where name = '${type}')
          order by t.instrument, t.detector, t.visit, m.rank) w
        join frame f using (instrument, detector, visit)
        join ${registry}.collection c using (collection_id)`);
      rows += BigInt(made.rowCount ?? 0);
    }
    await client.query(`
      alter table public.by_hand add primary key (registry_dataset_id);
      create index on public.by_hand (lsst_visit, lsst_detector);
      create index on public.by_hand (dataproduct_subtype);
      create index on public.by_hand (footprint)`);
    return rows;
  });
  await client.query('drop table public.by_hand; drop table frame');
  return result;
}

const builds: string[][] = [];

async function measureBuilds(visits: number, runs: number): Promise<void> {
  const survey: Survey = { registry: `survey_${visits}_${runs}`, visits, detectors: 100, runs, types };
  await makeSurvey(client, survey);
  // Footprints are decoded when dimension records are stored: not part of a build.
  const frame = { ...inAllRuns, table_name: 'template' };
  await client.query('select obscore.create($1, $2, published => false)', [
    survey.registry,
    surveyConfig(survey, frame),
  ]);
  await addFootprints(client, survey);
  await client.query(`select obscore.set_mode('template', 'manual', $1)`, [survey.registry]);
  await addDatasets(client, survey);
  await client.query(`truncate ${survey.registry}.almagest_obscore_pending`);
  const [allTime, allRows] = await build(survey, inAllRuns);
  const [firstTime, firstRows] = await build(survey, foundFirst);
  const [handTime, handRows] = await handWritten(survey);
  if (handRows !== firstRows) throw new Error(`the build made ${firstRows} rows, by hand ${handRows}`);
  const perSecond = (rows: bigint, ms: number) => String(Math.round((Number(rows) / ms) * 1000));
  builds.push([
    `${(datasetsOfType(survey) * types.length).toLocaleString('en')} datasets, ${runs} runs`,
    perSecond(allRows, allTime),
    perSecond(firstRows, firstTime),
    (firstTime / Number(firstRows) / (allTime / Number(allRows))).toFixed(2),
    perSecond(handRows, handTime),
    (firstTime / handTime).toFixed(2),
    `${(firstTime / 1000).toFixed(1)}`,
  ]);
  await client.query('select butler.drop_registry($1)', [survey.registry]);
}

for (const runs of chainLengths) await measureBuilds(sizes[0]!, runs);
for (const visits of sizes.slice(1)) await measureBuilds(visits, chainLengths[0]!);
console.log(`times are ${clock.what}, without parallel workers`);
printTable(
  [
    'full build',
    'all: rows/s',
    'find-first: rows/s',
    'find-first/all, a row',
    'by hand: rows/s',
    'ours/by hand',
    's',
  ],
  builds,
);

const upkeep: Survey = { registry: 'with_table', visits: 2000, detectors: 100, runs: 10, types: ['calexp'] };
await measureUpkeep(upkeep);
await measureChain(upkeep);
await measureSearches(upkeep);
await client.end();

/**
 * Registers datasets as a client does, two statements of ready-made rows with all their foreign keys, and says what
 * they cost. The data IDs are consecutive ones, from `first` on.
 */
async function insertDatasets(
  { registry, detectors }: Survey,
  type: string,
  run: string,
  first: number,
  count: number,
): Promise<number> {
  await client.query(`
    create temp table given as
      select gen_random_uuid() as id, k / ${detectors} + 1 as frame, k % ${detectors} + 1 as detector,
             (select id from ${registry}.dataset_type where name = '${type}') as dataset_type_id,
             (select collection_id from ${registry}.collection where name = '${run}') as run_id
      from generate_series(${first}, ${first + count - 1}) k`);
  const tags = await tagsOf(client, registry, type);
  const statements = [
    `insert into ${registry}.dataset (id, dataset_type_id, ingest_date, run_id) select id, dataset_type_id, 0, run_id from given`,
    `insert into ${registry}.${tags} (dataset_type_id, dataset_id, collection_id, instrument, detector, ${type === 'raw' ? 'exposure' : 'visit'})
     select dataset_type_id, id, run_id, 'Cam', detector, frame from given`,
  ];
  const [spent] = await timed(async () => {
    await client.query('begin');
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  });
  await client.query('drop table given');
  return spent;
}

/** Two registries with the same 125,000 datasets, one of them with a live table of a chain. */
async function measureUpkeep(survey: Survey): Promise<void> {
  const bare = { ...survey, registry: 'without_table' };
  for (const one of [survey, bare]) {
    await makeSurvey(client, one);
    await addFootprints(client, one);
    await addDatasets(client, one, survey.visits / 2);
  }
  await client.query('select obscore.create($1, $2)', [survey.registry, surveyConfig(survey, foundFirst)]);
  const lines: string[][] = [];
  const processed = (survey.visits / 2) * survey.detectors;
  const cases = [
    { type: 'raw', run: 'raw/all', first: 0, what: 'raw' },
    { type: 'calexp', run: runName(0), first: processed, what: 'calexp' },
    { type: 'calexp', run: 'run/again', first: 0, what: 'calexp, found before others' },
  ];
  for (const one of [survey, bare]) {
    await client.query(`select butler.register_collection('run/again', registry => $1)`, [one.registry]);
    await client.query(`select butler.prepend_chain('chain', '{run/again}', registry => $1)`, [one.registry]);
    await client.query(`
      insert into ${one.registry}.collection_summary_dataset_type
      select c.collection_id, t.id from ${one.registry}.collection c, ${one.registry}.dataset_type t on conflict do nothing;
      insert into ${one.registry}.collection_summary_instrument
      select c.collection_id, 'Cam' from ${one.registry}.collection c on conflict do nothing`);
  }
  for (const { type, run, first, what } of cases) {
    let next = first;
    for (const [count, turns] of [
      [1, 200],
      [100, 20],
      [1000, 5],
      [20_000, 2],
    ] as const) {
      const spent = { bare: Number.POSITIVE_INFINITY, live: Number.POSITIVE_INFINITY };
      for (let turn = 0; turn < turns; turn++, next += count) {
        spent.bare = Math.min(spent.bare, await insertDatasets(bare, type, run, next, count));
        spent.live = Math.min(spent.live, await insertDatasets(survey, type, run, next, count));
      }
      lines.push([
        `${what}, ${count.toLocaleString('en')} at once`,
        ((spent.bare / count) * 1000).toFixed(1),
        ((spent.live / count) * 1000).toFixed(1),
        (spent.live / spent.bare).toFixed(2),
      ]);
    }
  }
  await client.query(`
    create temp table ready as select * from ${survey.registry}.obscore limit 20000;
    create table ${survey.registry}.rows_alone (like ${survey.registry}.obscore including all);
    insert into ${survey.registry}.rows_alone
    select * from ${survey.registry}.obscore where registry_dataset_id not in (select registry_dataset_id from ready)`);
  const [alone] = await timed(() =>
    client.query(`insert into ${survey.registry}.rows_alone select * from ready`),
  );
  await client.query(`drop table ${survey.registry}.rows_alone, ready`);
  const least = ((alone / 20_000) * 1000).toFixed(1);
  lines.push(['ready-made rows into a copy of the table and its indexes, 20,000 at once', '', least, '']);
  console.log();
  printTable(['registration', 'bare µs/dataset', 'with live table µs/dataset', 'ratio'], lines);
  const differences = await value<bigint>('select count(*) from obscore.verify(registry => $1)', [
    survey.registry,
  ]);
  if (differences !== 0n) throw new Error(`${differences} differences between the live table and the truth`);
}

/** A run of 100,000 datasets that most data IDs are found in first, added to the chain and taken out again. */
async function measureChain(survey: Survey): Promise<void> {
  const { registry } = survey;
  await client.query(`select butler.register_collection('run/large', registry => $1)`, [registry]);
  await client.query(`
    insert into ${registry}.collection_summary_dataset_type
    select c.collection_id, t.id from ${registry}.collection c, ${registry}.dataset_type t on conflict do nothing;
    insert into ${registry}.collection_summary_instrument
    select c.collection_id, 'Cam' from ${registry}.collection c on conflict do nothing`);
  await insertDatasets(survey, 'calexp', 'run/large', 0, 100_000);
  const change = (sql: string) => timed(() => client.query(sql, [registry]));
  const [added] = await change(`select butler.prepend_chain('chain', '{run/large}', registry => $1)`);
  const [removed] = await change(`select butler.remove_from_chain('chain', '{run/large}', registry => $1)`);
  const [rebuilt] = await change('select obscore.rebuild(registry => $1)');
  console.log();
  printTable(
    ['a run of 100,000 datasets', 's'],
    [
      ['put first into the chain', (added / 1000).toFixed(2)],
      ['taken out of it', (removed / 1000).toFixed(2)],
      ['all rows rebuilt instead', (rebuilt / 1000).toFixed(2)],
    ],
  );
}

/** Searches of a warm session. */
async function measureSearches({ registry }: Survey): Promise<void> {
  const rows = await value<bigint>(`select count(*) from ${registry}.obscore`);
  await client.query(`vacuum analyze ${registry}.obscore`);
  const centres = await client.query<{ ra: number; decl: number }>(
    `select s_ra as ra, s_dec as decl from ${registry}.obscore where s_ra is not null order by registry_dataset_id limit 100`,
  );
  const lines: string[][] = [];
  const measure = async (what: string, sql: string, argument: (ra: number, decl: number) => unknown[]) => {
    let found = 0;
    const all = async () => {
      found = 0;
      for (const { ra, decl } of centres.rows)
        found += (await client.query(sql, argument(ra, decl))).rows.length;
    };
    await all();
    const [spent] = await timed(all);
    const count = centres.rows.length;
    lines.push([what, milliseconds(spent / count), (found / count).toFixed(1)]);
  };
  await measure('point in footprint', 'select * from obscore.covering($1, $2)', (ra, decl) => [ra, decl]);
  await measure('cone of 0.1°', 'select * from obscore.overlapping($1)', (ra, decl) => [
    `CIRCLE ${ra} ${decl} 0.1`,
  ]);
  await measure('point, SIAv2', 'select * from obscore.siav2(pos => $1)', (ra, decl) => [
    `CIRCLE ${ra} ${decl} 0.0001`,
  ]);
  console.log();
  printTable([`searches of ${rows.toLocaleString('en')} rows`, 'ms', 'rows found'], lines);
}
