/** Footprints: what is kept of each region, when it is stored, by whom, and until when. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import type { Region } from '../../plv8/sky/region.ts';
import { fromDegrees } from '../../plv8/sky/vector.ts';
import { registry } from '../butler/collection_support.ts';
import { insert, square, survey } from '../butler/record_support.ts';
import type { TestDatabase } from '../support/database.ts';
import { fixturePath, fixtureTest } from '../support/fixtures.ts';
import { base64, observeTracts, storeTracts } from './search_support.ts';

interface Footprint {
  id: number;
  kind: string | null;
  s_ra: number | null;
  s_dec: number | null;
  s_fov: number | null;
  s_region: string | null;
  complaint: string | null;
  region: Buffer | null;
  cells: number;
}

/** The footprints of the tracts, by their ids; a tract without one is left out. */
function footprints(db: Pick<TestDatabase, 'query'>): Promise<Footprint[]> {
  return db.query<Footprint>(
    `select t.id::int as id, f.kind, f.s_ra, f.s_dec, f.s_fov, f.s_region, f.complaint, f.region,
            (select count(*)::int from r.almagest_footprint_pixel p where p.footprint = f.footprint) as cells
     from r.tract t join r.almagest_footprint f on f.footprint = md5(t.region)::uuid
     order by t.id`,
  );
}

const circle = (ra: number, decl: number, radius = 0.01): Region =>
  circleOfAngle(fromDegrees(ra, decl), radius);

async function count(db: Pick<TestDatabase, 'query'>, table: string): Promise<number> {
  const [{ n }] = await db.query<{ n: number }>(`select count(*)::int as n from r.${table}`);
  return n;
}

