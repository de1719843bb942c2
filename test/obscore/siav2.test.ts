import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';

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
