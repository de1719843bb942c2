/** Every read after every visit of the scenario, and the changes after them, against the answers of the reference. */
import { existsSync, readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { store, type Visit, visits } from './scenario.ts';

type IndexMode = 'baseline' | 'pix_id_iov' | 'last_object_table';

// biome-ignore lint/suspicious/noExplicitAny: the answers are JSON of many shapes
type Answers = any;

function answers(mode: IndexMode): Answers {
  const file = fixturePath('apdb', `expected_${mode}.json`);
  // The reference answers alike for baseline and pix_id_iov; only the name of the option differs.
  if (mode === 'pix_id_iov' && !existsSync(file)) {
    const expected = answers('baseline');
    const { metadata } = expected.post;
    metadata['config:apdb-sql.json'] = metadata['config:apdb-sql.json'].replace('baseline', mode);
    return expected;
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The first column of a query as numbers, in order. */
async function ids(db: TestDatabase, sql: string, values: readonly unknown[] = []): Promise<number[]> {
  const rows = await db.query<Record<string, unknown>>(sql, values);
  return rows.map((row) => Number(Object.values(row)[0])).sort((a, b) => a - b);
}

async function scalar(db: TestDatabase, sql: string, values: readonly unknown[] = []): Promise<unknown> {
  const value = Object.values((await db.query<Record<string, unknown>>(sql, values))[0]!)[0];
  return typeof value === 'bigint' || /^\d+$/.test(String(value)) ? Number(value) : value;
}

/** Rows as arrays of numbers, ordered as a whole. */
async function table(
  db: TestDatabase,
  sql: string,
  values: readonly unknown[] = [],
): Promise<(number | null)[][]> {
  const rows = await db.query<Record<string, unknown>>(sql, values);
  return rows.map((row) => Object.values(row).map((value) => (value === null ? null : Number(value))));
}

const lessen = (rows: (number | null)[][]) =>
  [...rows].sort((a, b) => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
    return 0;
  });

async function readsBefore(t: ExecutionContext, db: TestDatabase, visit: Visit, expected: Answers) {
  const say = (what: string) => `visit ${visit.visit}: ${what}`;
  const { region, time } = visit;
  t.deepEqual(
    await ids(db, 'select "diaObjectId" from survey.get_dia_objects($1, exact => false)', [region]),
    expected.getDiaObjects.ids,
    say('pixels of the field'),
  );
  const inside = await ids(db, 'select "diaObjectId" from survey.get_dia_objects($1)', [region]);
  t.deepEqual(inside, expected.idsInsideCircle.ids, say('objects in the field'));
  t.deepEqual(
    lessen(
      await table(
        db,
        `select "diaObjectId", "validityStartMjdTai", ra, dec, "nDiaSources"
         from survey.get_dia_objects($1, exact => false)`,
        [region],
      ),
    ),
    lessen(expected.objectRows),
    say('rows of objects'),
  );
  t.deepEqual(
    await ids(db, 'select "diaSourceId" from survey.get_dia_sources($1, dia_object_ids => $2)', [
      time,
      inside,
    ]),
    expected.getDiaSourcesByOid.ids,
    say('sources by id'),
  );
  t.deepEqual(
    await ids(db, 'select "diaSourceId" from survey.get_dia_sources($1, region => $2, exact => false)', [
      time,
      region,
    ]),
    expected.getDiaSourcesByRegion.ids,
    say('sources by region'),
  );
  t.deepEqual(
    await ids(
      db,
      'select "diaSourceId" from survey.get_dia_sources($1, dia_object_ids => $2, start_time => 60000.2509765625)',
      [time, inside],
    ),
    expected['getDiaSourcesByOid_start_60000.2509765625'].ids,
    say('sources since a time'),
  );
  t.deepEqual(
    await ids(db, `select "diaSourceId" from survey.get_dia_sources($1, dia_object_ids => '{}')`, [time]),
    [],
    say('sources of no object'),
  );
  t.deepEqual(
    lessen(
      await table(
        db,
        'select "diaObjectId", visit, detector from survey.get_dia_forced_sources($1, dia_object_ids => $2)',
        [time, inside],
      ),
    ),
    lessen(expected.getDiaForcedSourcesByOid.keys),
    say('forced sources'),
  );
}

async function contains(db: TestDatabase, visit: number, detector: number) {
  return scalar(db, 'select apdb.contains_visit_detector($1, $2)', [visit, detector]);
}

async function tableCounts(db: TestDatabase): Promise<Record<string, number>> {
  const rows = await db.query<{ table_name: string; n_rows: bigint }>(
    'select * from apdb.table_row_counts()',
  );
  return Object.fromEntries(rows.map((row) => [row.table_name, Number(row.n_rows)]));
}

/**
 * After a visit, the answers that are right in all modes: with last_object_table the reference leaves every version
 * open, so that its counts of open ones are wrong and those of baseline are taken.
 */
async function countsAfter(
  t: ExecutionContext,
  db: TestDatabase,
  visit: Visit,
  expected: Answers,
  right: Answers,
) {
  const say = (what: string) => `after visit ${visit.visit}: ${what}`;
  t.true(await contains(db, visit.visit, visit.detector), say('visit and detector'));
  t.false(await contains(db, visit.visit, visit.detector + 1), say('another detector'));
  t.deepEqual(await tableCounts(db), expected.tableCounts, say('rows'));
  t.is(
    await scalar(db, 'select apdb.count_unassociated_objects()'),
    right.countUnassociatedObjects,
    say('unassociated'),
  );
  t.is(
    await scalar(db, 'select count(*)::int from survey."DiaObject" where "validityEndMjdTai" is null'),
    right.openIntervals,
    say('open versions'),
  );
  t.deepEqual(await db.query(`select * from apdb.check('survey')`), [], say('check'));
}

/** The reference's table of versions with the ends that store should have given them. */
async function finalVersions(t: ExecutionContext, db: TestDatabase, right: Answers) {
  t.deepEqual(
    lessen(
      await table(
        db,
        'select "diaObjectId", "validityStartMjdTai", "validityEndMjdTai", "nDiaSources", "pixelId" from survey."DiaObject"',
      ),
    ),
    lessen(right.DiaObject_final),
    'all versions',
  );
}

const versionsOf = (id: number) =>
  `select "validityStartMjdTai", "validityEndMjdTai" from survey."DiaObject" where "diaObjectId" = ${id} order by 1`;

async function changes(
  t: ExecutionContext,
  db: TestDatabase,
  mode: IndexMode,
  right: Answers,
  theirs: Answers,
) {
  await t.throwsAsync(store(db, visits()[4]!), undefined, 'the same visit again');
  const { DiaObjectLast: _, ...counts } = await tableCounts(db);
  t.deepEqual(counts, theirs.tableCountsAfterFailedStore);

  const { idMap, now_mjd_tai, rows } = theirs.reassignDiaSources;
  // Ours lessens the objects' counts of sources unless it is told not to.
  await db.query('select apdb.reassign_dia_sources($1, $2, $3, decrement => false)', [
    Object.keys(idMap),
    Object.values(idMap),
    now_mjd_tai,
  ]);
  const reassigned = `select "diaSourceId", "diaObjectId", "ssObjectId", "ssObjectReassocTimeMjdTai"
    from survey."DiaSource" where "ssObjectId" is not null order by 1`;
  t.deepEqual(await table(db, reassigned), rows);
  await t.throwsAsync(
    db.query('select apdb.reassign_dia_sources($1, $2)', [
      [1000003, 99],
      [1, 2],
    ]),
  );
  t.deepEqual(await table(db, reassigned), rows, 'an unknown source: nothing changed');

  const move = theirs.reassignDiaSourcesToDiaObjects;
  await db.query('select apdb.reassign_dia_sources_to_dia_objects($1, $2)', [
    [move.diaSourceId],
    [move.toObject],
  ]);
  t.deepEqual(
    await table(db, 'select "diaSourceId", "diaObjectId" from survey."DiaSource" where "diaSourceId" = $1', [
      move.diaSourceId,
    ]),
    [move.source],
  );
  t.deepEqual(
    await table(
      db,
      `select "diaObjectId", "validityStartMjdTai", "nDiaSources" from survey."DiaObject"
       where "diaObjectId" = any($1) order by 1, 2`,
      [[move.fromObject, move.toObject]],
    ),
    move.objects,
  );

  for (const step of [right.setValidityEnd_oneVersion, right.setValidityEnd_manyVersions]) {
    t.is(await scalar(db, 'select apdb.set_validity_end($1, 60450.5)', [[step.diaObjectId]]), step.result);
    t.deepEqual(await table(db, versionsOf(step.diaObjectId)), step.rows);
    if (mode === 'last_object_table')
      t.is(
        await scalar(db, 'select count(*)::int from survey."DiaObjectLast" where "diaObjectId" = $1', [
          step.diaObjectId,
        ]),
        0,
      );
  }
  await t.throwsAsync(
    db.query(`select apdb.set_validity_end('{987654321}', 60450.5, raise_on_missing => true)`),
  );
  t.is(await scalar(db, `select apdb.set_validity_end('{987654321}', 60450.5)`), 0);
}

/** Object 7, which the reference could not close with last_object_table, is not in DiaObjectLast any more: one less. */
async function deduplication(t: ExecutionContext, db: TestDatabase, mode: IndexMode, theirs: Answers) {
  const closed = mode === 'last_object_table' ? 1 : 0;
  const all = await db.query<object>('select * from survey.get_dia_objects_for_dedup()');
  t.is(all.length, theirs.getDiaObjectsForDedup_all.count - closed);
  t.deepEqual(Object.keys(all[0]!), theirs.getDiaObjectsForDedup_all.columns);
  const since = theirs['getDiaObjectsForDedup_since_60360.25'];
  const found = await table(
    db,
    'select "diaObjectId", "validityStartMjdTai" from survey.get_dia_objects_for_dedup(60360.25)',
  );
  const expected = since.rows.filter(([id]: number[]) => closed === 0 || id !== 7);
  t.deepEqual(lessen(found), lessen(expected));
  await db.query('select apdb.reset_dedup(60360.25)');
  t.is(
    await scalar(db, `select value from survey.metadata where name = 'status:deduplication.json'`),
    theirs.dedupMetadata,
  );
  t.is(
    await scalar(db, 'select count(*)::int from survey.get_dia_objects_for_dedup()'),
    theirs.getDiaObjectsForDedup_afterReset - closed,
  );
  const metadata = await db.query<{ name: string; value: string }>('select name, value from survey.metadata');
  t.deepEqual(Object.fromEntries(metadata.map(({ name, value }) => [name, value])), theirs.metadata);
}

for (const mode of ['baseline', 'pix_id_iov', 'last_object_table'] as const)
  fixtureTest(`${mode}: every read, and what changes afterwards`, async (t) => {
    const theirs = answers(mode);
    const right = answers('baseline');
    await using db = await database();
    await db.query(`select apdb.create('survey', $1)`, [JSON.stringify({ dia_object_index: mode })]);
    for (const [i, visit] of visits().entries()) {
      const expected = theirs.visits[i];
      await readsBefore(t, db, visit, expected);
      t.is(await contains(db, visit.visit, visit.detector), expected.containsVisitDetector_before);
      const stored = await store(db, visit);
      t.deepEqual(
        { objects: stored.objects, sources: stored.sources, forced: stored.forced_sources },
        expected.stored,
      );
      await countsAfter(t, db, visit, expected, right.visits[i]);
    }
    await finalVersions(t, db, right);
    if (mode === 'last_object_table')
      t.deepEqual(
        lessen(
          await table(
            db,
            'select "diaObjectId", "validityStartMjdTai", "nDiaSources", "pixelId" from survey."DiaObjectLast"',
          ),
        ),
        lessen(theirs.DiaObjectLast_final),
      );
    await changes(t, db, mode, right.post, theirs.post);
    await deduplication(t, db, mode, theirs.post);
  });
