import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { fitsTable } from '../../src/demo/fits-table.ts';
import { parquetBytes, plain } from '../formats/parquet-fixture.ts';
import type { TestDatabase } from '../support/database.ts';
import { database } from '../support/database.ts';
import { blocks, runShell, shellFolder } from './guide_support.ts';

const stars = Array.from({ length: 2000 }, (_, i) => {
  const dec = (Math.asin(1 - (2 * i + 1) / 2000) * 180) / Math.PI;
  return { ra: (i * 222.4922359) % 360, dec, vmag: 1 + (i % 12) };
});

const exposures = `# %ECSV 1.0
# ---
# datatype:
# - {name: expnum, datatype: int64, description: number of the exposure}
# - {name: band, datatype: string}
# - {name: seeing, unit: arcsec, datatype: float32}
# - {name: start, datatype: string}
# meta: !!omap
# - __serialized_columns__:
#     start:
#       __class__: astropy.time.core.Time
#       format: isot
#       scale: utc
#       value: !astropy.table.SerializedColumn {name: start}
expnum band seeing start
845288 r 1.1 2019-04-02T04:51:42.691
845289 "" "" 2019-04-02T04:52:21.489
`;

/** A folder with the files that the guides name. */
function workplace(): string {
  const folder = shellFolder();
  const put = (name: string, bytes: string | Uint8Array) => writeFileSync(path.join(folder, name), bytes);
  const column = (name: string, form: 'J' | 'D' | 'E', values: number[]) => ({
    name,
    form,
    ucd: 'meta.main',
    description: name,
    values,
  });
  const columns = [
    column(
      'STAR_ID',
      'J',
      stars.map((_, i) => i + 1),
    ),
    column(
      'RA',
      'D',
      stars.map(({ ra }) => ra),
    ),
    column(
      'DEC',
      'D',
      stars.map(({ dec }) => dec),
    ),
    column(
      'VMAG',
      'E',
      stars.map(({ vmag }) => vmag),
    ),
  ];
  put('stars.fits', fitsTable({ name: 'STARS', history: [], columns }));
  const near = stars.slice(0, 10);
  const chunk = (name: string, type: 'INT64' | 'DOUBLE', body: Buffer) =>
    ({ path: [name], type, pages: [{ body, entries: near.length }] }) as const;
  const chunks = [
    chunk('id', 'INT64', plain.int64(...near.map((_, i) => 9007199254740993n + BigInt(i)))),
    chunk('ra', 'DOUBLE', plain.double(...near.map(({ ra }) => ra))),
    chunk('dec', 'DOUBLE', plain.double(...near.map(({ dec }) => dec + 1e-4))),
  ];
  const fields = chunks.map(({ path: [name], type }) => ({ name, type, repetition: 'REQUIRED' }) as const);
  put('galaxies.parquet', parquetBytes({ fields, groups: [{ rows: near.length, chunks }] }));
  put('exposures.ecsv', exposures);
  put('magnitudes.csv', 'id,mag\n1,17.3\n2,-99\n3,18.1\n');
  return folder;
}

/** Runs a guide's blocks from top to bottom, as a reader would. */
async function follow(guide: string, own: TestDatabase, folder: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { language, text } of blocks(guide)) {
    if (language !== 'sql' && language !== 'sh') continue;
    try {
      if (language === 'sql') await own.client.query(text);
      else await runShell(text, folder, own);
    } catch (error) {
      const { message, stderr = '' } = error as Error & { stderr?: string };
      throw new Error(`${guide}: ${message}\n${stderr}\n${text}`, { cause: error });
    }
    counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return counts;
}

test('every command of the loader’s guide works, top to bottom', async (t) => {
  await using own = await database();
  const counts = await follow('guide-loader.md', own, workplace());
  t.true(counts.get('sh')! > 5);
  const rows = await own.query(`
    select (select count(*)::int from public.star) as stars, (select count(*)::int from public.galaxy) as galaxies,
           (select count(mag)::int from public.magnitude) as magnitudes,
           (select max(id)::text from public.galaxy) as id`);
  t.deepEqual(rows, [{ stars: 2000, galaxies: 10, magnitudes: 2, id: '9007199254741002' }]);
});

test('every command of the analyst’s guide works, top to bottom', async (t) => {
  await using own = await database();
  const folder = workplace();
  await runShell('almagest load stars.fits -t public.star --create --key star_id', folder, own);
  await runShell('almagest load galaxies.parquet -t public.galaxy --create --key id', folder, own);
  const counts = await follow('guide-analyst.md', own, folder);
  t.true(counts.get('sql')! > 5);
});

test('every command of the DBA’s guide works, top to bottom, in a database without Almagest', async (t) => {
  await using own = await database({ installed: false });
  await own.query('drop role if exists ada; drop role if exists night_shift');
  try {
    const counts = await follow('guide-dba.md', own, workplace());
    t.true(counts.get('sh')! >= 3);
  } finally {
    await own.query('drop owned by ada, night_shift; drop role ada; drop role night_shift');
  }
});
