import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { openDatabase } from '../../../src/db/pool.ts';
import { openFile } from '../../../src/formats/open.ts';
import type { Outcome } from '../../support/data_files.ts';
import { dataFiles, formatByName, loadEach } from '../../support/data_files.ts';
import { database } from '../../support/database.ts';
import { dataPath, dataTest } from '../../support/fixtures.ts';

/** Files of which a table may be refused, and the only reason for it. */
const REFUSED: readonly (readonly [RegExp, RegExp])[] = [
  [/\/_metadata$/, /^the file is the index of a dataset: its \d+ rows are in other files$/],
  // Trees of astrometry.net: machine words declared as characters.
  [
    /index-tycho2-\d+\.littleendian\.fits$/,
    /^row \d+, column "(quads|kdtree_\w+)": (NUL byte at position \d+|byte 0x\w\w at position \d+ is not valid UTF-8)/,
  ],
];

const FORMATS = ['fits', 'parquet', 'ecsv', 'csv'] as const;

for (const format of FORMATS) {
  dataTest(`every ${format} file is inspected`, async (t) => {
    const files = dataFiles().filter((file) => formatByName(file) === format);
    t.true(files.length > 0);
    for (const file of files) {
      await using open = await openFile(dataPath(file));
      t.is(open.format, format, file);
      t.true(open.tables.length + open.others.length > 0, file);
      for (const { columns } of open.tables) t.true(columns.length > 0, file);
    }
    const main = path.join(import.meta.dirname, '../../../src/cli/main.ts');
    const paths = files.map((file) => dataPath(file));
    const output = execFileSync(process.execPath, [main, 'inspect', ...paths], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    for (const file of paths) t.true(output.includes(`${file}: `), file);
  });

  dataTest(`every ${format} file is loaded whole, or refused by name with the reason`, async (t) => {
    await using own = await database();
    await own.query('create schema data');
    await using db = await openDatabase({ url: own.url, connections: 1 });
    const files = dataFiles().filter((file) => formatByName(file) === format);
    for await (const outcome of loadEach(db, 'data', files)) {
      const { file, refusal, table, rows, refusedRows } = outcome;
      if (refusal !== undefined) {
        const expected = REFUSED.find(([name]) => name.test(file))?.[1] ?? /^no table in it: /;
        t.regex(refusal, expected, file);
        continue;
      }
      t.is(refusedRows, 0, file);
      const [{ count }] = await own.query<{ count: string }>(`select count(*) from ${table}`);
      t.is(Number(count), rows, file);
      const said = await rowsSaid(outcome);
      if (said !== undefined) t.is(rows, said, file);
    }
  });
}

/** The number of rows that the file says it has. */
async function rowsSaid({ file, hdu }: Outcome): Promise<number | undefined> {
  await using open = await openFile(dataPath(file));
  return open.tables.find(({ index }) => hdu === undefined || index === hdu)?.rowCount;
}

/**
 * What other readers find in these files: astropy 5.2 in FITS and ECSV, DuckDB 1.5 in Parquet, Python's csv in CSV.
 * File, HDU, expression over the loaded table, its value as text.
 */
const FACTS: readonly (readonly [string, number | undefined, string, string])[] = [
  [
    'fits/stars/tycho2_96k_derived.fits',
    undefined,
    'count(*), min(mag_vt), max(mag_vt), min(ra), max(ra)',
    '94080|0.137|10.571|1.3340213222681154e-08|359.98242190435906',
  ],
  [
    'fits/stars/desitarget__gaia-healpix-12284.fits',
    undefined,
    'count(*), min(source_id), max(source_id)',
    '25|6915277232122819328|6916139588545961856',
  ],
  [
    'parquet/fink__gcvs.parquet',
    undefined,
    'count(*), min(ra), max(ra), min(dec), max(dec), max(vartype collate "C")',
    '59099|0.01520833333333333|359.9844166666666|-89.78305555555555|89.2641111111111|ZZO       ',
  ],
  [
    'alerts/fink/rubin_sample_data_10_0.parquet',
    undefined,
    'count(*), min(diasourceid), max(diasourceid), min(target_name collate "C")',
    '25|169813006111211570|169813007334899766|ddf_edfs_b, lowdust',
  ],
  [
    'parquet/hats/small_sky_source/dataset/Norder=0/Dir=0/Npix=4.parquet',
    undefined,
    'count(*), min(_healpix_29), max(_healpix_29), min(mjd)',
    '50|1188997068234845449|1189126469575357282|58407.85404287149',
  ],
  [
    'ecsv/desi__tiles-main-20260616-rev07449.ecsv',
    undefined,
    'count(*), min(tileid), max(tileid), max(ra)',
    '39302|1000|123837|359.981',
  ],
  [
    'ecsv/deep__exposures_object_raw.ecsv',
    undefined,
    'count(*), count(object), min(expnum), max(expnum), max(object collate "C")',
    '8915|8731|845288|1126405|pointtest',
  ],
  [
    'ecsv/gaia__1712337806100O-result.ecsv',
    undefined,
    'count(*), min(source_id), max(source_id)',
    '5|6636090334814214528|6636090339113063296',
  ],
];

dataTest('values are those that other readers find, identifiers past 2^53 among them', async (t) => {
  await using own = await database();
  await own.query('create schema data');
  await using db = await openDatabase({ url: own.url, connections: 1 });
  for (const [file, hdu, expressions, expected] of FACTS) {
    const outcomes: Outcome[] = [];
    for await (const outcome of loadEach(db, 'data', [file])) outcomes.push(outcome);
    const { table } = outcomes.find((outcome) => hdu === undefined || outcome.hdu === hdu)!;
    const [{ values }] = await own.query<{ values: string }>(
      `select concat_ws('|', ${expressions}) as values from ${table}`,
    );
    t.is(values, expected, file);
    await own.query('drop schema data cascade; create schema data');
  }
});
