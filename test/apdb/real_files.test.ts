/** Real catalogues and alerts, stored visit by visit through the mappings that come with Almagest. */
import { globSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { type StoreOutcome, storeFiles } from '../../src/apdb/store_files.ts';
import { type StoreOptions, storeOptionsSchema } from '../../src/apdb/store_session.ts';
import { accessorOf } from '../../src/db/copy/vectors.ts';
import { openFile } from '../../src/formats/open.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';

const alerts = (pattern: string) =>
  globSync(pattern, { cwd: dataPath('alerts') })
    .sort()
    .map((file) => dataPath('alerts', file));

const tables = ['DiaObject', 'DiaSource', 'DiaForcedSource'] as const;

async function made(options: object): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select apdb.create('survey', $1)`, [JSON.stringify(options)]);
  return db;
}

const store = (
  db: TestDatabase,
  paths: readonly string[],
  more: Partial<StoreOptions> = {},
): Promise<StoreOutcome> =>
  storeFiles(db.client, paths, storeOptionsSchema.parse({ apdb: 'survey', ...more }));

/** Everything in the tables, as one text each. */
async function contents(db: TestDatabase): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of tables) {
    const [row] = await db.query<{ digest: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') as digest
       from survey."${table}" t`,
    );
    found[table] = row!.digest;
  }
  return found;
}

async function counts(db: TestDatabase): Promise<number[]> {
  const found: number[] = [];
  for (const table of tables) {
    const [row] = await db.query<{ count: number }>(`select count(*)::int as count from survey."${table}"`);
    found.push(row!.count);
  }
  return found;
}

async function checkClean(t: ExecutionContext, db: TestDatabase): Promise<void> {
  t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
}

/** Stored again, skipped and replaced: nothing changes. */
async function checkRepeatable(
  t: ExecutionContext,
  db: TestDatabase,
  paths: readonly string[],
): Promise<void> {
  const before = await contents(db);
  const again = await store(db, paths);
  t.true(again.files.every(({ status }) => status !== 'read'));
  const skipped = await store(db, paths, { force: true, onConflict: 'skip' });
  t.true(skipped.units.every(({ stored, history }) => !stored && history === 0));
  t.deepEqual(await contents(db), before);
  await store(db, paths, { force: true, onConflict: 'update' });
  t.deepEqual(await contents(db), before);
}

/** Rows of a file as JavaScript values, structs as JSON text. */
async function rowsOf(file: string, names: readonly string[]): Promise<Record<string, unknown>[]> {
  await using open = await openFile(file);
  const [table] = open.tables;
  const rows: Record<string, unknown>[] = [];
  for await (const batch of table!.batches(names)) {
    const reads = batch.vectors.map((vector, i) => {
      const { type } = table!.columns.find(({ name }) => name === names[i])!;
      return vector.layout === 'values'
        ? (row: number) => vector.values[row]
        : accessorOf(type, vector, 0, 1);
    });
    for (let row = 0; row < batch.rows; row++)
      rows.push(
        Object.fromEntries(
          names.map((name, i) => [name, batch.vectors[i]!.nulls?.[row] ? null : reads[i]!(row)]),
        ),
      );
  }
  return rows;
}

const distinct = (values: Iterable<unknown>): number => new Set([...values].map(String)).size;

const modes = [
  { dia_object_index: 'baseline' },
  { dia_object_index: 'pix_id_iov', enable_replica: true },
  { dia_object_index: 'last_object_table' },
];

for (const options of modes)
  dataTest(`preloaded catalogues are the visits that made them: ${JSON.stringify(options)}`, async (t) => {
    await using db = await made(options);
    for (const set of ['hits2015', 'cosmos_pdr2']) {
      const files = alerts(`apdb/${set}/*.parq`);
      if (files.length === 0) continue;
      const of = (kind: string) => files.filter((file) => path.basename(file).includes(`_${kind}_`));
      const before = await counts(db);
      const { units } = await store(db, files);
      const sources = (
        await Promise.all(of('dia_source').map((file) => rowsOf(file, ['diaSourceId', 'visit', 'detector'])))
      ).flat();
      const forced = (
        await Promise.all(
          of('dia_forced_source').map((file) => rowsOf(file, ['diaObjectId', 'visit', 'detector'])),
        )
      ).flat();
      const versions = (
        await Promise.all(of('dia_object').map((file) => rowsOf(file, ['diaObjectId', 'nDiaSources'])))
      ).flat();
      t.is(units.length, distinct(sources.map(({ visit, detector }) => `${visit} ${detector}`)));
      t.deepEqual(
        (await counts(db)).map((count, i) => count - before[i]!),
        [
          distinct(versions.map(({ diaObjectId, nDiaSources }) => `${diaObjectId} ${nDiaSources}`)),
          distinct(sources.map(({ diaSourceId }) => diaSourceId)),
          distinct(forced.map((row) => JSON.stringify(Object.values(row).map(String)))),
        ],
      );
      await checkRepeatable(t, db, files);
    }
    // Each version was made by the source that it counts last.
    t.deepEqual(
      await db.query(
        `select o."diaObjectId" from survey."DiaObject" o
         where o."nDiaSources" <> (select count(*) from survey."DiaSource" s
                                   where s."diaObjectId" = o."diaObjectId" and s."midpointMjdTai" <= o."validityStartMjdTai")
            or o."pixelId" <> sky.htm_id(o.ra, o."dec", 20)`,
      ),
      [],
    );
    await checkClean(t, db);
  });

