/** Observations into a registry: from headers, from FITS files, from lists. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { readObservationHeaders } from '../../src/butler/headers.ts';
import { ingestHeaders } from '../../src/butler/ingest.ts';
import type { TestDatabase } from '../support/database.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';
import { registry } from './collection_support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-ingest-'));

type Cards = Record<string, string | number>;

/** A FITS header, padded to its record. */
function hdu(cards: Cards): Buffer {
  const lines = Object.entries(cards).map(([keyword, value]) => {
    if (typeof value === 'number') return `${keyword.padEnd(8)}= ${String(value).padStart(20)}`;
    return `${keyword.padEnd(8)}= ${/^[TF]$/.test(value) ? value.padStart(20) : `'${value.padEnd(8)}'`}`;
  });
  const text = [...lines, 'END'].map((line) => line.padEnd(80)).join('');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), 'latin1');
}

const primary = (cards: Cards) => hdu({ SIMPLE: 'T', BITPIX: 8, NAXIS: 0, EXTEND: 'T', ...cards });
const image = (cards: Cards) =>
  Buffer.concat([
    hdu({ XTENSION: 'IMAGE', BITPIX: 8, NAXIS: 1, NAXIS1: 10, PCOUNT: 0, GCOUNT: 1, ...cards }),
    Buffer.alloc(2880),
  ]);
/** An image in compressed tiles, with `heap` bytes. */
const compressed = (cards: Cards, heap = 100) =>
  Buffer.concat([
    hdu({
      XTENSION: 'BINTABLE',
      BITPIX: 8,
      NAXIS: 2,
      NAXIS1: 8,
      NAXIS2: 1,
      PCOUNT: heap,
      GCOUNT: 1,
      TFIELDS: 1,
      ZIMAGE: 'T',
      ...cards,
    }),
    Buffer.alloc(2880),
  ]);

const decam = (id: number, more: Cards = {}): Cards => ({
  INSTRUME: 'DECam',
  EXPNUM: id,
  OBSTYPE: 'object',
  'DATE-OBS': '2019-04-02T05:06:18.382875',
  OBSID: `ct4m${id}`,
  EXPTIME: 120,
  FILTER: 'VR DECam c0007 6300.0 2600.0',
  TELRA: '14:23:28.889',
  TELDEC: '-13:36:23.800',
  ...more,
});

let files = 0;
function file(...parts: Buffer[]): string {
  const name = path.join(folder, `${++files}.fits`);
  writeFileSync(name, Buffer.concat(parts));
  return name;
}

async function ingest(db: TestDatabase, names: readonly string[], updateRecords = false) {
  const headers = [];
  for (const name of names) headers.push(...(await readObservationHeaders(name)));
  return ingestHeaders(db.client, headers, { updateRecords });
}

const outcomes = (reports: Awaited<ReturnType<typeof ingest>>) =>
  reports.map(({ outcome, datasets }) => (datasets ? `${outcome} ${datasets}` : outcome));

async function decamRegistry(detectors: number): Promise<TestDatabase> {
  const db = await registry();
  await db.query(`select butler.insert_dimension_records('instrument', '{"name": "DECam"}')`);
  await db.query(
    `insert into r.detector (instrument, id, full_name) select 'DECam', n, 'S' || n from generate_series(1, $1::int) n`,
    [detectors],
  );
  return db;
}

test('a file with detectors in extensions: one exposure, a raw dataset each; the same again is none', async (t) => {
  await using db = await decamRegistry(62);
  const name = file(
    primary(decam(845291)),
    image({ CCDNUM: 1 }),
    compressed({ CCDNUM: 2 }),
    image({ EXTNAME: 'MASK' }),
  );
  t.deepEqual(outcomes(await ingest(db, [name])), ['new 2']);
  t.deepEqual(outcomes(await ingest(db, [name])), ['same']);
  t.deepEqual(
    await db.query(
      `select data_id ->> 'exposure' as exposure, data_id ->> 'detector' as detector, path
       from butler.query_datasets('raw', '{DECam/raw/all}') q join r.file_datastore_records on dataset_id = q.id
       order by 2`,
    ),
    [1, 2].map((detector) => ({ exposure: '845291', detector: String(detector), path: name })),
  );
  t.deepEqual(await db.query(`select * from butler.check()`), []);
});

