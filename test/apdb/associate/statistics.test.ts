/** Statistics of objects: against their definitions, and brought up to date. */
import test from 'ava';
import { database } from '../../support/database.ts';
import { storeVisit as visit } from './visits.ts';

test('statistics are brought up to date: of latest versions, of all, of objects that lost their sources', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}', '{"dia_object_nightly": true}']) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [
      { id: 1, ra: 10, decl: 2, flux: 100 },
      { id: 2, ra: 11, decl: 2 },
    ]);
    await visit(db, 2, 60001, [{ id: 3, ra: 10.0001, decl: 2, flux: 300 }]);
    await visit(db, 3, 60002, [{ id: 4, ra: 10.0002, decl: 2, flux: 800 }]);
    const versions = () =>
      db.query(
        `select dia_object_id as id, validity_start_mjd_tai as start, round(ra::numeric, 7)::float8 as ra,
           n_dia_sources as n, r_psf_flux_mean as mean, first_dia_source_mjd_tai as first
         from survey.dia_object order by 1, 2`,
      );
    const good = await versions();
    t.deepEqual(good.slice(0, 3), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10.00005, n: 2, mean: 200, first: 60000 },
      { id: 1n, start: 60002, ra: 10.0001, n: 3, mean: 400, first: 60000 },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual(await versions(), good);
    await db.query(
      `update survey."DiaSource" set "diaObjectId" = 0, "ssObjectId" = 7 where "diaSourceId" in (2, 3)`,
    );
    t.deepEqual(await db.query(`select apdb.update_statistics('{1,2}') as n`), [{ n: 2n }]);
    t.deepEqual(await versions(), [
      ...good.slice(0, 2),
      { id: 1n, start: 60002, ra: 10.0001, n: 2, mean: 450, first: 60000 },
      { id: 2n, start: 60000, ra: 11, n: 0, mean: null, first: null },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual((await versions()).slice(0, 2), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10, n: 1, mean: 100, first: 60000 },
    ]);
    t.deepEqual(await db.query(`select apdb.update_statistics('{}') as n`), [{ n: 0n }]);
    await db.query(`select apdb.drop('survey')`);
  }
});
