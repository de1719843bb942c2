/** Files stored visit by visit: grouped, overlapping, in any order, once or twice. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { storeFiles } from '../../src/apdb/store_files.ts';
import { type StoreOptions, storeOptionsSchema } from '../../src/apdb/store_session.ts';
import { database, type TestDatabase } from '../support/database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-apdb-files-'));

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

/** A catalogue of a survey that measures in its own units. */
const mapping = file(
  'mine.yaml',
  `
name: mine
files: 'detections'
group: '^(\\w+)_'
ignore: [[nothing]]
tables:
  - into: DiaSource
    needs: [src]
    columns:
      diaSourceId: src
      diaObjectId: { from: obj, null_if: 0 }
      visit: { file: '_v(\\d+)_' }
      detector: { from: ccd, add: 100 }
      midpointMjdTai: &time { from: jd, as: jd_utc }
      timeProcessedMjdTai: *time
      ra: { from: ra_h, as: hours }
      dec: { from: dec_rad, as: radians }
      x: { value: .nan }
      y: { value: 0 }
      band: { from: filter, map: { 1: g, 2: y } }
      psfFlux: { from: mag, as: ab_mag, negative_if: { from: sign, is: ['-'] } }
      psfFluxErr: { from: magerr, as: ab_mag_error, of: mag }
      psfNdata: { from: n, default: 0 }
      dipoleNdata: { value: 0 }
      bboxSize: { value: 0 }
  - into: DiaObject
    needs: [src]
    present: { from: obj, null_if: 0 }
    visit:
      visit: { file: '_v(\\d+)_' }
      detector: { from: ccd, add: 100 }
      time: { from: jd, as: jd_utc }
    columns:
      diaObjectId: obj
      ra: { from: ra_h, as: hours }
      dec: { from: dec_rad, as: radians }
      nDiaSources: { value: 1 }
${['u', 'g', 'r', 'i', 'z', 'y'].map((band) => `      ${band}_psfFluxNdata: { value: 0 }`).join('\n')}
`,
);

const header = 'src,obj,ccd,jd,ra_h,dec_rad,filter,mag,magerr,sign,n';
const big = 2n ** 61n + 1n;

const options = (more: Partial<StoreOptions> = {}): StoreOptions =>
  storeOptionsSchema.parse({ apdb: 'survey', mapping, ...more });

