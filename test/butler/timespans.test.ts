/** Timespans without bounds: stored as clients store them, read in either form, shown with the limits of time. */
import test from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { toyGeometry } from './camera_support.ts';
import { fails, value } from './collection_support.ts';
import { datasetRegistry, detector, insert, validity } from './dataset_support.ts';
import { sync } from './record_support.ts';

const last = '4102444800000000000';
const all = `[0,${last})`;

/** What a registry may hold, in the form of clients and with the limits of time, and what is shown of it. */
const forms = [
  { stored: '(,)', limited: all, shown: all },
  { stored: '(,100)', limited: '[0,100)', shown: '[0,100)' },
  { stored: '[100,)', limited: `[100,${last})`, shown: `[100,${last})` },
  { stored: '[100,200)', limited: '[100,200)', shown: '[100,200)' },
  { stored: 'empty', limited: 'empty', shown: 'empty' },
] as const;

async function storedIn(db: TestDatabase, table: string): Promise<string[]> {
  const rows = await db.query<{ timespan: string }>(
    `select timespan::text from r.${table} order by timespan::int8range`,
  );
  return rows.map(({ timespan }) => timespan);
}

test('both forms become one, and one is shown', async (t) => {
  await using db = await datasetRegistry();
  for (const { stored, limited, shown } of [...forms, { stored: null, limited: null, shown: null }])
    t.deepEqual(
      await db.query(
        `select butler._stored_timespan($1)::text as a, butler._stored_timespan($2)::text as b,
           butler._shown_timespan($1)::text as c, butler._shown_timespan($2)::text as d`,
        [stored, limited],
      ),
      [{ a: stored, b: stored, c: shown, d: shown }],
    );
});

test('the functions of timespans are part of the query that calls them', async (t) => {
  await using db = await datasetRegistry();
  const plan = await db.query<{ 'QUERY PLAN': string }>(
    `explain (verbose) select butler._shown_timespan(timespan), butler._stored_timespan(timespan) from r.visit`,
  );
  t.false(plan.some((row) => row['QUERY PLAN'].includes('butler.')));
});

test('validity is stored as clients store it, and what is cut of either form is', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1, 2));
  await value(db.client, 'certify', 'c', ids, '(,)');
  t.deepEqual(await storedIn(db, 'dataset_calibs_00000002'), ['(,)', '(,)']);
  await db.query(`update r.dataset_calibs_00000002 set timespan = $1 where detector = 2`, [all]);
  t.deepEqual(await validity(db.client, 'c'), [`1: ${all}`, `2: ${all}`]);
  const error = await fails(
    t,
    value(db.client, 'certify', 'c', ids.slice(0, 1), '[5,9)'),
    'ConflictingDefinitionError',
  );
  t.true(error.detail?.includes(all));
  await fails(t, value(db.client, 'certify', 'c', ids.slice(1), all), 'ConflictingDefinitionError');
  t.is(await value(db.client, 'decertify', 'c', 'bias', '[100,200)'), 2n);
  t.deepEqual(await storedIn(db, 'dataset_calibs_00000002'), ['(,100)', '(,100)', '[200,)', '[200,)']);
  await db.query(
    `update r.dataset_calibs_00000002 set timespan = butler._shown_timespan(timespan) where detector = 2`,
  );
  t.is(await value(db.client, 'decertify', 'c', 'bias', null), 4n);
  t.deepEqual(await validity(db.client, 'c'), []);
});

test('calibrations are found by either form', async (t) => {
  await using db = await datasetRegistry();
  const ids = await insert(db.client, 'bias', 'run1', detector(1));
  await value(db.client, 'certify', 'c', ids, '(,100)');
  await value(db.client, 'certify', 'c', ids, '[200,)');
  const find = (timespan: string) =>
    db.query(
      `select id from butler.find_dataset('bias', '{"instrument": "Cam", "detector": 1}', '{c}', $1::int8range)`,
      [timespan],
    );
  for (const form of ['stored', 'shown']) {
    await db.query(`update r.dataset_calibs_00000002 set timespan = butler._${form}_timespan(timespan)`);
    for (const [timespan, found] of [
      ['[0,1)', 1],
      ['(,1)', 1],
      ['[100,200)', 0],
      [`[199,${last})`, 1],
      ['[199,)', 1],
    ] as const)
      t.is((await find(timespan)).length, found, `${timespan}, ${form}`);
    const error = await fails(t, find('(,)'), 'CalibrationLookupError');
    t.true(error.message.includes(all));
    t.true(error.detail?.includes(`[200,${last})`));
  }
});

