import test from 'ava';
import fc from 'fast-check';
import { encodeRegion } from '../../plv8/sky/codec.ts';
import type { Region } from '../../plv8/sky/region.ts';
import { regionFromText } from '../../plv8/sky/s_region.ts';
import { registry } from '../butler/collection_support.ts';
import { insert } from '../butler/dataset_support.ts';
import { arbitraryRegion } from '../sky/region_arbitrary.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { base64, storeTracts } from './search_support.ts';
import { create, insertCalexps, insertRaws, surveyRegistry } from './survey_support.ts';

const columns = `dataproduct_type text, dataproduct_subtype text, calib_level smallint, target_name text, obs_id text,
  obs_collection text, obs_publisher_did text, access_format text, s_fov double precision, s_resolution double precision,
  t_min double precision, t_max double precision, t_exptime double precision, t_resolution double precision,
  em_min double precision, em_max double precision, em_res_power double precision, pol_states varchar(20),
  facility_name text, instrument_name varchar(32), registry_dataset_id uuid, footprint uuid`;

/** Two published tables with one observation each, and one with NULL in every column but its name. */
async function archive(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('deep')`);
  for (const name of ['one', 'two']) {
    await db.query(`create table deep.${name} (${columns})`);
    await db.query(
      `insert into obscore.definition values ('deep', $1, 'live', 'record', false, '{"obs_publisher_did_fmt": "ivo://x.org/?{id}"}')`,
      [name],
    );
    await db.query(`select obscore.publish($1, 'deep')`, [name]);
  }
  await db.query(`insert into deep.one values ('image', 'raw', 1, 'M 31', 'a', 'Deep',
    'ivo://x.org/?00000000-0000-0000-0000-00000000000A', 'image/fits', 1.5, 0.7, 60000.0, 60000.5, 30, 30,
    5e-7, 6e-7, 4, '/I/Q/', 'Tower', 'Cam', '00000000-0000-0000-0000-00000000000a', null)`);
  await db.query(`insert into deep.two values ('cube', 'stack', 3, '{M 31}', 'b', 'Wide, "x"',
    'ivo://x.org/?b', 'application/fits', 3, 2, 60001.0, 60002.0, 600, null, 2e-7, 3e-7, 1000, '/RR/', 'Dish', 'Rx', null, null)`);
  await db.query(
    `insert into deep.two (obs_id, dataproduct_type) values ('nothing', 'image'), ('spectrum', 'spectrum')`,
  );
  return db;
}

async function search(db: TestDatabase, parameters: string): Promise<string> {
  const rows = await db.query<{ obs_id: string }>(
    `select obs_id from obscore.siav2(${parameters}) order by obs_id`,
  );
  return rows.map(({ obs_id }) => obs_id).join(' ');
}

test('each parameter is compared with its column, and NULL meets none', async (t) => {
  await using db = await archive();
  for (const [parameters, expected] of [
    ['', 'a b nothing'],
    [`band => '5.5e-7'`, 'a'],
    [`band => '-Inf 2e-7'`, 'b'],
    [`band => '3e-7 5e-7'`, 'a b'],
    [`band => '3.1e-7 4.9e-7'`, ''],
    [`band => '-Inf +Inf'`, 'a b'],
    [`band => '7e-7 Infinity'`, ''],
    [`"time" => '60000.5'`, 'a'],
    [`"time" => '60000.6 60001'`, 'b'],
    [`"time" => '60000.6 60000.9'`, ''],
    [`"time" => '-Inf 59999.9'`, ''],
    [`exptime => '30 30'`, 'a'],
    [`exptime => '30'`, 'a'],
    [`exptime => '31 +Inf'`, 'b'],
    [`fov => '1 2'`, 'a'],
    [`fov => '{-Inf 1.5,3 +Inf}'`, 'a b'],
    [`spatres => '-Inf 1'`, 'a'],
    [`specrp => '1000 +Inf'`, 'b'],
    [`timeres => '-Inf +Inf'`, 'a'],
    [`pol => 'Q'`, 'a'],
    [`pol => 'R'`, ''],
    [`pol => '{RR,I}'`, 'a b'],
    [`collection => 'Deep'`, 'a'],
    [`collection => 'deep'`, ''],
    [`collection => array['Wide, "x"', 'Deep']::text`, 'a b'],
    [`facility => 'Dish'`, 'b'],
    [`instrument => '{Cam,Rx}'`, 'a b'],
    [`dptype => 'cube'`, 'b'],
    [`dptype => 'image'`, 'a nothing'],
    [`dpsubtype => 'raw'`, 'a'],
    [`calib => 1`, 'a'],
    [`calib => array[1, 3]`, 'a b'],
    [`calib => '{3,4}'`, 'b'],
    [`target => 'M 31'`, 'a'],
    [`target => '{"{M 31}"}'`, 'b'],
    [`target => ''`, 'a b nothing'],
    [`target => '{}', format => null`, 'a b nothing'],
    [`format => 'image/fits'`, 'a'],
    [`id => 'IVO://X.org/?00000000-0000-0000-0000-00000000000a'`, 'a'],
    [`id => 'ivo://y.org/?00000000-0000-0000-0000-00000000000a'`, ''],
    [`id => '00000000-0000-0000-0000-00000000000a'`, ''],
    [`band => '5.5e-7', instrument => 'Rx'`, ''],
    [`band => '5.5e-7', instrument => '{Rx,Cam}', calib => 1`, 'a'],
    [`facility => 'x'' or true --'`, ''],
  ] as const)
    t.is(await search(db, parameters), expected, parameters);
});

test('what cannot be read is refused with the name of its parameter', async (t) => {
  await using db = await archive();
  for (const [parameters, message] of [
    [`band => '1 2 3'`, /BAND: '1 2 3' has more than two numbers/],
    [`band => '5e-7m'`, /BAND: '5e-7m' is no number/],
    [`"time" => 'now'`, /TIME: 'now' is no number/],
    [`"time" => ' '`, /TIME: '' is no number/],
    [`fov => 'NaN'`, /FOV: 'NaN' is no end/],
    [`exptime => '3 2'`, /EXPTIME: the interval '3 2' ends before it begins/],
    [`calib => 5`, /CALIB: '5' is no calibration level/],
    [`calib => 1.5`, /CALIB: '1\.5'/],
    [`dptype => 'spectrum'`, /DPTYPE: 'spectrum' is no kind of image/],
    [`pos => 'CIRCLE 1 2'`, /POS: CIRCLE requires 3 numbers/],
    [`pos => '{CIRCLE 1 2 3,SQUARE 1 2 3 4}'`, /POS: Unrecognized shape/],
    [`pos => 'CIRCLE 0 91 1'`, /POS: /],
    [`target => '{"a'`, /TARGET: '{"a' is no array of values/],
    [`maxrec => -1`, /MAXREC: -1 is below 0/],
  ] as const) {
    const error = await t.throwsAsync<Error & { code: string; hint: string }>(search(db, parameters), {
      message,
    });
    t.is(error?.code, 'OC005', parameters);
    t.truthy(error?.hint, parameters);
  }
  await db.query(`select obscore.unpublish('one', 'deep'), obscore.unpublish('two', 'deep')`);
  t.is(await search(db, `band => '1 2'`), '');
  await t.throwsAsync(search(db, `band => 'x'`), { message: /BAND/ });
  await t.throwsAsync(search(db, `pos => 'x'`), { message: /POS/ });
});

test('of more than maxrec observations so many are given, with a warning', async (t) => {
  await using db = await archive();
  await db.query(
    `insert into deep.one (dataproduct_type, obs_id) select 'image', i from generate_series(1, 1000) i`,
  );
  const warnings: string[] = [];
  db.client.on('notice', ({ severity, code, message }) => warnings.push(`${severity} ${code} ${message}`));
  const count = async (parameters: string) =>
    (await db.query(`select * from obscore.siav2(${parameters})`)).length;
  t.is(await count('maxrec => 5'), 5);
  t.deepEqual(warnings, ['WARNING 01OC1 OVERFLOW: more than 5 observations match']);
  warnings.length = 0;
  t.is(await count('maxrec => 1003'), 1003);
  t.is(await count('maxrec => 1002'), 1002);
  t.is(warnings.length, 1);
  warnings.length = 0;
  t.is(await count('maxrec => 0'), 0);
  t.is(await count('maxrec => null'), 1003);
  t.is(await count(`maxrec => 1, facility => 'Dish'`), 1);
  t.is(await count('maxrec => 9223372036854775807'), 1003);
  t.deepEqual(warnings, []);
});

/** A registry with one map of each of these regions, and its observations published. */
async function mapsOf(regions: readonly Region[]): Promise<TestDatabase> {
  const db = await registry();
  await storeTracts(db, regions.map(base64));
  await db.query(`
    select butler.register_collection('maps');
    select butler.register_dataset_type('map', '{tract}', 'ExposureF')`);
  await insert(
    db.client,
    'map',
    'maps',
    regions.map((_, i) => ({ skymap: 'rings', tract: i + 1 })),
  );
  await create(db.client, {
    collections: ['maps'],
    dataset_types: { map: { dataproduct_type: 'image', calib_level: 3, obs_id_fmt: '{tract}' } },
    extra_columns: {},
  });
  return db;
}

test('positions are found wherever they are, and whatever region is searched', async (t) => {
  const regions = [
    'POLYGON 359.5 -0.5 0.5 -0.5 0.5 0.5 359.5 0.5',
    'POLYGON 0 89 120 89 240 89',
    'POLYGON 0 -89 120 -89 240 -89',
    'CIRCLE 0 0 180',
    'CIRCLE 33 90 0.2',
    'RANGE 350 10 -5 5',
    'ELLIPSE 180 -45 3 1 30',
    'UNION (CIRCLE 10 10 1 CIRCLE 200 -20 2)',
  ].map(regionFromText);
  const others = fc.sample(arbitraryRegion, { numRuns: 60, seed: 7 });
  await using db = await mapsOf([...regions, ...others]);
  const stored = await db.query<{ id: string; region: Buffer }>(
    `select t.id::text, f.region from r.tract t join r.almagest_footprint f on f.footprint = md5(t.region)::uuid
     where f.complaint is null`,
  );
  const searches = [
    'CIRCLE 0 0 0.001',
    'CIRCLE 12 -90 0.5',
    'RANGE 0 360 89.9 +Inf',
    'RANGE -Inf +Inf -Inf +Inf',
    'POLYGON 359 -1 1 -1 1 1 359 1',
    'POLYGON 1 1 1 -1 359 -1 359 1',
    'CIRCLE 180 -45 0',
    'circle 180 -45 0.1',
  ];
  for (const pos of searches) {
    const expected = await db.query<{ id: string }>(
      `select f.id from unnest($2::text[], $3::bytea[]) f (id, region)
       where sky.region_overlaps(f.region, $1) is not false`,
      [
        Buffer.from(encodeRegion(regionFromText(pos))),
        stored.map(({ id }) => id),
        stored.map(({ region }) => region),
      ],
    );
    const found = await search(db, `pos => '${pos}'`);
    t.deepEqual(found.split(' ').filter(Boolean).sort(), expected.map(({ id }) => id).sort(), pos);
  }
  t.is(await search(db, `pos => 'CIRCLE 0 0 0'`), await search(db, `pos => '{CIRCLE 0 0 0,CIRCLE 0 0 0}'`));
});

test('a search goes to the rows by the index of footprints, and by that of times', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, ...Array.from({ length: 10 }, (_, i) => i + 1));
  await create(db.client, { obs_publisher_did_fmt: 'ivo://x/?id={id}' });
  await db.query(`insert into r.obscore
    select m.*
    from (select o as m from r.obscore o) o
    cross join generate_series(1, 500) n
    cross join lateral json_populate_record(o.m, json_build_object(
      'registry_dataset_id', gen_random_uuid(), 'footprint', gen_random_uuid(),
      't_min', (o.m).t_min + n, 't_max', (o.m).t_max + n)) m`);
  await db.query('analyze r.obscore');
  for (const [parameters, index] of [
    [{ pos: 'CIRCLE 20.1 1.1 0.01' }, 'obscore_idx_footprint'],
    [{ time: '58200 58200.5' }, 'obscore_idx_t_min_t_max'],
    [{ id: 'ivo://x/?id=00000000-0000-0000-0000-00000000000a' }, 'obscore_pkey'],
  ] as const) {
    const [{ query, parameters: values }] = await db.query<{ query: string; parameters: string[] }>(
      'select * from obscore._compile_siav2($1, 10)',
      [JSON.stringify(parameters)],
    );
    // As the server plans it: with its values known.
    const text = query.replace(/\(\$1\)\[(\d+)\]/g, (_, place) =>
      db.client.escapeLiteral(values[place - 1]!),
    );
    const plan = await db.query(`explain ${text}`);
    t.true(JSON.stringify(plan).includes(index), JSON.stringify(plan, null, 1));
  }
});

test('whoever may read may search, and no one else', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1, 2);
  await insertCalexps(db.client, 'runs/b', 2);
  await create(db.client);
  await db.query('set role almagest_reader');
  t.is((await db.query(`select from obscore.siav2(pos => 'CIRCLE 20.1 1.1 0.01')`)).length, 2);
  t.is((await db.query(`select from obscore.siav2(pos => 'CIRCLE 20.1 1.1 0.01', calib => 1)`)).length, 1);
  t.is((await db.query('select from ivoa.obscore')).length, 12);
  await db.query('set role pg_monitor');
  await t.throwsAsync(db.query('select from obscore.siav2()'), { message: /permission denied/ });
  await db.query('reset role');
});
