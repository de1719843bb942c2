/**
 * A registry of a million datasets in chains of 2, 10, 50 and 300 runs: registration, find-first of everything and of
 * one data ID, flattening, globs. Rivals run on the same tables: the statements that a Data Butler sends, for
 * find-first a window over a CASE of the runs' order, for flattening a recursion over the chain, for globs every
 * name fetched and matched in the client; registration stands beside the same rows inserted ready-made into the same
 * tables, foreign keys and all. What is counted is CPU time, of the server and of this program. Goal: find-first over 300 runs costs at most 1.2 times what it costs over 2 with the same datasets.
 */
import type pg from 'pg';
import { connectClient } from '../src/db/client.ts';
import { database } from '../test/support/database.ts';
import { sessionClock } from './support/clock.ts';
import { milliseconds, printTable } from './support/searching.ts';

const exposures = Number(process.env.ALMAGEST_BENCH_EXPOSURES ?? 5000);
const detectors = 100;
/** Every data ID is in two runs. */
const datasets = exposures * detectors * 2;
const chainLengths = [2, 10, 50, 300];

await using own = await database();
const client = await connectClient(own.url);
await client.query('set jit = off; set max_parallel_workers_per_gather = 0');
const clock = await sessionClock(client);

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, result: T]> {
  const start = clock.now();
  const result = await work();
  return [clock.now() - start, result];
}

/** The shortest of some turns. */
async function best(turns: number, work: () => Promise<unknown>): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) shortest = Math.min(shortest, (await timed(work))[0]);
  return shortest;
}

async function value<T>(sql: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await client.query({ text: sql, values: [...values], rowMode: 'array' });
  return rows[0][0] as T;
}

async function makeRegistry(name: string): Promise<void> {
  await client.query('select butler.create_registry($1)', [name]);
  const records: [element: string, sql: string][] = [
    ['instrument', `select 'Cam' as name`],
    ['physical_filter', `select 'Cam' as instrument, 'r' as name, 'r' as band`],
    ['day_obs', `select 'Cam' as instrument, 20190401 as id`],
    ['group', `select 'Cam' as instrument, 'g' as name`],
    [
      'detector',
      `select 'Cam' as instrument, d as id, 'D' || d as full_name from generate_series(1, ${detectors}) d`,
    ],
    [
      'exposure',
      `select 'Cam' as instrument, e as id, 'E' || e as obs_id, 20190401 as day_obs, 'g' as "group", 'r' as physical_filter
       from generate_series(1, ${exposures}) e`,
    ],
  ];
  for (const [element, sql] of records)
    await client.query(
      `select butler.insert_dimension_records($1, (select json_agg(r) from (${sql}) r), registry => $2)`,
      [element, name],
    );
  await client.query(
    `select butler.register_dataset_type('raw', '{instrument,exposure,detector}', 'Exposure', registry => $1)`,
    [name],
  );
}

/** The data IDs of one run of a chain: each data ID is in two runs that differ. */
const dataIdsOf = (run: number, runs: number) => `
  select json_agg(json_build_object('instrument', 'Cam', 'exposure', k / ${detectors} + 1, 'detector', k % ${detectors} + 1))
  from generate_series(0, ${exposures * detectors - 1}) k
  where k % ${runs} = ${run} or (k % ${runs} + 1 + (k / ${runs}) % ${runs - 1}) % ${runs} = ${run}`;

/** Fills a chain and says how long registration took. */
async function fill(registry: string, runs: number): Promise<number> {
  await makeRegistry(registry);
  let spent = 0;
  const names: string[] = [];
  for (let run = 0; run < runs; run++) {
    const name = `run/${String(run).padStart(3, '0')}`;
    names.push(name);
    await client.query('select butler.register_collection($1, registry => $2)', [name, registry]);
    const ids = await value<string>(`select (${dataIdsOf(run, runs)})::text`);
    const [ms] = await timed(() =>
      client.query(`select count(*) from butler.insert_datasets('raw', $1, $2, registry => $3)`, [
        name,
        ids,
        registry,
      ]),
    );
    spent += ms;
  }
  await client.query(`select butler.register_collection('chain', 'CHAINED', registry => $1)`, [registry]);
  await client.query(`select butler.set_chain('chain', $1, registry => $2)`, [names, registry]);
  for (const { table } of (
    await client.query<{ table: string }>(
      `select format('%I.%I', schemaname, tablename) as table from pg_tables where schemaname = $1`,
      [registry],
    )
  ).rows)
    await client.query(`vacuum analyze ${table}`);
  return spent;
}