test('records are stored as clients store them, and are the same in either form', async (t) => {
  await using db = await datasetRegistry();
  for (const { stored, limited, shown } of forms)
    for (const given of [stored, limited]) {
      const day = { instrument: 'Cam', id: 20200101, timespan: given };
      await db.query('delete from r.day_obs where id = 20200101');
      t.is(await sync(db.client, 'day_obs', day), 'true');
      const there = await db.query<{ timespan: string }>(
        'select timespan::text from r.day_obs where id = 20200101',
      );
      t.is(there[0].timespan, stored);
      for (const form of [stored, limited]) {
        await db.query('update r.day_obs set timespan = $1 where id = 20200101', [form]);
        t.is(await sync(db.client, 'day_obs', day), 'false');
        const [{ record, expanded }] = await db.query<{ record: string; expanded: string }>(
          `select q ->> 'timespan' as record, e.timespan::text as expanded
           from butler.query_dimension_records('day_obs', 'instrument = ''Cam'' and day_obs = 20200101') q,
             butler.expand_data_id('{"instrument": "Cam", "day_obs": 20200101}') e`,
        );
        t.deepEqual({ record, expanded }, { record: shown, expanded: shown });
      }
    }
  await db.query(`update r.day_obs set timespan = '(,5)' where id = 20200101`);
  const other = { instrument: 'Cam', id: 20200101, timespan: '[3,)' };
  const error = await fails(t, sync(db.client, 'day_obs', other), 'DatabaseConflictError');
  t.true(error.message.includes(`timespan: "[0,5)" != "[3,${last})"`));
  t.is(await sync(db.client, 'day_obs', other, true), '{"updated_old_values":{"timespan":"[0,5)"}}');
});

test('conditions on timespans, and orders by their bounds, take both forms for one', async (t) => {
  await using db = await datasetRegistry();
  await db.query('delete from r.exposure where id > 5');
  const exposures = async (where: string, order = '{exposure}') => {
    const rows = await db.query<{ id: string }>(
      `select q ->> 'exposure' as id from butler.query_data_ids('{exposure}', "where" => $1, order_by => $2) q`,
      [`instrument = 'Cam' and ${where}`, order],
    );
    return rows.map(({ id }) => Number(id));
  };
  const t0 = "T'1970-01-01 00:00:00/tai'";
  const end = "T'2100-01-01 00:00:00/tai'";
  const soon = "T'1970-01-02 00:00:00/tai'";
  for (const form of ['stored', 'limited'] as const) {
    for (const [index, { [form]: timespan }] of forms.entries())
      await db.query('update r.exposure set timespan = $1 where id = $2', [timespan, index + 1]);
    for (const [where, found] of [
      [`exposure.timespan.begin = ${t0}`, [1, 2]],
      [`exposure.timespan.end = ${end}`, [1, 3]],
      [`exposure.timespan.end < ${soon}`, [2, 4]],
      [`exposure.timespan OVERLAPS (${soon}, NULL)`, [1, 3]],
      [`exposure.timespan OVERLAPS ${soon}`, [1, 3]],
      [`exposure.timespan OVERLAPS ${end}`, [1, 3]],
    ] as const)
      t.deepEqual(await exposures(where), [...found], `${where}, ${form}`);
    t.deepEqual(
      await exposures('exposure < 5', '{exposure.timespan.begin,-exposure.timespan.end}'),
      [1, 2, 3, 4],
    );
  }
});

test('visits of exposures without bounds have none, and stay as they are', async (t) => {
  await using db = await datasetRegistry();
  await db.query(`select butler.load_camera('Cam', $1)`, [JSON.stringify(toyGeometry)]);
  await db.query('delete from r.exposure where id > 2');
  const define = async () => {
    const [{ n_new, n_skipped }] = await db.query<{ n_new: bigint; n_skipped: bigint }>(
      `select * from butler.define_visits('Cam', "group" => 'one-to-one')`,
    );
    return [n_new, n_skipped];
  };
  await db.query(`update r.exposure set tracking_ra = 10, tracking_dec = 10, sky_angle = 0,
    timespan = case id when 1 then '(,100)' else '[5,${last})' end::int8range`);
  t.deepEqual(await define(), [2n, 0n]);
  t.deepEqual(await storedIn(db, 'visit'), ['(,100)', '[5,)']);
  await db.query('update r.visit set timespan = butler._shown_timespan(timespan)');
  t.deepEqual(await define(), [0n, 2n]);
});