test('a compressed image whose primary HDU says nothing, and an image without extensions', async (t) => {
  await using db = await decamRegistry(62);
  t.deepEqual(
    outcomes(
      await ingest(db, [
        file(primary({}), compressed(decam(1, { CCDNUM: 7 }))),
        file(primary(decam(2, { CCDNUM: 8 }))),
      ]),
    ),
    ['new 1', 'new 1'],
  );
});

test('detectors that the registry does not know: refused with the remedy, others go in', async (t) => {
  await using db = await decamRegistry(2);
  const reports = await ingest(db, [
    file(primary(decam(1)), image({ CCDNUM: 1 }), image({ CCDNUM: 3 })),
    file(primary(decam(2)), image({ CCDNUM: 2 })),
  ]);
  t.deepEqual(outcomes(reports), ['refused', 'new 1']);
  t.regex(reports[0].detail!, /detector.*3/s);
  t.regex(reports[0].detail!, /register.instrument/);
});

test('headers that say too little are refused by what they lack, others go in', async (t) => {
  await using db = await registry();
  const { 'DATE-OBS': _date, ...undated } = decam(2);
  const { FILTER: _filter, ...unfiltered } = decam(3);
  const reports = await ingest(db, [
    file(primary(decam(1))),
    file(primary(undated)),
    file(primary(unfiltered)),
    file(primary({ INSTRUME: 'Kodak' })),
    file(primary(decam(4, { 'DATE-OBS': '2019-13-45T00:00:00' }))),
  ]);
  t.deepEqual(outcomes(reports), ['new', 'refused', 'refused', 'refused', 'refused']);
  t.regex(reports[1].detail!, /no time of beginning: it is read from DATE-OBS/);
  t.regex(reports[2].detail!, /no filter: it is read from FILTER/);
  t.regex(reports[3].detail!, /INSTRUME is 'Kodak'/);
});

test('two headers of one exposure that differ: what is there stays, unless records are to be updated', async (t) => {
  await using db = await registry();
  const one = file(primary(decam(1)));
  const other = file(primary(decam(1, { OBJECT: 'elsewhere', EXPTIME: 60 })));
  const reports = await ingest(db, [one, other, one]);
  t.deepEqual(outcomes(reports), ['new', 'conflict', 'same']);
  t.regex(reports[1].detail!, /^DatabaseConflictError: .*exposure_time: 120 != 60/);
  t.deepEqual(outcomes(await ingest(db, [other, file(primary(decam(2)))], true)), ['updated', 'new']);
  t.deepEqual(await db.query('select id::text, exposure_time, target_name from r.exposure order by id'), [
    { id: '1', exposure_time: 60, target_name: 'elsewhere' },
    { id: '2', exposure_time: 120, target_name: null },
  ]);
});

test('an observation id that another exposure has: conflict', async (t) => {
  await using db = await registry();
  t.deepEqual(outcomes(await ingest(db, [file(primary(decam(1)))])), ['new']);
  t.deepEqual(
    outcomes(await ingest(db, [file(primary(decam(2, { OBSID: 'ct4m1' }))), file(primary(decam(3)))])),
    ['conflict', 'new'],
  );
  t.deepEqual(
    outcomes(await ingest(db, [file(primary(decam(5))), file(primary(decam(6, { OBSID: 'ct4m5' })))])),
    ['new', 'conflict'],
  );
});

test('files that are none: empty, cut inside the header, not FITS', async (t) => {
  const whole = primary(decam(1));
  for (const [part, message] of [
    [Buffer.alloc(0), /ends at byte 0, before any FITS header/],
    [whole.subarray(0, 1000), /byte 1000/],
    [Buffer.from('#!/bin/sh\necho this is not a FITS file at all\n'), /not a FITS file/],
  ] as const)
    await t.throwsAsync(readObservationHeaders(file(part)), { message });
  await t.throwsAsync(readObservationHeaders(path.join(folder, 'none.fits')), { message: /no such file/i });
});