function lines<T>(name: string): T[] {
  const file = fixturePath('sky', name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

test('a registry that has records has their footprints, each distinct region once', async (t) => {
  await using db = await survey();
  await db.query(`select obscore._prepare_footprints('r')`);
  await db.query(`select obscore._prepare_footprints('r')`);
  const rows = await db.query<{ kind: string; s_region: string; cells: number }>(
    `select f.kind, f.s_region,
            (select count(*)::int from r.almagest_footprint_pixel p where p.footprint = f.footprint) as cells
     from (select region from r.visit union all select region from r.visit_detector_region) r
     join r.almagest_footprint f on f.footprint = md5(r.region)::uuid
     where f.complaint is null`,
  );
  t.is(rows.length, 2);
  for (const { kind, s_region, cells } of rows) {
    t.is(kind, 'ConvexPolygon');
    t.regex(s_region, /^POLYGON ICRS 10\.000000 10\.000000 /);
    t.true(cells >= 1 && cells <= 16);
  }
  t.is(await count(db, 'almagest_footprint'), 2);
});

fixtureTest(
  'polygons have the position, size and text that the reference gives them, to the last bit',
  async (t) => {
    interface Case {
      kind: string;
      base64: string;
      s_ra: number;
      s_dec: number;
      s_fov: number;
      s_region: string;
    }
    const cases = lines<Case>('regions.jsonl');
    await using db = await registry();
    await db.query(`select obscore._prepare_footprints('r')`);
    await storeTracts(
      db,
      cases.map((c) => c.base64),
    );
    const rows = new Map((await footprints(db)).map((row) => [row.id, row]));
    let polygons = 0;
    for (const [n, c] of cases.entries()) {
      const row = rows.get(n + 1) as Footprint;
      if (c.kind === 'ConvexPolygon') {
        polygons++;
        const { s_ra, s_dec, s_fov, s_region, complaint } = row;
        t.deepEqual(
          { s_ra, s_dec, s_fov, s_region, complaint },
          { s_ra: c.s_ra, s_dec: c.s_dec, s_fov: c.s_fov, s_region: c.s_region, complaint: null },
        );
      } else if (row.complaint === null) {
        // The reference has nothing for these.
        t.is(row.kind, c.kind);
        t.regex(row.s_region as string, /^[A-Z]+ ICRS /);
        t.true((row.s_fov as number) >= 0 && (row.s_ra as number) >= 0);
        t.true(row.cells >= 1 && row.cells <= 16);
      } else t.regex(row.complaint, /^an empty \w+ has no position$/);
    }
    t.true(polygons > 50);
  },
);

fixtureTest('a region that cannot be decoded is stored with a complaint and NULLs', async (t) => {
  interface Case {
    input: 'hex' | 'base64';
    hex: string | null;
    base64?: string;
    outcome: 'error' | 'decoded';
    message?: string;
  }
  const cases = lines<Case>('malformed.jsonl').filter(({ input, hex }) => input === 'base64' || hex !== null);
  const texts = cases.map((c) =>
    c.input === 'hex' ? Buffer.from(c.hex as string, 'hex').toString('base64') : (c.base64 as string),
  );
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await storeTracts(db, texts);
  const rows = new Map((await footprints(db)).map((row) => [row.id, row]));
  let refused = 0;
  for (const [n, c] of cases.entries()) {
    const row = rows.get(n + 1) as Footprint;
    // No bytes at all are the text of a union of nothing.
    if (c.outcome === 'error' && texts[n] !== '') t.truthy(row.complaint, JSON.stringify(c));
    if (row.complaint === null) continue;
    refused++;
    const { kind, s_ra, s_dec, s_fov, s_region, region, cells } = row;
    t.deepEqual([kind, s_ra, s_dec, s_fov, s_region, region, cells], [null, null, null, null, null, null, 0]);
  }
  t.true(refused > 20);
});

test('a region nested deeply has a footprint, too', async (t) => {
  let region = circle(10, 10);
  for (let depth = 0; depth < 1000; depth++)
    region = {
      kind: depth % 2 ? 'UnionRegion' : 'IntersectionRegion',
      operands: [region, circle(10, 10 + depth / 1e6)],
    };
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await storeTracts(db, [base64(region)]);
  const [{ complaint, cells }] = await footprints(db);
  t.is(complaint, null);
  t.true(cells > 0 && cells <= 16);
});

test('regions of no numbers, of no text and of several pieces', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  const vertices = [
    [10, 10],
    [11, 10],
    [11, 11],
  ].map(([ra, decl]) => fromDegrees(ra, decl));
  const pieces = `${base64(circle(10, 10))}:${base64(circle(12, 10))}`;
  await storeTracts(db, [
    base64({ kind: 'ConvexPolygon', vertices: [[NaN, 0, 0], ...vertices.slice(1)] }),
    base64({ kind: 'ConvexPolygon', vertices: [[Infinity, 0, 0], ...vertices.slice(1)] }),
    base64(circleOfAngle([NaN, NaN, NaN], 0.1)),
    '',
    'é',
    pieces,
    base64({ kind: 'ConvexPolygon', vertices: [...vertices].reverse() }),
  ]);
  await db.query(`insert into r.tract (skymap, id) values ('rings', 100)`);
  const rows = await footprints(db);
  t.deepEqual(
    rows.map(({ id, complaint }) => [id, complaint !== null]),
    [
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [5, true],
      [6, false],
      [7, false],
    ],
  );
  t.is(rows[5].kind, 'UnionRegion');
  const [{ same }] = await db.query<{ same: boolean }>(
    `select f.region = sky.region_from_base64(t.region) as same
     from r.tract t join r.almagest_footprint f on f.footprint = md5(t.region)::uuid where t.id = 6`,
  );
  t.true(same);
  t.is(rows[6].cells, 6, 'which way round it is meant is not known');
});

test('regions are decoded when a record is stored, changed or replaced, whoever does it', async (t) => {
  await using db = await survey();
  await db.query(`select obscore._prepare_footprints('r')`);
  const known = async (table: string, where: string) => {
    const rows = await db.query<{ known: boolean }>(
      `select f.complaint is null as known
       from r.${table} n left join r.almagest_footprint f on f.footprint = md5(n.region)::uuid where ${where}`,
    );
    return rows.every((row) => row.known) && rows.length > 0;
  };
  const region = (detector: number, side: number) => ({
    instrument: 'Cam',
    visit: 10,
    detector,
    region: square(10, 10, side),
  });
  await insert(db.client, 'visit_detector_region', region(2, 0.21));
  t.true(await known('visit_detector_region', 'detector = 2'));
  await insert(db.client, 'visit_detector_region', region(2, 0.22), 'replace');
  t.true(await known('visit_detector_region', 'detector = 2'));
  t.is(await count(db, 'almagest_footprint'), 4, 'what was replaced does no harm');
  await db.query('update r.visit set region = $1', [base64(circle(3, 4))]);
  t.true(await known('visit', 'true'));
  // As butler.insert_datasets and restored dumps do.
  await db.query(`set session_replication_role = replica`);
  await db.query('update r.visit set region = $1', [base64(circle(5, 6))]);
  await db.query('reset session_replication_role');
  t.true(await known('visit', 'true'));
  // A client of the Data Butler that may write records and knows of no footprints.
  await db.query('create role footprint_client');
  try {
    await db.query('grant usage on schema r to footprint_client');
    await db.query('grant select, update on r.visit to footprint_client');
    await db.query('set role footprint_client');
    await db.query('update r.visit set region = $1', [base64(circle(7, 8))]);
    await db.query('reset role');
    t.true(await known('visit', 'true'));
  } finally {
    await db.query('reset role; drop owned by footprint_client; drop role footprint_client');
  }
});

test('a thousand records of the same and of other regions in one statement', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  const regions = Array.from({ length: 2500 }, (_, n) => base64(circle(n % 360, (n % 1200) / 20 - 30)));
  await storeTracts(db, regions);
  t.is((await footprints(db)).filter(({ complaint, cells }) => complaint === null && cells > 0).length, 2500);
  t.is(await count(db, 'almagest_footprint'), new Set(regions).size);
});

