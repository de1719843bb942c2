/** Visits at random times, in random order: versions follow one another, whatever the options are. */
import test from 'ava';
import fc from 'fast-check';
import { storeRows, versionsOf } from '../support/apdb_rows.ts';
import { database } from '../support/database.ts';
import '../support/seed.ts';

const settings = [
  { dia_object_index: 'baseline' },
  { dia_object_index: 'pix_id_iov' },
  { dia_object_index: 'last_object_table' },
  { dia_object_index: 'last_object_table', object_last_replace: false, dia_object_nightly: true },
  { dia_object_index: 'baseline', dia_object_nightly: true, enable_replica: true },
];

interface Visit {
  readonly time: number;
  readonly ids: readonly number[];
  readonly onConflict: 'skip' | 'update';
  readonly merges: boolean;
}

const visits: fc.Arbitrary<Visit[]> = fc.array(
  fc.record({
    time: fc.integer({ min: 60000, max: 60008 }),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
    onConflict: fc.constantFrom('skip' as const, 'update' as const),
    merges: fc.boolean(),
  }),
  { maxLength: 10 },
);

for (const options of settings) {
  test(`${JSON.stringify(options)}: versions are those of the times at which an object was seen`, async (t) => {
    await using db = await database();
    await fc.assert(
      fc.asyncProperty(visits, async (history) => {
        await db.query(`select apdb.create('survey', $1::json)`, [JSON.stringify(options)]);
        const seen = new Map<number, Map<number, number>>();
        for (const [visit, { time, ids, onConflict, merges }] of history.entries()) {
          await storeRows(
            db.client,
            time,
            { objects: ids.map((diaObjectId) => ({ diaObjectId, ra: visit, dec: diaObjectId })) },
            `on_conflict => '${onConflict}'`,
          );
          for (const id of ids) {
            const times = seen.get(id) ?? new Map<number, number>();
            if (onConflict === 'update' || !times.has(time)) times.set(time, visit);
            seen.set(id, times);
          }
          if (merges) await db.query('select apdb.nightly_merge()');
        }
        const expected = [...seen]
          .sort(([a], [b]) => a - b)
          .flatMap(([id, times]) =>
            [...times.keys()].sort().map((time, i, all) => `${id} ${time} ${all[i + 1] ?? 'open'}`),
          );
        t.deepEqual(await versionsOf(db.client), expected);
        t.deepEqual(
          await db.query('select dia_object_id::int as id, ra from survey.dia_object_latest order by 1'),
          [...seen]
            .sort(([a], [b]) => a - b)
            .map(([id, times]) => ({ id, ra: times.get(Math.max(...times.keys())) })),
        );
        t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
        await db.query(`select apdb.drop('survey')`);
      }),
      { numRuns: 6 },
    );
  });
}
