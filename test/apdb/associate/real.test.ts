/** Real detections: associated, and their objects described, by a survey's own pipeline and by ours. */
import { readdirSync } from 'node:fs';
import { storeFiles } from '../../../src/apdb/store_files.ts';
import { storeOptionsSchema } from '../../../src/apdb/store_session.ts';
import { database } from '../../support/database.ts';
import { dataPath, dataTest } from '../../support/fixtures.ts';

const folder = dataPath('alerts/apdb/hits2015');

dataTest(
  'detections of DECam get the objects, and the objects the statistics, that the pipeline gave them',
  async (t) => {
    await using db = await database();
    await db.query(`select apdb.create('survey')`);
    await storeFiles(
      db.client,
      readdirSync(folder)
        .filter((name) => /_dia_(object|source)_/.test(name))
        .map((name) => `${folder}/${name}`),
      storeOptionsSchema.parse({ apdb: 'survey', onConflict: 'update' }),
    );
    await db.query(`select apdb.create('ours')`);
    await db.query(`set apdb.name = 'ours'`);
    const visits = await db.query<{ visit: bigint; time: number }>(
      'select visit, max(visit_time) as time from survey.stored_visit group by visit order by time',
    );
    t.is(visits.length, 2);
    for (const { visit, time } of visits) {
      await db.query('begin');
      await db.query('select apdb.stage()');
      await db.query(`insert into new_dia_source select * from survey."DiaSource" where visit = $1`, [visit]);
      await db.query('update new_dia_source set "diaObjectId" = null');
      await db.query('select apdb.associate($1, radius_arcsec => 1)', [visit]);
      await db.query('select apdb.store($1)', [time]);
      await db.query('commit');
    }
    // As many pairs of a pipeline's object and one of ours as there are of either: the same sources together.
    const [{ n }] = (await db.query(
      `select array[count(distinct s."diaObjectId"), count(distinct o."diaObjectId"),
       count(distinct (s."diaObjectId", o."diaObjectId"))] as n
     from survey."DiaSource" s join ours."DiaSource" o using ("diaSourceId")`,
    )) as [{ n: bigint[] }];
    t.deepEqual(n, [551n, 551n, 551n]);
    const statistics = [
      'psf_flux_mean',
      'psf_flux_mean_err',
      'psf_flux_sigma',
      'psf_flux_min',
      'psf_flux_max',
    ]
      .concat(['psf_flux_max_slope', 'psf_flux_err_mean', 'science_flux_mean', 'science_flux_mean_err'])
      .map((name) => `g_${name}`);
    // Its sums are in single precision.
    const differs = (name: string) =>
      `(p.${name} is null) <> (o.${name} is null) or abs(p.${name} - o.${name}) > 1e-4 * abs(p.${name})`;
    t.deepEqual(
      await db.query(
        `select p.dia_object_id
       from survey.dia_object_latest p
       join (select distinct s."diaObjectId" as theirs, o."diaObjectId" as ours
             from survey."DiaSource" s join ours."DiaSource" o using ("diaSourceId")) m on m.theirs = p.dia_object_id
       join ours.dia_object_latest o on o.dia_object_id = m.ours
       where p.n_dia_sources <> o.n_dia_sources or p.g_psf_flux_ndata <> o.g_psf_flux_ndata
         or sky.angular_distance(p.ra, p.dec, o.ra, o.dec) > 1e-9
         or ${statistics.map(differs).join(' or ')}`,
      ),
      [],
    );
  },
);
