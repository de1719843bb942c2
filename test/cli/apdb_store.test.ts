/** `almagest apdb store` and `mappings`, through the program itself. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { checkout } from '../../src/cluster/home.ts';
import { database, type TestDatabase } from '../support/database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-apdb-cli-'));

function run(db: TestDatabase | undefined, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    path.join(checkout, 'bin/almagest'),
    ['apdb', ...args, ...(db ? ['--database', db.url] : [])],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

const header =
  'diaSourceId,diaObjectId,visit,detector,midpointMjdTai,timeProcessedMjdTai,ra,dec,x,y,psfNdata,dipoleNdata,bboxSize';

function sources(name: string, rows: readonly string[]): string {
  const place = path.join(folder, name);
  writeFileSync(place, [header, ...rows].join('\n'));
  return place;
}

test('files are stored visit by visit, with a line for each, and once', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const file = sources('two.csv', [
    '9007199254740993,,2,7,60001.25,60001.3,10,20,1,2,3,4,5',
    '1,,1,7,60000.25,60000.3,359.999,90,1,2,3,4,5',
  ]);
  const { status, stdout, stderr } = run(db, 'store', file, '--apdb', 'survey');
  t.deepEqual([status, stderr], [0, '']);
  t.deepEqual(
    stdout
      .replaceAll(/\d+\.\d\d s/g, 'T s')
      .trim()
      .split('\n'),
    [
      `${file}: 2 rows (mapping apdb)`,
      'visit 1, detector 7 at 60000.25: 0 objects, 1 source, 0 forced sources in T s',
      'visit 2, detector 7 at 60001.25: 0 objects, 1 source, 0 forced sources in T s',
      '2 visits stored: 2 rows in T s',
    ],
  );
  t.regex(
    run(db, 'store', file).stdout,
    /two.csv: stored already; --force stores it again\n0 visits stored: 0 rows/,
  );
  const again = run(db, 'store', file, '--force');
  t.deepEqual([again.status, again.stdout.split('\n').length], [1, 2]);
  t.regex(again.stderr, /^error: visit 1, detector 7 .*stored before\nhint: /);
  const skipped = run(db, 'store', file, '--force', '--on-conflict', 'skip');
  t.regex(skipped.stdout, /visit 1, detector 7 at 60000.25: stored before, left as it is\n/);
  t.regex(skipped.stdout, /0 visits stored, 2 left as they were: 0 rows/);
});

test('visits are numbers in JSON, and a dry run stores nothing', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const file = sources('big.csv', ['1,,9007199254740993,7,60001.25,60001.3,10,20,1,2,3,4,5']);
  t.regex(
    run(db, 'store', file, '--dry-run').stdout,
    /1 row \(mapping apdb\)\nnothing is stored: --dry-run\n$/,
  );
  const { stdout } = run(db, 'store', file, '--json');
  t.regex(stdout, /"visit":9007199254740993,/);
  t.like(JSON.parse(stdout), {
    files: [{ status: 'read', rows: 1 }],
    units: [{ stored: true, sources: 1, detector: 7 }],
  });
});

test('what is wrong is said in one error with its remedy', async (t) => {
  await using db = await database();
  const file = sources('nowhere.csv', ['1,,1,7,60001.25,60001.3,10,91,1,2,3,4,5']);
  const missing = run(db, 'store', file, '--apdb', 'survey');
  t.is(missing.status, 1);
  t.regex(missing.stderr, /^error: there is no APDB "survey"\nhint: /);
  await db.query(`select apdb.create('survey')`);
  const { status, stderr } = run(db, 'store', file);
  t.is(status, 1);
  t.regex(
    stderr,
    /^error: visit 1, detector 7 .*DiaSource: the row with diaSourceId 1 is nowhere on the sky\n/,
  );
  t.notRegex(stderr, /^\s+at /m);
  t.regex(run(db, 'store', file, '--on-conflict', 'maybe').stderr, /^error: --on-conflict: /);
  t.regex(run(db, 'store', file, '--mapping', 'none').stderr, /there is no mapping "none"\nhint: /);
  t.deepEqual(await db.query('select from survey."DiaSource"'), []);
});

test('mappings are listed, and printed to begin one’s own', (t) => {
  const list = run(undefined, 'mappings').stdout;
  for (const name of ['apdb', 'preloaded', 'rubin_alerts', 'ztf_alerts', 'elasticc'])
    t.regex(list, new RegExp(`^ ${name} `, 'm'));
  t.regex(run(undefined, 'mappings', '--show', 'ztf_alerts').stdout, /^name: ztf_alerts\n/);
  t.is(run(undefined, 'mappings', '--show', 'none').status, 1);
});
