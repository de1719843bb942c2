/**
 * Templates and constants of whole ObsCore tables: what is ugly in them and in the registry comes out as Python writes
 * it, whether the table is built over datasets or datasets are inserted under it.
 */
import test, { type ExecutionContext } from 'ava';
import { fails } from '../butler/collection_support.ts';
import type { TestDatabase } from '../support/database.ts';
import { differences, insertCalexps, insertRaws, surveyRegistry } from './survey_support.ts';

const ugly = `'"\\ \\1 % %s %1$s $1 $$ $tag$ {x} E'' -- /* é𝄞漢 \t\n;`;
const long = 'a long text; '.repeat(2000);

/** As a template writes it. */
const doubled = (text: string) => text.replace(/[{}]/g, '$&$&');

interface Options {
  raw?: object;
  calexp?: object;
  extra?: Record<string, unknown>;
  more?: object;
}

function config({ raw, calexp, extra, more }: Options): string {
  const type = { dataproduct_type: 'image', calib_level: 1 };
  return JSON.stringify({
    facility_name: 'F',
    collections: ['DR'],
    dataset_types: {
      ...(raw && { raw: { ...type, ...raw } }),
      ...(calexp && { calexp: { ...type, ...calexp } }),
    },
    extra_columns: extra,
    ...more,
  }).replace('"beyond 2^53"', '4611686018427387905');
}

type Row = Record<string, unknown>;

/** The rows of a table built over the datasets, then of one that was there before them; they must be the same. */
async function bothWays(
  t: ExecutionContext,
  db: TestDatabase,
  options: Options,
  insert: () => Promise<unknown>,
): Promise<Row[]> {
  const create = (name: string) =>
    db.query(`select obscore.create('r', $1::json)`, [
      config({ ...options, more: { ...options.more, table_name: name } }),
    ]);
  const rows = (name: string) =>
    db.query<Row>(`select * from r.${name} order by obs_id, registry_dataset_id`);
  const errors = (name: string) =>
    db.query<Row>(
      `select dataset_id, column_name, reason from obscore.error where table_name = $1 order by 1, 2, 3`,
      [name],
    );
  await create('before');
  await insert();
  await create('after');
  const found = await rows('after');
  t.deepEqual(await rows('before'), found);
  t.deepEqual(await errors('before'), await errors('after'));
  for (const name of ['before', 'after']) t.deepEqual(await differences(db.client, name), []);
  return found;
}

/** Reasons by column, of all datasets. */
async function reasons(db: TestDatabase, table = 'after'): Promise<Record<string, string[]>> {
  const rows = await db.query<{ column_name: string; reason: string }>(
    `select distinct column_name, reason from obscore.error where table_name = $1 order by 1, 2`,
    [table],
  );
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ column_name }) => column_name)].map(([column, all]) => [
      column,
      all.map(({ reason }) => reason),
    ]),
  );
}

test('constants and the text of templates are stored to the letter, however ugly and long', async (t) => {
  await using db = await surveyRegistry();
  const [row, ...others] = await bothWays(
    t,
    db,
    {
      raw: {
        dataproduct_subtype: ugly,
        o_ucd: ugly,
        access_format: ugly,
        obs_collection: ugly,
        obs_id_fmt: doubled(ugly),
        datalink_url_fmt: `${doubled(ugly)}{obs_id}${doubled(ugly)}{dataset_type!r:>7}`,
        extra_columns: { own: ugly, of_long: { template: `{o_ucd}${doubled(long)}{exposure:012d}` } },
      },
      extra: {
        text: ugly,
        own: 'replaced',
        of_constants: { template: '{dataproduct_subtype}|{calib_level:04d}|{obs_collection:.3}' },
        'Ünï "col" \'%s\' $1 \\': { template: `${doubled(ugly)}{detector}` },
        whole: 'beyond 2^53',
        part: 1.5,
        yes: true,
      },
      more: {
        facility_name: ugly,
        facility_map: { [ugly]: 'never' },
        obs_publisher_did_fmt: `ivo://x?${doubled(ugly)}`,
        spectral_ranges: { [ugly]: [1, 2], r1: [5e-7, null] },
      },
    },
    () => insertRaws(db.client, 1),
  );
  t.is(others.length, 3);
  t.like(row, {
    dataproduct_subtype: ugly,
    o_ucd: ugly,
    access_format: ugly,
    obs_collection: ugly,
    obs_id: ugly,
    access_url: `${ugly}${ugly}${ugly}  'raw'`,
    obs_publisher_did: `ivo://x?${ugly}`,
    facility_name: ugly,
    text: ugly,
    own: ugly,
    of_long: `${ugly}${long}000000000001`,
    of_constants: `${ugly}|0001|${ugly.slice(0, 3)}`,
    whole: 4611686018427387905n,
    part: 1.5,
    yes: true,
    em_min: 5e-7,
    em_max: null,
  });
  t.regex(row['Ünï "col" \'%s\' $1 \\'] as string, /;[0-3]$/);
  t.deepEqual(await reasons(db), {});
});