async function made(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select apdb.create('survey')`);
  return db;
}

const sources = (db: TestDatabase) =>
  db.query(
    `select "diaSourceId"::text as id, "diaObjectId"::text as object, visit::text, detector
     from survey."DiaSource" order by "diaSourceId"`,
  );

test('names, units and times of a survey of its own become those of an APDB', async (t) => {
  await using db = await made();
  const night = file(
    'a_v77_detections.csv',
    `${header}\n${big},${big + 1n},3,2460000.5,23.5,${-Math.PI / 2},1,20,0.1,-,12\n${big + 2n},0,3,2460000.5,0,0,2,,,+,\n`,
  );
  const { units, files } = await storeFiles(db.client, [night], options());
  t.like(files[0], { status: 'read', mapping: 'mine', rows: 3 });
  t.like(units, [{ visit: 77n, detector: 103, objects: 1, sources: 2, visitTime: 60_000 + 37 / 86_400 }]);
  t.deepEqual(
    await db.query(
      `select "diaSourceId"::text as id, "diaObjectId"::text as object, visit::int as visit, detector, ra, "dec",
              "midpointMjdTai" as time, band, round("psfFlux"::numeric, 1)::float8 as flux, x, "psfNdata" as n,
              "psfFluxErr" is null as unknown, "pixelId" = sky.htm_id(ra, "dec", 20) as placed
       from survey."DiaSource" order by "diaSourceId"`,
    ),
    [
      {
        id: String(big),
        object: String(big + 1n),
        ra: 352.5,
        dec: -90,
        band: 'g',
        flux: -36_310,
        n: 12,
        unknown: false,
      },
      { id: String(big + 2n), object: null, ra: 0, dec: 0, band: 'y', flux: null, n: 0, unknown: true },
    ].map((row) => ({
      ...row,
      visit: 77,
      detector: 103,
      time: 60_000 + 37 / 86_400,
      x: Number.NaN,
      placed: true,
    })),
  );
});

test('files that overlap are put together by visit, and stored in the order of their times', async (t) => {
  await using db = await made();
  const row = (src: number, ccd: number, jd: number) => `${src},0,${ccd},${jd},1,0.5,1,20,0.1,+,1`;
  const paths = [
    file('late_v2_detections.csv', [header, row(5, 1, 2_460_002.5)].join('\n')),
    file('one_v1_detections.csv', [header, row(1, 1, 2_460_001.5), row(2, 2, 2_460_001.5)].join('\n')),
    file('two_v1_detections.csv', [header, row(2, 2, 2_460_001.5), row(3, 2, 2_460_001.5)].join('\n')),
    file('empty_v3_detections.csv', header),
  ];
  const { units } = await storeFiles(db.client, paths, options());
  t.deepEqual(
    units.map(({ visit, detector, sources: n }) => [Number(visit), detector, n]),
    [
      [1, 101, 1],
      [1, 102, 2],
      [2, 101, 1],
    ],
  );
  const before = await sources(db);
  const again = await storeFiles(db.client, paths, options());
  t.deepEqual(
    again.files.map(({ status }) => status),
    ['already', 'already', 'already', 'already'],
  );
  t.is(again.units.length, 0);
  await t.throwsAsync(storeFiles(db.client, paths, options({ force: true })), {
    message: /^visit 1, detector 101 .*stored before/,
  });
  const skipped = await storeFiles(db.client, paths, options({ force: true, onConflict: 'skip' }));
  t.true(skipped.units.every(({ stored }) => !stored));
  const replaced = await storeFiles(db.client, paths, options({ force: true, onConflict: 'update' }));
  t.true(replaced.units.every(({ stored }) => stored));
  t.deepEqual(await sources(db), before);
});

test('the log has a file when all its visits are stored, in the transaction of the last', async (t) => {
  await using db = await made();
  const row = (src: number, jd: number, dec = 0.5) => `${src},0,1,${jd},1,${dec},1,20,0.1,+,1`;
  const other = file('before_v8_detections.csv', [header, row(9, 2_460_008.5)].join('\n'));
  await storeFiles(db.client, [other], options());
  // The second visit has a source that is there already.
  const first = file('x_v7_detections.csv', [header, row(1, 2_460_007.5)].join('\n'));
  const second = file('y_v9_detections.csv', [header, row(9, 2_460_009.5)].join('\n'));
  await t.throwsAsync(storeFiles(db.client, [first, second], options()), {
    message: /^visit 9, detector 101/,
  });
  const log = await db.query<{ name: string; rows: bigint }>(
    `select regexp_replace(path, '.*/', '') as name, rows from almagest.load_log where in_force order by load_id`,
  );
  t.deepEqual(log, [
    { name: 'before_v8_detections.csv', rows: 1n },
    { name: 'x_v7_detections.csv', rows: 1n },
  ]);
  t.is((await sources(db)).length, 2);
});

test('rows that are wrong are refused by file, row and column, unless so many may be left out', async (t) => {
  await using db = await made();
  const rows = [
    '1,0,1,2460001.5,1,0.5,7,20,0.1,+,1',
    '2,0,1,2460001.5,1,0.5,1,20,0.1,+,1.5',
    '3,0,1,2460001.5,1,0.5,1,20,0.1,+,1',
  ];
  const wrong = file('w_v1_detections.csv', [header, ...rows].join('\n'));
  await t.throwsAsync(storeFiles(db.client, [wrong], options()), {
    message: `${wrong}: row 1, column "band": "7" is none of 1, 2, which the mapping knows`,
  });
  await t.throwsAsync(storeFiles(db.client, [wrong], options({ maxRefused: 1 })), {
    message: `${wrong}: more than 1 rows are refused, the first: row 1, column "band": "7" is none of 1, 2, which the mapping knows`,
  });
  t.is((await sources(db)).length, 0);
  const { files } = await storeFiles(db.client, [wrong], options({ maxRefused: 2 }));
  t.deepEqual(
    files[0]!.refusals.map(({ row, column }) => [row, column]),
    [
      [1, 'band'],
      [2, 'psfNdata'],
    ],
  );
  t.is((await sources(db)).length, 1);
  t.deepEqual(await db.query('select refused_rows::int as refused, rows::int from almagest.load_log'), [
    { refused: 2, rows: 1 },
  ]);
});

test('files that contradict one another are refused, with both places', async (t) => {
  await using db = await made();
  const row = (mag: number) => `1,0,1,2460001.5,1,0.5,1,${mag},0.1,+,1`;
  const one = file('c_v1_detections.csv', [header, row(20)].join('\n'));
  const two = file('d_v1_detections.csv', [header, row(21)].join('\n'));
  await t.throwsAsync(storeFiles(db.client, [one, two], options()), {
    message:
      /^DiaSource 1 of one visit differs in "psfFlux": .* in .*c_v1_detections.csv, row 1, .* in .*d_v1_detections.csv, row 1$/,
  });
  t.is((await sources(db)).length, 0);
});

test('a dry run reads and checks, and writes nothing', async (t) => {
  await using db = await made();
  const night = file('n_v5_detections.csv', `${header}\n1,0,1,2460001.5,1,0.5,1,20,0.1,+,1\n`);
  const { files, units } = await storeFiles(db.client, [night], options({ dryRun: true }));
  t.deepEqual([files[0]!.rows, units.length], [1, 0]);
  t.is((await sources(db)).length, 0);
  t.deepEqual(await db.query('select from almagest.load_log'), []);
});

test('what no mapping is for is refused, what a mapping has nothing from is left', async (t) => {
  await using db = await made();
  const strange = file('s_v5_detections.csv', 'one,two\n1,2\n');
  await t.throwsAsync(storeFiles(db.client, [strange], options()), {
    message: `${strange}: the mapping mine finds no rows of an APDB in it`,
  });
  await t.throwsAsync(storeFiles(db.client, [strange], options({ mapping: undefined })), {
    message: `${strange}: none of the mappings is for a file with these columns`,
  });
  const other = file('o_v5_detections.csv', 'nothing\n1\n');
  t.is((await storeFiles(db.client, [other], options())).files[0]!.status, 'nothing');
  const few = file('f_v5_detections.csv', 'src,obj\n1,2\n');
  await t.throwsAsync(storeFiles(db.client, [few], options()), { message: /the file has no column "ccd"/ });
});

test('a mapping that fills a column which the APDB has not is refused', async (t) => {
  await using db = await made();
  const colours = file(
    'colours.yaml',
    'name: colours\ntables: [{ into: DiaSource, needs: [src], columns: { colour: src }, visit: { visit: src, detector: src, time: src } }]',
  );
  const night = file('k_v5_detections.csv', `${header}\n1,0,1,2460001.5,1,0.5,1,20,0.1,+,1\n`);
  await t.throwsAsync(storeFiles(db.client, [night], options({ mapping: colours })), {
    message: /DiaSource has no column "colour", which the mapping fills/,
  });
});

test('tables of an APDB are stored as they are, objects with the visit of their latest source', async (t) => {
  await using db = await made();
  const bands = ['u', 'g', 'r', 'i', 'z', 'y'].map((band) => `${band}_psfFluxNdata`);
  const sourceFile = file(
    'sources.csv',
    [
      'diaSourceId,diaObjectId,visit,detector,midpointMjdTai,timeProcessedMjdTai,ra,dec,x,y,psfNdata,dipoleNdata,bboxSize,isDipole',
      `${big},7,1,4,60000.5,60000.6,10,20,1,2,3,4,5,true`,
      `${big + 1n},7,2,5,60001.5,60001.6,10,20,1,2,3,4,5,false`,
      `${big + 2n},8,1,4,60000.5,60000.6,359.99999,-90,1,2,3,4,5,`,
    ].join('\n'),
  );
  const objectFile = file(
    'objects.csv',
    [
      `diaObjectId,ra,dec,nDiaSources,validityStartMjdTai,pixelId,${bands.join(',')}`,
      `7,10,20,2,1,1,${bands.map(() => 0).join(',')}`,
      `8,359.99999,-90,1,1,1,${bands.map(() => 0).join(',')}`,
    ].join('\n'),
  );
  const given = options({ mapping: undefined });
  await t.throwsAsync(storeFiles(db.client, [objectFile], given), {
    message: /objects.csv, row 1: no source of DiaObject 7 says of which visit it is/,
  });
  const { units } = await storeFiles(db.client, [objectFile, sourceFile], given);
  t.deepEqual(
    units.map(({ visit, detector, objects, sources: n }) => [Number(visit), detector, objects, n]),
    [
      [1, 4, 1, 2],
      [2, 5, 1, 1],
    ],
  );
  t.deepEqual(
    await db.query(
      `select "diaObjectId"::int as id, "validityStartMjdTai" as since, "pixelId" = sky.htm_id(ra, "dec", 20) as placed
       from survey."DiaObject" order by 1`,
    ),
    [
      { id: 7, since: 60_001.5, placed: true },
      { id: 8, since: 60_000.5, placed: true },
    ],
  );
});