dataTest('preloaded catalogues in any order, or detector by detector, end the same', async (t) => {
  const files = alerts('apdb/hits2015/*.parq');
  await using together = await made({});
  await store(together, files);
  await using reversed = await made({});
  await store(reversed, files.toReversed());
  t.deepEqual(await contents(reversed), await contents(together));
});

interface Expected {
  readonly file: string;
  readonly mapping?: string;
  readonly visits: number;
  /** Versions of objects, sources, forced sources. */
  readonly rows: readonly [number, number, number];
  readonly lost?: number;
}

const expected: readonly Expected[] = [
  { file: 'rubin_sample_data_10_0', visits: 11, rows: [22, 65, 0] },
  { file: 'or4_lsst7.1_part-00000', visits: 2, rows: [50, 1793, 50] },
  { file: 'elasticc_sample_seed0', visits: 89, rows: [89, 1925, 4468] },
  { file: 'ztf_datatest_part-00002', visits: 63, rows: [67, 582, 0] },
  { file: 'part-0-0-435829', visits: 72, rows: [72, 72, 0], lost: 423 },
  { file: 'superluminous_test_alerts', visits: 71, rows: [74, 74, 0], lost: 810 },
  { file: 'agn_example', visits: 19, rows: [2, 23, 0] },
  { file: 'sso_aggregated_2024.09_test_sample', visits: 452, rows: [0, 452, 0] },
  { file: 'sso_ztf_lc_aggregated_202504_three_obj', visits: 333, rows: [0, 333, 0] },
  { file: 'test_SOCCA', mapping: 'sso_lightcurves', visits: 542, rows: [0, 542, 0] },
];

for (const { file, mapping, visits, rows, lost = 0 } of expected)
  dataTest(`alerts and light curves of ${file} are stored, once and again`, async (t) => {
    await using db = await made({ dia_object_index: 'last_object_table' });
    const files = alerts(`fink/${file}.parquet`);
    const { files: reports, units } = await store(db, files, { mapping });
    t.deepEqual([reports[0]!.refusals, reports[0]!.lost, units.length], [[], lost, visits]);
    t.deepEqual(await counts(db), [...rows]);
    t.deepEqual(
      await db.query(`select from survey."DiaSource" where "pixelId" <> sky.htm_id(ra, "dec", 20)`),
      [],
    );
    const options = mapping === undefined ? {} : { mapping };
    const before = await contents(db);
    await store(db, files, { ...options, force: true, onConflict: 'skip' });
    t.deepEqual(await contents(db), before);
    await store(db, files, { ...options, force: true, onConflict: 'update' });
    t.deepEqual(await contents(db), before);
    await checkClean(t, db);
  });

dataTest('every alert of Rubin is there with its own numbers, and its history once', async (t) => {
  await using db = await made({});
  const [file] = alerts('fink/rubin_sample_data_10_0.parquet');
  await store(db, [file!]);
  const given = await rowsOf(file!, ['diaSourceId', 'diaSource', 'prvDiaSources', 'diaObject']);
  for (const alert of given) {
    const source = JSON.parse(alert.diaSource as string) as Record<string, number | null>;
    const [stored] = await db.query(
      `select s.ra, s."dec", s."midpointMjdTai" as time, s.visit::text, s.detector, s.band, s."psfFlux" as flux,
              s."timeProcessedMjdTai" as processed, o."nDiaSources" as n
       from survey."DiaSource" s left join survey."DiaObject" o using ("diaObjectId")
       where s."diaSourceId" = $1`,
      [String(alert.diaSourceId)],
    );
    t.like(stored, {
      ra: source.ra,
      dec: source.dec,
      time: source.midpointMjdTai,
      visit: String(source.visit),
      detector: source.detector,
      band: source.band,
      processed: source.timeProcessedMjdTai,
      n:
        alert.diaObject === null
          ? null
          : (JSON.parse(alert.diaObject as string) as { nDiaSources: number }).nDiaSources,
    });
    t.is(Math.fround((stored as { flux: number }).flux), Math.fround(source.psfFlux!));
  }
});

dataTest('upper limits of ZTF are no sources, and every candidate of a history is one', async (t) => {
  await using db = await made({});
  const [file] = alerts('fink/ztf_datatest_part-00002.parquet');
  await store(db, [file!]);
  const given = await rowsOf(file!, ['candid', 'prv_candidates']);
  const ids = given.flatMap(({ candid, prv_candidates: history }) => [
    String(candid),
    ...[...String(history ?? '').matchAll(/"candid":(\d+)/g)].map(([, id]) => id),
  ]);
  const stored = await db.query<{ id: string }>('select "diaSourceId"::text as id from survey."DiaSource"');
  t.deepEqual(stored.map(({ id }) => id).sort(), [...new Set(ids)].sort());
});

dataTest('alerts of one telescope after another, in one APDB', async (t) => {
  await using db = await made({ enable_replica: true });
  const files = [
    'ztf_datatest_part-00002',
    'part-0-0-435829',
    'superluminous_test_alerts',
    'rubin_sample_data_10_0',
  ].flatMap((name) => alerts(`fink/${name}.parquet`));
  const { files: reports } = await store(db, files);
  t.deepEqual(
    reports.map(({ mapping }) => mapping),
    ['ztf_alerts', 'ztf_alerts', 'ztf_alerts', 'rubin_alerts'],
  );
  await checkRepeatable(t, db, files);
  await checkClean(t, db);
});

dataTest('cutouts alone are refused, with what there is in the file', async (t) => {
  await using db = await made({});
  await t.throwsAsync(store(db, alerts('fink/image_classification_example.parquet')), {
    message: /image_classification_example.parquet: none of the mappings is for a file with these columns/,
  });
});