test('what a registry holds is never read as a template, a pattern or SQL', async (t) => {
  await using db = await surveyRegistry();
  // A name with an asterisk would be a pattern.
  const run = `runs/${ugly.replace('*', '+')}`;
  await db.query(`update r.visit set name = $1, target_name = $2 where id = 1`, [ugly, `${long}{detector}`]);
  await db.query(`select butler.register_collection($1)`, [run]);
  await db.query(`select butler.set_chain('DR', array[$1, 'raw/all'])`, [run]);
  const [row] = await bothWays(
    t,
    db,
    {
      calexp: {
        obs_id_fmt: '{records[visit].name}{{detector}}-{detector}',
        datalink_url_fmt: '{run!r}#{obs_id}',
      },
      extra: {
        quoted: { template: '{records[visit].name!a:{calib_level}}' },
        target: { template: '{records[visit].target_name:.13}' },
      },
    },
    () => insertCalexps(db.client, run, 1),
  );
  t.is(row.obs_id, `${ugly}{detector}-0`);
  t.is(row.target_name, `${long}{detector}`);
  t.is(row.target, 'a long text; ');
  // With both kinds of quotes in it, Python takes single ones.
  const inside = (text: string) =>
    text.replace(/[\\']/g, '\\$&').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
  t.is(row.access_url, `'${inside(run)}'#${ugly}{detector}-0`);
  t.is(
    row.quoted,
    `'${inside(ugly).replace('é', '\\xe9').replace('𝄞', '\\U0001d11e').replace('漢', '\\u6f22')}'`,
  );
});

test('a field that is NULL is None in a text, and fails where Python cannot format or convert None', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`update r.visit set target_name = null, exposure_time = null, seq_num = null where id = 1`);
  await db.query(`update r.visit set exposure_time = 'NaN', seq_num = 9223372036854775807 where id = 2`);
  const rows = await bothWays(
    t,
    db,
    {
      calexp: { obs_id_fmt: '{visit:02d}-{detector}' },
      extra: {
        target: { template: '<{records[visit].target_name}>' },
        time: { template: '{records[visit].exposure_time}' },
        time_f: { template: '{records[visit].exposure_time:.2f}' },
        number: { template: '{records[visit].seq_num}', type: 'int' },
        number_d: { template: '{records[visit].seq_num:,}' },
        number_f: { template: '{records[visit].exposure_time!s}', type: 'float' },
      },
    },
    () => insertCalexps(db.client, 'runs/c', 1, 2),
  );
  t.like(rows[0], {
    target: '<None>',
    time: 'None',
    time_f: null,
    number: null,
    number_d: null,
    number_f: null,
  });
  t.like(rows[4], {
    target: '<field2>',
    time: 'nan',
    time_f: 'nan',
    number: 9223372036854775807n,
    number_d: '9,223,372,036,854,775,807',
    number_f: NaN,
  });
  t.deepEqual(await reasons(db), {
    number: ["invalid literal for int() with base 10: 'None'"],
    number_d: ['unsupported format string passed to NoneType.__format__'],
    number_f: ["could not convert string to float: 'None'"],
    time_f: ['unsupported format string passed to NoneType.__format__'],
  });
});

