import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { formatResult, queryText, type TextResult } from '../../src/db/result-table.ts';
import { type Catalogue, writeCatalogues } from '../../src/demo/catalogues.ts';
import { hipparcosTable } from '../../src/demo/celestial.ts';
import { drawSky } from '../../src/demo/picture.ts';
import { queries } from '../../src/demo/queries.ts';
import { readStarTree, type Stars } from '../../src/demo/star-tree.ts';
import { makeSchema, prepareTables } from '../../src/demo/tables.ts';
import { loadFiles } from '../../src/load/load.ts';
import { loadOptionsSchema } from '../../src/load/options.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';

/** Hipparcos in the place of Tycho-2, so that the test needs no package of Debian's. */
function hipparcosAsStars(): Stars {
  const { columns, rows } = hipparcosTable();
  const [ra, dec, magnitude] = ['ra', 'dec', 'v_mag'].map((name) =>
    columns.findIndex((column) => column.name === name),
  );
  return {
    ra: Float64Array.from(rows, (row) => Number(row[ra])),
    decl: Float64Array.from(rows, (row) => Number(row[dec])),
    magnitude: Float32Array.from(rows, (row) => Number(row[magnitude])),
  };
}

function load({ file, table, key }: Catalogue, url: string) {
  return loadFiles(
    url,
    [file],
    loadOptionsSchema.parse({ table, create: true, key: [key], onConflict: 'update' }),
  );
}

// One connection for all, so that they run one after another.
const demo: { db?: TestDatabase; catalogues: readonly Catalogue[] } = { catalogues: [] };

/** A database as the demo leaves it, only read by the tests. */
test.before(async () => {
  const db = await database();
  demo.db = db;
  const directory = mkdtempSync(path.join(tmpdir(), 'almagest-demo-'));
  demo.catalogues = writeCatalogues(directory, hipparcosAsStars());
  await makeSchema(db.client);
  for (const catalogue of demo.catalogues) {
    const { failures } = await load(catalogue, db.url);
    if (failures.length > 0) throw failures[0].error;
  }
  await prepareTables(db.client, demo.catalogues);
});
test.after.always(() => demo.db?.close());

async function answer(title: string): Promise<TextResult> {
  const query = queries.find((candidate) => candidate.title.startsWith(title))!;
  return queryText(demo.db!.client, query.sql);
}

test.serial('every row of the catalogues is in its table', async (t) => {
  const [counts] = await demo.db!.query(`
    select (select count(*) from demo.tycho2)::int as tycho2,
           (select count(*) from demo.hipparcos)::int as hipparcos,
           (select count(*) from demo.deep_sky)::int as deep_sky`);
  t.deepEqual(counts, { tycho2: 118_216, hipparcos: 118_216, deep_sky: 15_807 });
});

test.serial('a second load of the same files does nothing', async (t) => {
  for (const catalogue of demo.catalogues) {
    const { results } = await load(catalogue, demo.db!.url);
    t.deepEqual(
      results.map(({ status }) => status),
      ['already'],
    );
  }
});

test.serial('every table and column says what it is, with units and UCDs', async (t) => {
  const columns = await demo.db!.query<{ label: string; comment: string | null }>(`
    select format('%s.%s', c.relname, a.attname) as label, col_description(c.oid, a.attnum) as comment
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'demo'::regnamespace and c.relkind = 'r'`);
  t.is(columns.length, 4 + 8 + 10);
  for (const { label, comment } of columns) t.regex(comment ?? '', / \[.*; [a-z]+.*\]$/, label);
  t.true(columns.some(({ comment }) => comment === 'Right ascension, ICRS [deg; pos.eq.ra;meta.main]'));
});

test.serial('every question has an answer', async (t) => {
  for (const { title, sql } of queries)
    t.true((await queryText(demo.db!.client, sql)).rows.length > 0, title);
});

