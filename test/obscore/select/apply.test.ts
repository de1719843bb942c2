/** The functions that bring rows of some datasets to the truth, called by themselves. */
import test from 'ava';
import { fails } from '../../butler/collection_support.ts';
import type { TestDatabase } from '../../support/database.ts';
import { create, insertCalexps, insertRaws, isTrue, shown, surveyRegistry } from '../survey_support.ts';

/** Applies ids with the function of a table and dataset type; the number of rows that changed. */
async function apply(
  db: TestDatabase,
  type: string,
  ids: readonly unknown[],
  table = 'obscore',
): Promise<bigint> {
  const [{ name }] = await db.query<{ name: string }>(
    `select format('r.%I', 'almagest_obscore_apply_' || $2::text || '_' || id) as name from r.dataset_type where name = $1`,
    [type, table],
  );
  return (await db.query<{ n: bigint }>(`select ${name}($1) as n`, [ids]))[0].n;
}

const idsOf = async (db: TestDatabase, type: string) =>
  (
    await db.query<{ id: string }>(
      `select d.id from r.dataset d join r.dataset_type t on t.id = d.dataset_type_id where t.name = $1 order by 1`,
      [type],
    )
  ).map(({ id }) => id);

for (const [how, times] of [
  ['few', 1],
  ['many', 300],
] as const)
  test(`rows come, stay and go as the registry has them: ${how}`, async (t) => {
    await using db = await surveyRegistry();
    await insertRaws(db.client, 1, 2);
    await insertCalexps(db.client, 'runs/b', 1, 2);
    await insertCalexps(db.client, 'runs/c', 1);
    await insertCalexps(db.client, 'runs/a', 3);
    await create(db.client, {}, 'manual');
    const before = await shown(db.client);
    for (const [type, rows] of [
      ['raw', 8n],
      ['calexp', 8n],
    ] as const) {
      const ids = await idsOf(db, type);
      // Ids may come twice, and in numbers for which the other statement is taken.
      const given = Array.from({ length: times }, () => ids).flat();
      t.is(await apply(db, type, given), 0n);
      await db.query(`delete from r.obscore where calib_level = $1`, [type === 'raw' ? 1 : 2]);
      t.is(await apply(db, type, given), rows);
      await db.query(
        `update r.obscore set obs_id = null, s_ra = 'NaN', footprint = null where calib_level = $1`,
        [type === 'raw' ? 1 : 2],
      );
      t.is(await apply(db, type, given), rows);
      t.is(await apply(db, type, given), 0n);
    }
    t.deepEqual(await shown(db.client), before);
    await isTrue(t, db.client);
  });

test('one dataset of a data ID brings the others along', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {}, 'manual');
  await insertCalexps(db.client, 'runs/c', 1);
  const [{ b, c }] = await db.query<{ b: string[]; c: string[] }>(
    `select array_agg(d.id order by d.id) filter (where r.name = 'runs/b') as b,
            array_agg(d.id order by d.id) filter (where r.name = 'runs/c') as c
     from r.dataset d join r.collection r on r.collection_id = d.run_id`,
  );
  // The one that is not found first any more is told, and the other shown.
  t.is(await apply(db, 'calexp', [b[0]]), 2n);
  t.is(await apply(db, 'calexp', c), 6n);
  t.deepEqual(
    (await shown(db.client)).map((line) => line.split(' ')[2]),
    ['runs/c', 'runs/c', 'runs/c', 'runs/c'],
  );
  await isTrue(t, db.client);
});

test('datasets that are gone have no rows and no errors', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_detector_region where visit = 1');
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {}, 'manual');
  t.is((await db.query('select from obscore.error')).length, 4);
  const ids = await idsOf(db, 'calexp');
  await db.query('delete from r.dataset');
  t.is(await apply(db, 'calexp', ids), 4n);
  t.is((await db.query('select from obscore.error')).length, 0);
  t.is(await apply(db, 'calexp', ids), 0n);
  t.is(await apply(db, 'calexp', []), 0n);
});

test('an error stays since it began, and another reason takes its place', async (t) => {
  await using db = await surveyRegistry();
  await db.query('delete from r.visit_detector_region where visit = 1 and detector > 0');
  await db.query(`update r.visit_detector_region set region = 'AAAA' where visit = 1`);
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client, {}, 'manual');
  const errors = () =>
    db.query<{ reason: string }>('select dataset_id, reason, since from obscore.error order by 1');
  const before = await errors();
  t.is(before.length, 4);
  const ids = await idsOf(db, 'calexp');
  await apply(db, 'calexp', ids);
  t.deepEqual(await errors(), before);
  await db.query(`delete from r.visit_detector_region where visit = 1`);
  await apply(db, 'calexp', ids);
  t.deepEqual(
    (await errors()).map(({ reason }) => reason),
    Array(4).fill('there is no visit_detector_region of its data ID'),
  );
});

test('where errors are refused, so is the row', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {}, 'live', 'raise');
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 2');
  const error = await fails(t, insertCalexps(db.client, 'runs/b', 1), 'ObsCoreRecordError');
  t.regex(error.message, /column s_region: there is no visit_detector_region/);
  t.is(error.code, 'OC004');
  await insertCalexps(db.client, 'runs/b', 2);
  await isTrue(t, db.client);
});

test('a table and a schema may bear any name', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  const table_name = `o'b "s" é${'x'.repeat(40)}`;
  t.is(await create(db.client, { table_name }), 4);
  await insertRaws(db.client, 2);
  const [{ n }] = await db.query<{ n: bigint }>(
    `select count(*) as n from r.${db.client.escapeIdentifier(table_name)}`,
  );
  t.is(n, 8n);
  await isTrue(t, db.client, table_name);
});