/** The same rows, ready-made, into copies of the tables with all that they have of indexes and foreign keys. */
async function readyMade(registry: string): Promise<number> {
  const tags = await value<string>(
    `select tag_association_table from ${registry}.dataset_type where name = 'raw'`,
  );
  await client.query(`
    create schema ready;
    create table ready.dataset (like ${registry}.dataset including all);
    create table ready.tags (like ${registry}.${tags} including all)`);
  for (const [copy, table] of [
    ['dataset', 'dataset'],
    ['tags', tags],
  ]) {
    const { rows } = await client.query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::regclass and contype = 'f'`,
      [`${registry}.${table}`],
    );
    for (const { definition } of rows) await client.query(`alter table ready.${copy} add ${definition}`);
  }
  const [ms] = await timed(() =>
    client.query(`
      insert into ready.dataset select * from ${registry}.dataset;
      insert into ready.tags select * from ${registry}.${tags}`),
  );
  await client.query('drop schema ready cascade');
  return ms;
}

/** Find-first as a Data Butler asks for it: the runs and their order are in the text. */
async function windowSql(registry: string, condition: string): Promise<string> {
  const tags = await value<string>(
    `select tag_association_table from ${registry}.dataset_type where name = 'raw'`,
  );
  const runs = await value<string[]>(
    `select array_agg(collection_id::text order by name) from ${registry}.collection where type = 1`,
  );
  return `
    select count(*) from (
      select t.dataset_id, row_number() over (
        partition by t.instrument, t.detector, t.exposure
        order by case t.collection_id ${runs.map((run, rank) => `when ${run} then ${rank}`).join(' ')} end) as place
      from ${registry}.${tags} t
      join ${registry}.dataset d on d.id = t.dataset_id
      where t.dataset_type_id = 1 and t.collection_id in (${runs.join(', ')}) ${condition}
    ) w where place = 1`;
}

const probes = Array.from({ length: 200 }, (_, i) => [
  ((i * 7919) % exposures) + 1,
  ((i * 31) % detectors) + 1,
]);

async function perProbe(work: (exposure: number, detector: number) => Promise<unknown>): Promise<number> {
  const all = async () => {
    for (const [exposure, detector] of probes) await work(exposure, detector);
  };
  return (await best(3, all)) / probes.length;
}

const insertion: string[][] = [];
const findFirst: string[][] = [];
const first: { everything: number; query: number; find: number } = { everything: 0, query: 0, find: 0 };
for (const runs of chainLengths) {
  const registry = `chain_of_${runs}`;
  const spent = await fill(registry, runs);
  const ready = await readyMade(registry);
  insertion.push([
    `${runs} runs`,
    `${Math.round(datasets / (spent / 1000))}`,
    `${Math.round(datasets / (ready / 1000))}`,
    (spent / ready).toFixed(2),
  ]);
  await client.query(`set butler.registry = '${registry}'`);
  const everything = await best(3, () =>
    client.query(`select count(*) from butler.query_datasets('raw', '{chain}')`),
  );
  const window = await windowSql(registry, '');
  const rival = await best(3, () => client.query(window));
  const ids = [
    await value<bigint>(`select count(distinct id) from butler.query_datasets('raw', '{chain}')`),
    await value<bigint>(window),
  ];
  if (ids[0] !== ids[1]) throw new Error(`find-first gave ${ids[0]} datasets, the window ${ids[1]}`);
  const dataId = (exposure: number, detector: number) =>
    JSON.stringify({ instrument: 'Cam', exposure, detector });
  const query = await perProbe((exposure, detector) =>
    client.query(`select * from butler.query_datasets('raw', '{chain}', data_id => $1)`, [
      dataId(exposure, detector),
    ]),
  );
  const find = await perProbe((exposure, detector) =>
    client.query(`select * from butler.find_dataset('raw', $1, '{chain}')`, [dataId(exposure, detector)]),
  );
  const one = await windowSql(registry, `and t.instrument = 'Cam' and t.exposure = $1 and t.detector = $2`);
  const rivalOne = await perProbe((exposure, detector) => client.query(one, [exposure, detector]));
  if (runs === chainLengths[0]) Object.assign(first, { everything, query, find });
  const line = (what: string, ours: number, theirs: number, base: number) =>
    findFirst.push([
      `${runs} runs: ${what}`,
      milliseconds(ours),
      milliseconds(theirs),
      (ours / theirs).toFixed(2),
      (ours / base).toFixed(2),
    ]);
  line('everything', everything, rival, first.everything);
  line('one data ID, query_datasets', query, rivalOne, first.query);
  line('one data ID, find_dataset', find, rivalOne, first.find);
}

console.log(`${datasets} datasets of ${datasets / 2} data IDs in each chain; times are ${clock.what}`);
printTable(['registration', 'datasets/s', 'ready-made datasets/s', 'ours/ready'], insertion);
console.log();
printTable(['find-first', 'ms', 'window over CASE ms', 'ours/window', 'against 2 runs'], findFirst);

await collections(client);
await client.end();

/** A hundred thousand collections: flattening a chain, and the names that a glob matches. */
async function collections(client: pg.Client): Promise<void> {
  const registry = 'many';
  const nights = 1000;
  const perNight = 100;
  await client.query('select butler.create_registry($1)', [registry]);
  await client.query(`set butler.registry = '${registry}'`);
  const [registering] = await timed(() =>
    client.query(
      `select count(butler.register_collection(format('DEEP/%s/drp/%s', 20190000 + n, r)))
       from generate_series(1, ${nights}) n, generate_series(1, ${perNight}) r`,
    ),
  );
  await client.query(`vacuum analyze ${registry}.collection`);
  const chain = await value<string[]>(
    `select array_agg(name order by name) from ${registry}.collection where name like 'DEEP/2019000%'`,
  );
  await client.query(`select butler.register_collection('DEEP/all', 'CHAINED')`);
  const [setting] = await timed(() => client.query(`select butler.set_chain('DEEP/all', $1)`, [chain]));
  const flatten = await best(5, () =>
    client.query(`select name from butler.query_collections('{DEEP/all}', flatten_chains => true)`),
  );
  const recursion = await best(5, () =>
    client.query(`
      with recursive w (path, id, type) as (
        select array[0], collection_id, type from ${registry}.collection where name = 'DEEP/all'
        union all
        select w.path || cc.position::int, c.collection_id, c.type
        from w
        join ${registry}.collection_chain cc on cc.parent = w.id
        join ${registry}.collection c on c.collection_id = cc.child
      )
      select c.name from w join ${registry}.collection c on c.collection_id = w.id where w.type <> 3 order by w.path`),
  );
  const pattern = 'DEEP/2019040*/drp/7';
  const glob = await best(5, () =>
    client.query('select name from butler.query_collections($1)', [[pattern]]),
  );
  const expression = /^DEEP\/2019040.*\/drp\/7$/;
  const fetching = await best(5, async () => {
    const { rows } = await client.query<{ name: string }>(
      `select collection_id, name, type from ${registry}.collection`,
    );
    return rows.filter(({ name }) => expression.test(name));
  });
  console.log();
  printTable(
    [`${nights * perNight} collections`, 'ms', 'rival ms', 'ours/rival'],
    [
      ['register them', milliseconds(registering), '', ''],
      [`set a chain of ${chain.length}`, milliseconds(setting), '', ''],
      [
        `flatten it; recursion`,
        milliseconds(flatten),
        milliseconds(recursion),
        (flatten / recursion).toFixed(2),
      ],
      [
        `${pattern}; all names fetched`,
        milliseconds(glob),
        milliseconds(fetching),
        (glob / fetching).toFixed(2),
      ],
    ],
  );
}
