/** FITS tables with the columns of an APDB: recognised, stored, and refused where they are cut off. */
import test from 'ava';
import { storeFiles } from '../../src/apdb/store_files.ts';
import { storeOptionsSchema } from '../../src/apdb/store_session.ts';
import {
  fitsFile,
  float32,
  float64,
  int16,
  int32,
  int64,
  text,
  workDirectory,
  writeFile,
} from '../formats/fits_files.ts';
import { database } from '../support/database.ts';

const first = 2n ** 62n + 1n;

/** Sources of two detectors of a visit, at RA 0 and beside the pole; the flux of the second is NaN. */
const sources = fitsFile({
  columns: [
    { name: 'diaSourceId', form: 'K' },
    { name: 'visit', form: 'K' },
    { name: 'detector', form: 'I' },
    { name: 'midpointMjdTai', form: 'D', cards: { TUNIT: 'd' } },
    { name: 'timeProcessedMjdTai', form: 'D' },
    { name: 'ra', form: 'D', cards: { TUNIT: 'deg' } },
    { name: 'dec', form: 'D', cards: { TUNIT: 'deg' } },
    { name: 'x', form: 'E' },
    { name: 'y', form: 'E' },
    { name: 'psfFlux', form: 'E', cards: { TUNIT: 'nJy' } },
    { name: 'psfNdata', form: 'J' },
    { name: 'dipoleNdata', form: 'J' },
    { name: 'bboxSize', form: 'J' },
    { name: 'band', form: '1A' },
  ],
  rows: [
    [0n, 0, 0, -0.5, 100],
    [1n, 0, 123, 89.9999, Number.NaN],
    [2n, 7, 359.9999, 45, 300],
  ].map(([id, detector, ra, decl, flux]) =>
    Buffer.concat([
      int64(first + (id as bigint), 2n ** 53n + 1n),
      int16(detector as number),
      float64(61000.25, 61000.5, ra as number, decl as number),
      float32(1, 2, flux as number),
      int32(5, 0, 9),
      text('r', 1),
    ]),
  ),
});

const options = storeOptionsSchema.parse({ apdb: 'survey' });

test('a FITS table of sources is stored detector by detector, every digit and NaN kept, and once', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const file = writeFile(workDirectory(t), 'sources.fits', sources);
  const stored = await storeFiles(db.client, [file], options);
  t.is(stored.units.length, 2);
  t.deepEqual(
    await db.query(
      `select "diaSourceId"::text as id, visit::text, detector, ra, dec, "psfFlux" as flux, band,
              "pixelId" = sky.htm_id(ra, dec, 20) as placed
       from survey."DiaSource" order by 1`,
    ),
    [
      [0, 0, -0.5, 100],
      [0, 123, 89.9999, Number.NaN],
      [7, 359.9999, 45, 300],
    ].map(([detector, ra, dec, flux], i) => ({
      id: String(first + BigInt(i)),
      visit: '9007199254740993',
      detector,
      ra,
      dec,
      flux,
      band: 'r',
      placed: true,
    })),
  );
  const again = await storeFiles(db.client, [file], options);
  t.deepEqual(
    again.files.map(({ status }) => status),
    ['already'],
  );
  t.deepEqual(await db.query(`select * from apdb.check('survey')`), []);
});

test('of a FITS table that is cut off nothing is stored', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const file = writeFile(workDirectory(t), 'short.fits', sources.subarray(0, sources.length - 2880 + 100));
  await t.throwsAsync(storeFiles(db.client, [file], options), { message: /short\.fits/ });
  t.deepEqual(await db.query(`select count(*)::int from survey."DiaSource"`), [{ count: 0 }]);
  t.deepEqual(await db.query(`select count(*)::int from survey.stored_visit`), [{ count: 0 }]);
});