test('a key that is not there leaves an extra column NULL without an error, and other columns with one', async (t) => {
  await using db = await surveyRegistry();
  const rows = await bothWays(
    t,
    db,
    {
      raw: { obs_id_fmt: '{tract}-{exposure}' },
      calexp: { obs_id_fmt: '{visit}', datalink_url_fmt: '{nosuch}' },
      extra: {
        tract: { template: '{tract}', type: 'int' },
        field: { template: '{records[tract].id:03d}' },
        exposure: { template: '{exposure}', type: 'int' },
      },
    },
    async () => {
      await insertRaws(db.client, 1);
      await insertCalexps(db.client, 'runs/c', 1);
    },
  );
  t.is(rows.length, 8);
  t.is(rows.filter((row) => row.exposure === 1n).length, 4);
  t.is(rows.filter((row) => row.exposure === null).length, 4);
  t.true(rows.every((row) => row.tract === null && row.field === null && row.access_url === null));
  t.deepEqual(Object.keys(await reasons(db)), ['access_url', 'obs_id']);
});

test('what names an obs_id that could not be made is NULL as well', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`update r.visit set seq_num = null where id = 1`);
  await db.query(`update r.visit set seq_num = 7 where id = 2`);
  const rows = await bothWays(
    t,
    db,
    {
      raw: { obs_id_fmt: '{tract}', datalink_url_fmt: '{obs_id!r}' },
      calexp: {
        obs_id_fmt: '{visit}-{records[visit].seq_num:03d}',
        datalink_url_fmt: 'https://x/{obs_id!r}',
      },
      extra: {
        plain: { template: '{obs_id}' },
        width: { template: '{obs_id:>{calib_level}}' },
        number: { template: '{obs_id!s:.1}', type: 'int' },
      },
    },
    async () => {
      await insertRaws(db.client, 1);
      await insertCalexps(db.client, 'runs/c', 1, 2);
    },
  );
  const [made, ...others] = [...rows].sort((a, b) => Number(a.obs_id === null) - Number(b.obs_id === null));
  t.like(made, {
    obs_id: '2-007',
    access_url: "https://x/'2-007'",
    plain: '2-007',
    width: '2-007',
    number: 2n,
  });
  t.is(rows.filter((row) => row.obs_id === null).length, 8);
  for (const row of others.filter(({ obs_id }) => obs_id === null))
    t.like(row, { access_url: null, plain: null, width: null, number: null });
  t.deepEqual(Object.keys(await reasons(db)), ['obs_id']);
});

test('a text that a column cannot hold fails alone, and is stored once its cause is repaired', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`update r.visit set name = repeat('é', 33), target_name = 'x1' where id = 1`);
  const options = {
    calexp: { obs_id_fmt: '{visit}-{detector}' },
    extra: {
      short: { template: '{records[visit].name}', type: 'string', length: 32 },
      number: { template: '{records[visit].target_name}', type: 'int' },
      flag: { template: '{records[visit].target_name}', type: 'bool' },
    },
  };
  const [row] = await bothWays(t, db, options, () => insertCalexps(db.client, 'runs/c', 1));
  t.like(row, { short: null, number: null, flag: null, obs_id: '1-0' });
  t.deepEqual(await reasons(db), {
    flag: ["invalid literal for int() with base 10: 'x1'"],
    number: ["invalid literal for int() with base 10: 'x1'"],
    short: ['value of 33 characters is too long: the column has 32'],
  });
  await db.query(`update r.visit set name = repeat('é', 32), target_name = ' 0_07 ' where id = 1`);
  const [repaired] = await db.query<Row>('select * from r.before order by obs_id');
  t.like(repaired, { short: 'é'.repeat(32), number: 7n, flag: true, target_name: ' 0_07 ' });
  t.deepEqual(await reasons(db, 'before'), {});
  t.deepEqual(await differences(db.client, 'before'), []);
});

test('where errors are raised, a template that fails keeps the dataset out and says why', async (t) => {
  await using db = await surveyRegistry();
  await db.query(`select obscore.create('r', $1::json, 'live', 'raise')`, [
    config({
      calexp: {},
      extra: { number: { template: '{records[visit].target_name}', type: 'int' } },
    }),
  ]);
  const error = await fails(t, insertCalexps(db.client, 'runs/c', 3), 'ObsCoreRecordError');
  t.regex(`${error.message} ${error.detail ?? ''}`, /field3/);
  t.deepEqual(await db.query('select from r.dataset'), []);
  await db.query(`update r.visit set target_name = '12' where id = 3`);
  await insertCalexps(db.client, 'runs/c', 3);
  t.deepEqual(await db.query('select distinct number from r.obscore'), [{ number: 12n }]);
});
