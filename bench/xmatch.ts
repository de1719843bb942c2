/** A cross-match of 100 k positions with a million within 2″, against q3c_join and pgsphere; the same pairs from all. */
import { hasExtension, milliseconds, printTable, starBench } from './support/searching.ts';

await using bench = await starBench();
const { client } = bench;
await client.query(
  `create table bench.obs as
   select id, (ra + (random() - 0.5) * 4 / 3600 / greatest(cosd(dec), 1e-6))::float8 as ra,
     greatest(-90, least(90, dec + (random() - 0.5) * 4 / 3600))::float8 as dec
   from bench.star where id % 10 = 0`,
);
await client.query('alter table bench.obs add primary key (id)');
await client.query('vacuum analyze bench.star');
await client.query('vacuum analyze bench.obs');

interface Run {
  readonly name: string;
  readonly sql: string;
  readonly before?: string;
}

const runs: Run[] = [
  {
    name: 'sky.xmatch, no index',
    sql: `select left_id, right_id from sky.xmatch('bench.obs', 'bench.star', 2)`,
  },
  {
    name: 'sky.xmatch',
    sql: `select left_id, right_id from sky.xmatch('bench.obs', 'bench.star', 2)`,
    before: `select sky.add_position_index('bench.star')`,
  },
  {
    name: 'sky.xmatch, nearest only',
    sql: `select left_id, right_id from sky.xmatch('bench.obs', 'bench.star', 2, nearest_only => true)`,
  },
  {
    name: 'join on sky.within',
    sql: 'select o.id, s.id from bench.obs o join bench.star s on sky.within(s.ra, s.dec, o.ra, o.dec, 2)',
  },
  {
    name: 'join on sky.in_cone',
    sql: 'select o.id, s.id from bench.obs o join bench.star s on sky.in_cone(s.ra, s.dec, o.ra, o.dec, 2)',
  },
];
if (await hasExtension(client, 'q3c'))
  runs.push({
    name: 'q3c_join',
    sql: 'select o.id, s.id from bench.obs o join bench.star s on q3c_join(o.ra, o.dec, s.ra, s.dec, 2 / 3600.0)',
    before: 'create index on bench.star (q3c_ang2ipix(ra, dec)); analyze bench.star',
  });
if (await hasExtension(client, 'pg_sphere'))
  runs.push({
    name: 'pgsphere',
    sql: `select o.id, s.id from bench.obs o join bench.star s
          on spoint(radians(s.ra), radians(s.dec)) <@ scircle(spoint(radians(o.ra), radians(o.dec)), radians(2 / 3600.0))`,
    before: 'create index on bench.star using gist (spoint(radians(ra), radians(dec))); analyze bench.star',
  });

const results: { name: string; time: number; pairs: number; sum: number }[] = [];
for (const run of runs) {
  if (run.before) await client.query(run.before);
  let time = Number.POSITIVE_INFINITY;
  let pairs = 0;
  let sum = 0;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const { rows } = await client.query<{ n: bigint; sum: number }>(
      `select count(*) as n, sum(a * 31 + b)::float8 as sum from (${run.sql}) as pair (a, b)`,
    );
    time = Math.min(time, performance.now() - start);
    pairs = Number(rows[0].n);
    sum = rows[0].sum;
  }
  results.push({ name: run.name, time, pairs, sum });
}
const rival = results.find(({ name }) => name === 'q3c_join') ?? results[1];
printTable(
  ['cross-match of 100 k with 1 M', 'ms', `of ${rival.name}`, 'pairs'],
  results.map(({ name, time, pairs }) => [
    name,
    milliseconds(time),
    (time / rival.time).toFixed(2),
    String(pairs),
  ]),
);
const wrong = results.find(({ name, sum }) => !name.includes('nearest') && sum !== results[0].sum);
if (wrong) throw new Error(`${wrong.name} finds other pairs than ${results[0].name}`);