test('two sessions store the same regions at the same time, and the first may take it back', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await db.query(`insert into r.skymap (name) values ('rings')`);
  const other = await db.connect();
  const regions = Array.from({ length: 20 }, (_, n) => base64(circle(n, 10)));
  const store = (session: Pick<TestDatabase['client'], 'query'>, from: number, texts: readonly string[]) =>
    session.query(
      `insert into r.tract (skymap, id, region)
       select 'rings', n + $1, region from unnest($2::text[]) with ordinality as t (region, n)`,
      [from, texts],
    );
  for (const [end, from] of [
    ['rollback', 0],
    ['commit', 100],
  ] as const) {
    await db.query('begin');
    await store(db.client, from, regions);
    const second = store(other, from + 50, [...regions].reverse());
    await db.query(end);
    await second;
    const rows = await footprints(db);
    t.true(rows.every(({ complaint, cells }) => complaint === null && cells > 0));
    t.is(await count(db, 'almagest_footprint'), 20);
    t.is(rows.length, await count(db, 'tract'));
  }
});

test('what nothing refers to any more can be cleared away, and nothing else is', async (t) => {
  await using db = await registry();
  await db.query(`select obscore._prepare_footprints('r')`);
  await storeTracts(db, [circle(1, 1), circle(2, 2), circle(3, 3), circle(4, 4)].map(base64));
  await observeTracts(db);
  const prune = async () => {
    const [{ n }] = await db.query<{ n: number }>(`select obscore._prune_footprints('r')::int as n`);
    return n;
  };
  t.is(await prune(), 0);
  await db.query('delete from r.tract where id in (2, 3, 4)');
  t.is(await prune(), 0, 'the ObsCore table has them');
  await db.query(`delete from r.obscore where obs_id in ('2', '3')`);
  // Another session is about to store one of them again.
  const other = await db.connect();
  await other.query('begin');
  await other.query(`insert into r.tract (skymap, id, region) values ('rings', 20, $1)`, [
    base64(circle(2, 2)),
  ]);
  t.is(await prune(), 1);
  await other.query('commit');
  t.is(await prune(), 0);
  t.deepEqual(
    (await footprints(db)).map(({ id, cells }) => [id, cells > 0]),
    [
      [1, true],
      [20, true],
    ],
  );
  t.is(await count(db, 'almagest_footprint'), 3);
  const [{ loose }] = await db.query<{ loose: number }>(
    `select count(*)::int as loose from r.almagest_footprint_pixel p
     where not exists (select from r.almagest_footprint f where f.footprint = p.footprint)`,
  );
  t.is(loose, 0);
});

