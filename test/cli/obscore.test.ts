import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { stringify } from 'yaml';
import { obscoreCommand } from '../../src/cli/obscore.ts';
import { config, insertCalexps, insertRaws, surveyRegistry } from '../obscore/survey_support.ts';
import type { TestDatabase } from '../support/database.ts';
import { callsOf } from './support.ts';

const { folder, file, run, good, bad } = callsOf('obscore');

const yaml = file('obscore.yaml', stringify(config()));

async function survey(): Promise<TestDatabase> {
  const db = await surveyRegistry();
  await insertRaws(db.client, 1, 2);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  return db;
}

test('a table’s life: made, listed, refreshed, verified, repaired, made anew, dropped', async (t) => {
  await using db = await survey();
  t.regex(good(t, db, 'create', '--config', yaml, '--mode', 'manual'), /^the table is made: 16 rows in /);
  t.like(JSON.parse(good(t, db, 'list', '--json'))[0], {
    registry: 'r',
    table_name: 'obscore',
    mode: 'manual',
    rows: 16,
    published: true,
  });
  t.regex(bad(t, db, 'create', '--config', yaml), /^error: ObsCoreStateError: /);
  await insertRaws(db.client, 3);
  t.regex(good(t, db, 'refresh'), /^obscore is up to date: 4 rows changed$/);
  t.is(good(t, db, 'verify'), 'all is well');
  await db.query(`delete from r.obscore where lsst_visit = 3 and lsst_detector = 0`);
  const wrong = run(db, 'verify');
  t.is(wrong.status, 1);
  t.regex(wrong.stdout, /dataset_id.*difference[\s\S]*missing[\s\S]*\(1 row\)/);
  t.like(JSON.parse(run(db, 'verify', '--json').stdout)[0], { dataset_type: 'raw', difference: 'missing' });
  t.regex(good(t, db, 'verify', '--repair'), /missing[\s\S]*\n1 row is put right$/);
  t.is(good(t, db, 'verify', '--json'), '[]');
  t.is(good(t, db, 'set-mode', 'live'), 'obscore is live');
  t.regex(bad(t, db, 'rebuild', 'none'), /^error: MissingObsCoreTableError: /);
  const other = file('other.yaml', stringify(config({ extra_columns: { answer: 42 } })));
  t.is(JSON.parse(good(t, db, 'rebuild', '--config', other, '--json')).rows, 20);
  t.is((await db.query(`select answer from r.obscore`)).length, 20);
  t.regex(good(t, db, 'unpublish'), /no more/);
  t.regex(good(t, db, 'publish', 'obscore', '--registry', 'r'), /ivoa\.obscore/);
  good(t, db, 'drop');
  t.regex(good(t, db, 'list'), /\(0 rows\)$/);
  t.regex(bad(t, db, 'refresh'), /^error: MissingObsCoreTableError: /);
});

test('a configuration’s mistakes are said with their paths, with and without a database', async (t) => {
  const wrong = file(
    'wrong.yaml',
    stringify(
      config({ facility: 'x', dataset_types: { raw: { dataproduct_type: 'image', calib_level: 9 } } }),
    ),
  );
  t.is(good(t, undefined, 'check-config', yaml), 'all is well');
  t.is(good(t, undefined, 'check-config', yaml, '--json'), '[]');
  const { status, stdout } = run(undefined, 'check-config', wrong);
  t.is(status, 1);
  t.regex(stdout, /^dataset_types\.raw\.calib_level: expected 0 to 4, not 9$/m);
  t.regex(stdout, /^facility: there is no such option/m);
  t.true(
    JSON.parse(run(undefined, 'check-config', wrong, '--json').stdout).some(
      ({ path: place }: { path: string }) => place === 'dataset_types.raw.calib_level',
    ),
  );
  await using db = await survey();
  for (const command of ['create', 'rebuild', 'export'])
    t.regex(
      bad(t, db, command, ...(command === 'export' ? ['x.csv'] : []), '--config', wrong),
      /^error: .*wrong\.yaml has 2 mistakes\ndetail: [\s\S]*dataset_types\.raw\.calib_level: /,
    );
  t.regex(run(db, 'create', '--config', path.join(folder, 'none')).stderr, /^error: .*none cannot be read: /);
  t.regex(run(db, 'create').stderr, /required option.*--config/);
  t.deepEqual(JSON.parse(good(t, db, 'list', '--json')), []);
});

test('siav2: a table, JSON, a VOTable that says what was asked; warns where there is more', async (t) => {
  await using db = await survey();
  good(t, db, 'create', '--config', yaml);
  t.regex(
    good(t, db, 'siav2', '--pos', 'CIRCLE 10.1 1.1 0.01'),
    /obs_publisher_did[\s\S]*v1-000[\s\S]*rows\)$/,
  );
  const json = good(t, db, 'siav2', '--json', '--calib', '2', '--instrument', 'none', '--instrument', 'Cam');
  t.is(JSON.parse(json).length, 8);
  const few = run(db, 'siav2', '--calib', '2', '--maxrec', '3');
  t.is(few.status, 0);
  t.regex(few.stdout, /\(3 rows\)/);
  t.is(few.stderr, 'warning: there are more than 3 rows\n');
  const vot = path.join(folder, 'found.vot');
  t.regex(good(t, db, 'siav2', vot, '--calib', '2', '--maxrec', '3'), /^wrote .*found\.vot: 3 rows$/);
  const text = readFileSync(vot, 'utf8');
  t.regex(text, /<INFO ID="query" name="query" value="CALIB=2">/);
  t.regex(text, /"QUERY_STATUS" value="OVERFLOW"/);
  t.is(text.match(/<TR>/g)?.length, 3);
  t.regex(bad(t, db, 'siav2', '--pos', 'CIRCLE 1'), /^error: ObsCoreQueryError: POS/);
  t.regex(good(t, db, 'siav2', '--collection', `it's "x" \\`), /\(0 rows\)$/);
});

test('unknown commands, options, databases: an error, and no trace of the program', (t) => {
  const complaint = (...args: string[]) => {
    const { status, stderr } = run(undefined, ...args);
    t.not(status, 0);
    t.notRegex(stderr, /^\s+at .*[:(]\d+/m);
    return stderr;
  };
  t.regex(complaint('exprot'), /unknown command[\s\S]*export/);
  t.regex(complaint('create', '--config', yaml, '--mode', 'alive'), /live, manual, matview/);
  t.regex(complaint('export', 'x.csv', '--limit', 'many'), /whole number/);
  t.regex(complaint('list', '--database', 'postgresql://nobody@127.0.0.1:1/x'), /^error: /);
});

test('every command explains itself, with an example', (t) => {
  for (const command of obscoreCommand().commands) {
    const texts: string[] = [];
    command.configureOutput({ writeOut: (text) => texts.push(text) }).outputHelp();
    t.regex(
      texts.join(''),
      new RegExp(`Examples?:\\n(  .*\\n)*  almagest obscore ${command.name()}`),
      command.name(),
    );
    t.true(command.description().length > 0);
  }
});
