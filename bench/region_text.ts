/**
 * Region to s_region text: encoded polygons of four corners by sky.regions_s_region in batches and by
 * sky.region_s_region row by row, against SQL that formats eight numbers a row that it already has.
 */
import { readFileSync } from 'node:fs';
import { encodeRegion } from '../plv8/sky/codec.ts';
import { fromDegrees } from '../plv8/sky/vector.ts';
import { database } from '../test/support/database.ts';

const polygons = 200_000;
const distinct = 20_000;
const batch = 1_000;
const repeats = 5;

/** CPU seconds that a server process has used, where the system tells. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Detector-like rectangles of 0.2° all over the sky. */
function corners(i: number): [number, number][] {
  const lon = (i * 137.508) % 360;
  const lat = Math.asin(1.98 * ((i + 0.5) / distinct) - 0.99) * (180 / Math.PI);
  const half = 0.1 / Math.cos((lat * Math.PI) / 180);
  return [
    [lon - half, lat - 0.1],
    [lon + half, lat - 0.1],
    [lon + half, lat + 0.1],
    [lon - half, lat + 0.1],
  ];
}

await using db = await database();
const some = Array.from({ length: distinct }, (_, i) => corners(i));
await db.query('create temporary table patterns (n int, region bytea, numbers float8[])');
await db.query('insert into patterns select * from unnest($1::int[], $2::bytea[]) as s (n, region)', [
  some.map((_, i) => i),
  some.map((c) =>
    Buffer.from(encodeRegion({ kind: 'ConvexPolygon', vertices: c.map(([a, b]) => fromDegrees(a, b)) })),
  ),
]);
await db.query(`update patterns set numbers = array(
  select m[1]::float8 from regexp_matches(sky.region_s_region(region), '-?\\d+\\.\\d+', 'g') as m)`);
await db.query(`create temporary table polygons as
  select g as id, s.region, s.numbers from generate_series(0, ${polygons - 1}) as g join patterns as s on s.n = g % ${distinct}`);
await db.query('analyze polygons');

const number = (i: number) => `round(numbers[${i}]::numeric, 6)`;
const statements = {
  'SQL, numbers at hand': `select max(length(concat_ws(' ', 'POLYGON ICRS', ${Array.from({ length: 8 }, (_, i) => number(i + 1)).join(', ')}))) as longest from polygons`,
  'sky.region_s_region': 'select max(length(sky.region_s_region(region))) as longest from polygons',
  'sky.regions_s_region': `select max(length(t)) as longest from (
     select sky.regions_s_region(array_agg(region)) as texts from polygons group by id / ${batch}) as b, unnest(b.texts) as t`,
};

const [{ pid }] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
const best = new Map<string, { wall: number; cpu: number }>();
for (let turn = 0; turn < repeats; ++turn) {
  for (const [name, sql] of Object.entries(statements)) {
    const cpu = cpuSeconds(pid);
    const started = performance.now();
    await db.query(sql);
    const took = { wall: (performance.now() - started) / 1000, cpu: cpuSeconds(pid) - cpu };
    const before = best.get(name);
    best.set(name, {
      wall: Math.min(took.wall, before?.wall ?? Infinity),
      cpu: Math.min(took.cpu, before?.cpu ?? Infinity),
    });
  }
}

const rival = best.get('SQL, numbers at hand')!;
const perSecond = (seconds: number) => Math.round(polygons / seconds).toLocaleString('en');
console.log(`${polygons.toLocaleString('en')} polygons of four corners, best of ${repeats}`);
console.log(
  `${''.padEnd(22)}${['wall s', 'CPU s', 'a CPU second', 'CPU ratio'].map((h) => h.padStart(14)).join('')}`,
);
for (const [name, { wall, cpu }] of best) {
  const cells = [wall.toFixed(2), cpu.toFixed(2), perSecond(cpu), (cpu / rival.cpu).toFixed(2)];
  console.log(name.padEnd(22) + cells.map((cell) => cell.padStart(14)).join(''));
}