test('a file cut inside its data: its headers are read', async (t) => {
  const [found] = await readObservationHeaders(
    file(primary(decam(1)), image({ CCDNUM: 1 }).subarray(0, 2880 + 5)),
  );
  t.is(found.cards.get('EXPNUM'), 1n);
  t.is(found.detectors.length, 1);
});

test('a session that dies in the middle leaves nothing', async (t) => {
  await using db = await decamRegistry(62);
  const headers = await readObservationHeaders(file(primary(decam(1)), image({ CCDNUM: 1 })));
  const session = await db.connect();
  session.on('error', () => {});
  const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  // The transaction waits at its end, for a row that is locked.
  await db.query('begin');
  await db.query('lock table r.dataset');
  const call = ingestHeaders(session, headers);
  call.catch(() => {});
  const watch = await db.connect();
  for (;;) {
    const { rows: blocked } = await watch.query('select 1 where cardinality(pg_blocking_pids($1)) > 0', [
      rows[0].pid,
    ]);
    if (blocked.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await watch.query('select pg_terminate_backend($1)', [rows[0].pid]);
  await t.throwsAsync(call);
  await db.query('rollback');
  t.deepEqual(
    await db.query(
      `select (select count(*) from r.exposure)::int as exposures, (select count(*) from r.dataset)::int as datasets,
        (select count(*) from r.collection)::int as collections`,
    ),
    [{ exposures: 0, datasets: 0, collections: 0 }],
  );
});

test('a whole new instrument, and a rule that goes before ours, by rows', async (t) => {
  await using db = await registry();
  await db.query(`
    insert into butler.translator values
      ('Toy', 'ToyCam', 'toy.Cam', 0, 0, 100, 100, 4, '[{"keyword": "CAMERA", "pattern": "^toy$"}]');
    insert into butler.header_rule (translator, property, place, keywords, conversion, argument) values
      ('Toy', 'id', 1, '{RUNNO}', 'integer', null),
      ('Toy', 'obs_id', 1, '{RUNNO}', 'pattern', '{"pattern": "([0-9]+)", "text": "toy$1"}'),
      ('Toy', 'physical_filter', 1, '{BAND}', 'lower', null),
      ('Toy', 'begin', 1, '{MJD}', 'time', '{"scale": "tai", "format": "mjd"}'),
      ('DECam', 'target_name', 1, '{FIELD}', 'text', null)`);
  const rows = await db.query(`select outcome, instrument, exposure::text from butler.ingest_headers($1)`, [
    JSON.stringify([
      { CAMERA: 'Toy', RUNNO: 12, BAND: 'R', MJD: 60000.5 },
      { ...decam(1), FIELD: 'B1', OBJECT: 'x' },
    ]),
  ]);
  t.deepEqual(rows, [
    { outcome: 'new', instrument: 'ToyCam', exposure: '12' },
    { outcome: 'new', instrument: 'DECam', exposure: '1' },
  ]);
  t.deepEqual(
    await db.query(
      `select instrument, obs_id, day_obs::text, target_name, physical_filter from r.exposure order by instrument`,
    ),
    [
      {
        instrument: 'DECam',
        obs_id: 'ct4m1',
        day_obs: '20190401',
        target_name: 'B1',
        physical_filter: 'VR DECam c0007 6300.0 2600.0',
      },
      { instrument: 'ToyCam', obs_id: 'toy12', day_obs: '20230225', target_name: null, physical_filter: 'r' },
    ],
  );
});

dataTest('a list of 8,915 exposures: all new, and again all the same', async (t) => {
  await using db = await registry();
  const list = [dataPath('ecsv', 'deep__exposures_object_raw.ecsv')];
  for (const outcome of ['new', 'same']) {
    const reports = await ingest(db, list);
    t.is(reports.length, 8915);
    t.deepEqual(
      reports.filter((one) => one.outcome !== outcome),
      [],
    );
  }
  t.deepEqual(
    await db.query('select count(*)::int as n, count(distinct day_obs)::int as nights from r.exposure'),
    [{ n: 8915, nights: 64 }],
  );
});
