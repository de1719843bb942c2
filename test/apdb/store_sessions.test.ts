/** Sessions that store at once: versions stay contiguous, units are stored once. */
import test from 'ava';
import { stageRows, storeRows, type VisitRows, versionsOf } from '../support/apdb_rows.ts';
import { database } from '../support/database.ts';

const settings = [
  { dia_object_index: 'baseline' },
  { dia_object_index: 'pix_id_iov' },
  { dia_object_index: 'last_object_table' },
  { dia_object_index: 'last_object_table', object_last_replace: false },
  { dia_object_index: 'baseline', dia_object_nightly: true },
];

const objects = (...ids: number[]) => ({
  objects: ids.map((diaObjectId) => ({ diaObjectId, ra: 10, dec: 10 })),
});

const last = `select array_agg(concat_ws(' ', "diaObjectId", "validityStartMjdTai") order by 1) as rows from survey."DiaObjectLast"`;

for (const options of settings) {
  const name = Object.values(options).join(' ');

  /** Two sessions: the second starts while the first has stored and not yet committed. */
  const race = async (
    before: readonly [time: number, rows: VisitRows][],
    first: readonly [time: number, rows: VisitRows],
    second: readonly [time: number, rows: VisitRows],
    more = '',
  ) => {
    await using db = await database();
    await db.query('select apdb.create($1, $2::json)', ['survey', JSON.stringify(options)]);
    for (const [time, rows] of before) await storeRows(db.client, time, rows);
    const other = await db.connect();
    await db.query('begin');
    await stageRows(db.client, first[1]);
    await db.query(`select apdb.store($1${more})`, [first[0]]);
    const waiting = storeRows(other, second[0], second[1], more.slice(2)).then(
      (stored) => String(stored.stored),
      (error: Error) => error.message,
    );
    const [{ pid }] = (await db.query<{ pid: number }>('select pg_backend_pid() as pid')) as [
      { pid: number },
    ];
    for (let waits = false; !waits; ) {
      const done = await Promise.race([
        waiting.then(() => true),
        new Promise<false>((go) => setTimeout(go, 20, false)),
      ]);
      const [{ n }] = await db.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where $1 = any(pg_blocking_pids(pid))`,
        [pid],
      );
      waits = done || n > 0;
    }
    await db.query('commit');
    const outcome = await waiting;
    return {
      outcome,
      versions: await versionsOf(db.client),
      last:
        options.dia_object_index === 'last_object_table'
          ? (await db.query<{ rows: string[] }>(last))[0].rows
          : undefined,
    };
  };

  test(`${name}: objects that two sessions find anew, or again, have one version after the other`, async (t) => {
    for (const before of [[], [[60000, objects(1, 2)]]] as [number, VisitRows][][])
      for (const [a, b] of [
        [60010, 60020],
        [60020, 60010],
      ]) {
        const { outcome, versions, last } = await race(before, [a, objects(1, 2)], [b, objects(2, 3, 1)]);
        const earlier = before.length > 0;
        t.is(outcome, 'true');
        t.deepEqual(versions, [
          ...[1, 2].flatMap((id) => [
            ...(earlier ? [`${id} 60000 60010`] : []),
            `${id} 60010 60020`,
            `${id} 60020 open`,
          ]),
          `3 ${b} open`,
        ]);
        if (last) t.deepEqual(last, ['1 60020', '2 60020', `3 ${b}`]);
      }
  });

  test(`${name}: two late visits before the first version, and between others`, async (t) => {
    for (const [a, b] of [
      [60001, 60002],
      [60002, 60001],
    ]) {
      const { versions } = await race([[60010, objects(1)]], [a, objects(1)], [b, objects(1)]);
      t.deepEqual(versions, ['1 60001 60002', '1 60002 60010', '1 60010 open']);
      const between = await race(
        [
          [60000, objects(1)],
          [60010, objects(1)],
        ],
        [a, objects(1)],
        [b, objects(1)],
      );
      t.deepEqual(between.versions, ['1 60000 60001', '1 60001 60002', '1 60002 60010', '1 60010 open']);
    }
  });

  test(`${name}: one unit in two sessions is stored once`, async (t) => {
    const visit = { ...objects(1), sources: [{ diaSourceId: 1, visit: 5, detector: 1, ra: 1, dec: 1 }] };
    const error = await race([], [60000, visit], [60000, visit]);
    t.is(error.outcome, 'ApdbStateError: visit 5, detector 1 was stored before');
    const skip = await race([], [60000, visit], [60000, visit], `, on_conflict => 'skip'`);
    t.is(skip.outcome, 'false');
    const update = await race([], [60000, visit], [60000, visit], `, on_conflict => 'update'`);
    t.is(update.outcome, 'true');
    for (const { versions } of [error, skip, update]) t.deepEqual(versions, ['1 60000 open']);
  });
}

test('sessions that meet the same objects in opposite order all get through', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const ids = Array.from({ length: 40 }, (_, i) => i + 1);
  await storeRows(db.client, 60000, objects(...ids));
  const sessions = [await db.connect(), await db.connect(), await db.connect()];
  await Promise.all(
    sessions.map(async (client, session) => {
      for (let visit = 1; visit <= 8; visit++)
        await storeRows(
          client,
          60000 + visit * 3 + session,
          objects(...(session === 1 ? ids.toReversed() : ids)),
        );
    }),
  );
  const expected = ids.flatMap((id) =>
    [60000, ...Array.from({ length: 24 }, (_, i) => 60003 + i)].map(
      (time, i, times) => `${id} ${time} ${times[i + 1] ?? 'open'}`,
    ),
  );
  t.deepEqual(await versionsOf(db.client), expected);
});