test('footprints go without a trace, and come for a registry of any name', async (t) => {
  await using db = await registry();
  const catalog = () =>
    db.query(
      `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'r' and c.relname like 'almagest%'
       union all
       select t.tgname::text from pg_trigger t where t.tgname like 'almagest_footprint%'
       union all
       select p.proname::text from pg_proc p where p.proname like 'almagest_footprint%'
       order by 1`,
    );
  const before = await catalog();
  await db.query(`select obscore._prepare_footprints('r')`);
  t.true((await catalog()).length > before.length + 10);
  await db.query(`select obscore._drop_footprints('r')`);
  await db.query(`select obscore._drop_footprints('r')`);
  t.deepEqual(await catalog(), before);
  await db.query(`select butler.create_registry('It''s "so"')`);
  await db.query(`select obscore._prepare_footprints('It''s "so"')`);
  await db.query(`insert into "It's ""so""".skymap (name) values ('rings')`);
  await db.query(`insert into "It's ""so""".tract (skymap, id, region) values ('rings', 1, $1)`, [
    base64(circle(1, 1)),
  ]);
  const [{ n }] = await db.query<{ n: number }>(
    `select cardinality(obscore._footprints_covering('It''s "so"', 1, 1)) as n`,
  );
  t.is(n, 1);
});

test('pgSphere is asked for in vain where it is not installed', async (t) => {
  await using db = await registry();
  const error = await t.throwsAsync(db.query(`select obscore._prepare_footprints('r', true)`));
  t.regex(String(error?.message), /^ObsCoreStateError: .*pgSphere/);
  t.regex((error as unknown as { hint: string }).hint, /create extension pg_sphere/);
});

fixtureTest('pgSphere has the polygons and centres that the reference gives it', async (t) => {
  interface Case {
    kind: string;
    base64: string;
    pgs_region: string | null;
    pgs_position: string | null;
  }
  const cases = lines<Case>('regions.jsonl').filter(({ kind }) => kind === 'ConvexPolygon');
  await using db = await registry();
  // Types that keep the literals as they are, in place of the extension's.
  await db.query(
    `create schema sphere; create domain sphere.spoly as text; create domain sphere.spoint as text`,
  );
  await db.query(
    `insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
     values (987654, 'pg_sphere', 10, 'sphere'::regnamespace, false, '1.2')`,
  );
  const half = cases.length >> 1;
  await storeTracts(
    db,
    cases.slice(0, half).map((c) => c.base64),
  );
  await db.query(`select obscore._prepare_footprints('r')`);
  await db.query(`select obscore._prepare_footprints('r', true)`);
  await storeTracts(db, [...cases.slice(half).map((c) => c.base64), base64(circle(1, 1)), 'AAAA']);
  const rows = await db.query<{ id: number; spoly: string | null; spoint: string | null }>(
    `select t.id::int as id, f.spoly, f.spoint
     from r.tract t join r.almagest_footprint f on f.footprint = md5(t.region)::uuid order by t.id`,
  );
  const numbers = (text: string | null) => (text?.match(/[-\d.e]+/g) ?? []).map(Number);
  for (const [n, c] of cases.entries()) {
    t.deepEqual(numbers(rows[n].spoly), numbers(c.pgs_region));
    t.deepEqual(numbers(rows[n].spoint), numbers(c.pgs_position));
    t.is(rows[n].spoly?.replace(/[-\d.e]+/g, ''), c.pgs_region?.replace(/[-\d.e]+/g, ''));
  }
  t.is(rows[cases.length].spoly, null);
  t.is(numbers(rows[cases.length].spoint).length, 2);
  t.is(rows[cases.length + 1].spoint, null);
});
