/** Exports of tables through the program: their files, their failures, their memory. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import { openParquet } from '../../src/formats/parquet.ts';
import { rowsOf } from '../formats/rows.ts';
import type { TestDatabase } from '../support/database.ts';
import { observations } from './export_support.ts';

const folder = () => mkdtempSync(path.join(tmpdir(), 'almagest-export-'));

function run(db: TestDatabase, ...args: string[]) {
  return spawnSync(
    path.join(checkout, 'bin/almagest'),
    ['obscore', 'export', ...args, '--database', db.url],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
}

test('CSV: the configuration’s columns and word for NULL', async (t) => {
  await using db = await observations(2);
  const { status, stdout, stderr } = run(db, '--format', 'csv');
  t.deepEqual([status, stderr], [0, '']);
  const [header, ...lines] = stdout.split('\n');
  t.regex(
    header,
    /^"dataproduct_type",.*,"lsst_visit","is_good","a ""name""","s_ra","s_dec","s_fov","s_region"$/,
  );
  t.regex(
    lines[0],
    /^"image",NULL,NULL,1,.*,60000\.00001,.*,4\.02e-7,.*,9007199254740994,false,NULL,0\.001,-0\.0001,/,
  );
  t.true(stdout.includes('"a\tb\n""c""\\N \\ <α>"'));
  t.regex(stdout, /,NULL,NULL,"",nan,NULL,NULL,NULL\n$/);
});

test('Parquet: read back exactly, a row group at a time', async (t) => {
  await using db = await observations(2_500);
  const file = path.join(folder(), 'x.parquet');
  const { status, stdout } = run(db, file, '--compression', 'zstd', '--json');
  t.is(status, 0);
  t.like(JSON.parse(stdout), { file, format: 'parquet', rows: 2_501 });
  await using opened = await openParquet(file);
  const [table] = opened.tables;
  t.is(table.rowCount, 2_501);
  const rows = await rowsOf(table, ['lsst_visit', 'is_good', 't_min', 'target_name', 'calib_level']);
  t.deepEqual(rows[2_499], [9_007_199_254_740_993n + 2_500n, 1, 60_000.025, null, 1]);
  t.deepEqual(rows[2_500], [null, null, null, 'a\tb\n"c"\\N \\ <α>', null]);
});

test('VOTable: origin, descriptions, and whether rows are left out', async (t) => {
  await using db = await observations(5);
  const text = run(db, '--format', 'votable', '--limit', '2').stdout;
  t.is(text.match(/<TR>/g)?.length, 2);
  t.regex(text, / <INFO ID="publisher" name="publisher" value="P &amp; Q"\/>\n <RESOURCE type="results">\n/);
  t.regex(
    text,
    / {2}<DESCRIPTION>\n {3}A title\n {2}<\/DESCRIPTION>\n {2}<INFO ID="citation" .*value="doi:1"\/>\n {2}<INFO ID="publication_date" .*value="2026-01-02">Date of publication<\/INFO>\n {2}<INFO ID="QUERY_STATUS" name="QUERY_STATUS" value="OVERFLOW"\/>\n {2}<COOSYS /,
  );
  t.regex(
    text,
    /<FIELD ID="lsst_visit" datatype="long" name="lsst_visit">\n +<DESCRIPTION>\n +Visit or exposure\n/,
  );
  t.regex(text, /<FIELD ID="is_good" datatype="boolean" name="is_good"\/>/);
  t.regex(run(db, '--format', 'votable', '--limit', '6').stdout, /"QUERY_STATUS" value="OK"/);
});

test('300,000 rows pass through a program that has no room for them', async (t) => {
  await using db = await observations(300_000);
  for (const [name, megabytes] of [
    ['x.csv', 100],
    ['x.vot', 100],
    ['x.parquet', 3],
  ] as const) {
    const file = path.join(folder(), name);
    const { status, stderr } = spawnSync(
      path.join(checkout, 'bin/node'),
      [
        '--max-old-space-size=96',
        path.join(checkout, 'src/cli/main.ts'),
        ...['obscore', 'export', file, '--database', db.url],
      ],
      { encoding: 'utf8' },
    );
    t.is(status, 0, `${name}: ${stderr}`);
    t.true(statSync(file).size > megabytes * 1e6, `${name}: ${statSync(file).size}`);
  }
});

test('a failure under way leaves what was there before, and nothing half-written', async (t) => {
  await using db = await observations(100_000);
  // After its rows come others, for which the export waits.
  await db.client.query(`
    alter table r.obscore rename to shown;
    create view r.obscore as
      select * from r.shown union all select * from r.shown where pg_sleep(3600) is null`);
  const place = folder();
  const file = path.join(place, 'x.csv');
  writeFileSync(file, 'before');
  const exporting = spawn(path.join(checkout, 'bin/almagest'), [
    ...['obscore', 'export', file, '--database', db.url],
  ]);
  let stderr = '';
  exporting.stderr.on('data', (piece) => {
    stderr += String(piece);
  });
  const ended = new Promise<number | null>((resolve) => exporting.on('close', resolve));
  for (;;) {
    if (exporting.exitCode !== null) throw new Error(`it ended too soon: ${stderr}`);
    const partial = readdirSync(place).find((name) => name.endsWith('.partial'));
    if (partial !== undefined && statSync(path.join(place, partial)).size > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'copy %'`,
  );
  t.is(await ended, 1);
  t.regex(stderr, /^error: .*terminat/);
  t.deepEqual(readdirSync(place), ['x.csv']);
  t.is(readFileSync(file, 'utf8'), 'before');
});

test('a file that cannot be written ends the export', async (t) => {
  await using db = await observations(100_000);
  const { status, stderr } = run(db, path.join(folder(), 'no/such/folder.csv'));
  t.is(status, 1);
  t.regex(stderr, /^error: .*ENOENT/);
  const full = spawnSync(
    'sh',
    ['-c', `'${checkout}/bin/almagest' obscore export --format csv --database '${db.url}' >/dev/full`],
    { encoding: 'utf8' },
  );
  t.is(full.status, 1);
  t.regex(full.stderr, /^error: .*ENOSPC/);
});

test('whoever reads may stop before the end', async (t) => {
  await using db = await observations(100_000);
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', `'${checkout}/bin/almagest' obscore export --format csv --database '${db.url}' | head -n 1`],
    { encoding: 'utf8' },
  );
  t.deepEqual([status, stderr], [0, '']);
  t.regex(stdout, /^"dataproduct_type".*\n$/);
});

test('what cannot be exported is said, and what to do', async (t) => {
  await using db = await observations(1);
  const bad = (...args: string[]) => {
    const { status, stdout, stderr } = run(db, ...args);
    t.deepEqual([status, stdout], [1, ''], args.join(' '));
    return stderr;
  };
  t.regex(
    bad('x.csv', '--table', 'none'),
    /^error: registry r has no ObsCore table none\nhint: .*obscore list/,
  );
  t.regex(bad('x.fits'), /^error: the name x\.fits does not say its format\nhint: .*--format/);
  t.regex(bad(), /^error: in which format\?/);
  t.regex(bad('x.csv', '--where', 'visit=1'), /^error: [\s\S]*hint: .*--config/);
  t.regex(bad('x.csv', '--table', 'a', '--config', 'b'), /^error: .*two sources/);
  t.regex(bad('x.csv', '--registry', 'none'), /^error: [\s\S]*hint: /);
  await db.query(
    `update obscore.definition set config = jsonb_set(config::jsonb, '{parquet_compression}', '"lz4"')::json`,
  );
  t.regex(bad('x.parquet'), /^error: .*lz4 are not written\nhint: --compression takes none, snappy/);
});
