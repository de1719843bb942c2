/**
 * Rows of archives, as their services send them: they load into a table of the definition that registries have, and
 * each of their regions is read.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { database, type TestDatabase } from '../../support/database.ts';
import { dataPath, dataTest } from '../../support/fixtures.ts';
import { votableRows } from '../../support/votable.ts';

type ArchiveRow = Readonly<Record<string, string | null>>;

/** Records of separated text, quoted as CSV is. */
function separated(text: string, separator: string): ArchiveRow[] {
  const field = new RegExp(`("(?:[^"]|"")*"|[^${separator}\\n]*)(${separator}|\\n|$)`, 'gy');
  const records: string[][] = [[]];
  for (let match = field.exec(text); match?.[0]; match = field.exec(text)) {
    const [, cell = '', end] = match;
    records.at(-1)!.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\n') records.push([]);
  }
  const [names = [], ...rows] = records.filter((record) => record.length > 1);
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] || null])));
}

/** The rows of a file; `b'…'`, which a Python client made of bytes, is what it was. */
function rowsOf(file: string): ArchiveRow[] {
  const text = readFileSync(dataPath('obscore', file), 'utf8');
  const rows = file.endsWith('.xml')
    ? votableRows(text)
    : file.endsWith('.json')
      ? (JSON.parse(text) as { data: Record<string, unknown>[] }).data.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
          ),
        )
      : separated(text, file.endsWith('.txt') ? ' ' : ',');
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value?.replace(/^b'(.*)'$/, '$1') ?? null]),
    ),
  );
}

const numeric = /^(smallint|integer|bigint|double precision)$/;

/** An ObsCore table of a registry, and another of its definition in schema archive. */
async function archive(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select obscore.create('deep', $1)`, [
    JSON.stringify({
      facility_name: 'Tower',
      collection_type: 'RUN',
      dataset_types: { raw: { dataproduct_type: 'image', calib_level: 1 } },
      extra_columns: {
        obs_title: { template: '{id}', type: 'string', length: 255 },
        access_estsize: { template: '{id}', type: 'int' },
        pol_states: { template: '{id}', type: 'string', length: 32 },
      },
    }),
  ]);
  await db.query('create schema archive');
  await db.query('create table archive.obscore (like deep.obscore including all)');
  return db;
}

async function load(db: TestDatabase, rows: readonly ArchiveRow[]): Promise<void> {
  for (const row of rows)
    await db.query(
      'insert into archive.obscore select * from json_populate_record(null::archive.obscore, $1)',
      [JSON.stringify({ ...row, registry_dataset_id: randomUUID() })],
    );
}

dataTest('rows of archives load into the table that a registry has, value for value', async (t) => {
  await using db = await archive();
  const columns = await db.query<{ name: string; type: string }>(`
    select attname::text as name, atttypid::regtype::text as type from pg_attribute
    where attrelid = 'archive.obscore'::regclass and attnum > 0`);
  for (const file of readdirSync(dataPath('obscore'))) {
    const rows = rowsOf(file);
    t.true(rows.length > 0, file);
    await db.query('truncate archive.obscore');
    await load(db, rows);
    const shared = columns.filter(({ name }) => name in rows[0]!);
    t.true(shared.length > 0, file);
    const names = shared.map(({ name }) => `${name}::text`).join(', ');
    const loaded = await db.query<Record<string, string | null>>(
      `select ${names} from archive.obscore order by ctid`,
    );
    t.is(loaded.length, rows.length, file);
    for (const [i, row] of rows.entries())
      for (const { name, type } of shared) {
        const [sent, kept] = [row[name] ?? null, loaded[i]![name] ?? null];
        const same = numeric.test(type) && sent !== null ? Number(kept) === Number(sent) : kept === sent;
        t.true(same, `${file} row ${i}: ${name} is ${kept}, not ${sent}`);
      }
  }
});

dataTest('every region of archives is read, and holds the position that the archive gives', async (t) => {
  await using db = await database();
  const spellings = new Set<string>();
  for (const file of readdirSync(dataPath('obscore')))
    for (const row of rowsOf(file)) {
      const text = row.s_region;
      if (!text) continue;
      const words = text.replace(/(^|[\s(])[-+\d][-+.\deE]*/g, '$1').replace(/\s+/g, ' ');
      spellings.add(
        words
          .replace(/ ?([()]) ?/g, (bracket) => (bracket.includes('(') ? ' (' : ') '))
          .replace(/ (?=\))/g, '')
          .trim()
          .replace(/\) \)/g, '))'),
      );
      const [{ distance, radius }] = await db.query<{ distance: number | null; radius: number }>(
        `select c.radius, sky.angular_distance(c.ra, c.dec, $2, $3) as distance
         from sky.region_center(sky.region_from_s_region($1)) c`,
        [text, row.s_ra ?? null, row.s_dec ?? null],
      );
      t.true(radius >= 0 && radius < 10, `${file}: ${text}`);
      // Of a union, such as ALMA's, the position is one of its parts'.
      if (distance !== null) t.true(distance <= radius, `${file}: ${text} is ${distance} from its position`);
    }
  t.deepEqual([...spellings].sort(), [
    'CIRCLE ICRS',
    'Circle ICRS',
    'POLYGON GSC1',
    'POLYGON ICRS',
    'POLYGON J2000',
    'POSITION J2000',
    'Polygon ICRS',
    'Polygon ICRS Not (Polygon)',
    'Union ICRS (Polygon Not (Polygon) Polygon Not (Polygon))',
    'Union ICRS (Polygon Polygon Polygon Polygon)',
    'polygon',
  ]);
});