test.serial('the cone around Alcyone holds the Pleiades, brightest first', async (t) => {
  const { rows } = await answer('Cone search');
  t.deepEqual(
    rows.slice(0, 5).map(([name]) => name),
    ['Alcyone', 'Atlas', 'Electra', 'Maia', 'Merope'],
  );
});

test.serial('the cone search uses the position index', async (t) => {
  const query = queries.find(({ title }) => title.startsWith('Cone search'))!;
  const plan = await demo.db!.query<Record<string, string>>(`explain ${query.sql}`);
  t.regex(plan.map((row) => row['QUERY PLAN']).join('\n'), /hipparcos_position_idx/);
});

test.serial('nearest neighbours come in order of distance, five of them', async (t) => {
  const { rows } = await answer('Nearest neighbours');
  const distances = rows.map((row) => Number(row.at(-1)));
  t.is(rows.length, 5);
  t.deepEqual(
    distances,
    distances.toSorted((a, b) => a - b),
  );
});

test.serial('the galaxy beside Mirach is found in its glare', async (t) => {
  const { rows } = await answer('Galaxies in the glare');
  const beside = rows.find(([object]) => object === 'NGC 404');
  t.is(beside?.[3], 'Mirach');
});

test.serial('the galactic plane is more crowded than the poles', async (t) => {
  const { rows } = await answer('Stars brighter than V_T 9 by galactic latitude');
  const densities = rows.map((row) => Number(row.at(-1)));
  t.is(densities.length, 6);
  t.true(densities[0] > 1.5 * densities[5]);
});

test.serial('answers look as psql prints them', async (t) => {
  const { title, sql } = queries.find((query) => query.title.startsWith('Counts per magnitude'))!;
  const printed = formatResult(await answer(title)).split('\n');
  t.regex(sql, /;$/);
  t.regex(printed[0], /^ vt_mag \| stars \| +histogram +$/);
  t.regex(printed.at(-1)!, /^\(\d+ rows\)$/);
});

test.serial(
  'the picture is well-formed XML with a disk for each star and a symbol for each object',
  async (t) => {
    const { svg, stars, objects } = await drawSky(demo.db!.client);
    const [{ drawn }] = await demo.db!.query<{ drawn: number }>(
      `select count(*)::int as drawn from demo.hipparcos where v_mag < 6.5`,
    );
    t.is(stars, drawn);
    const [counted] = await demo.db!.query(
      `select (xpath('count(//s:g[@class="stars"]/s:circle)', document, ns))[1]::text::int as stars,
            (xpath('count(//s:g[@class="objects"]/*)', document, ns))[1]::text::int as objects
     from (select xmlparse(document $1) as document, array[array['s', 'http://www.w3.org/2000/svg']] as ns) as svg`,
      [svg],
    );
    t.deepEqual(counted, { stars, objects });
    for (const name of ['Arcturus', 'Sirius', 'Large Magellanic Cloud', 'galactic centre'])
      t.true(svg.includes(`>${name}<`), name);
  },
);

dataTest('the Tycho-2 index has known stars at their known places', async (t) => {
  const { ra, decl, magnitude } = await readStarTree(
    dataPath('fits/stars/index-tycho2-13.littleendian.fits'),
  );
  t.is(ra.length, 48_000);
  t.is(magnitude.length, 48_000);
  const known: Record<string, readonly [number, number, number]> = {
    Arcturus: [213.918, 19.187, 0.16],
    Capella: [79.172, 45.999, 0.24],
    Achernar: [24.428, -57.237, 0.52],
  };
  for (const [name, [knownRa, knownDecl, knownMagnitude]] of Object.entries(known)) {
    const row = ra.findIndex(
      (value, i) => Math.abs(value - knownRa) < 1e-3 && Math.abs(decl[i] - knownDecl) < 1e-3,
    );
    t.true(row >= 0, name);
    t.true(Math.abs(magnitude[row] - knownMagnitude) < 0.01, name);
  }
});
