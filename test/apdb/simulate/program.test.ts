/** `almagest apdb gen-sources`, `simulate` and `report`, through the program itself. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkout } from '../../../src/cluster/home.ts';
import { database, type TestDatabase } from '../../support/database.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-simulate-'));
const sources = path.join(directory, 'sources.npy');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(path.join(checkout, 'bin/almagest'), ['apdb', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function good(t: ExecutionContext, ...args: string[]): string {
  const { status, stdout, stderr } = run(...args);
  // A long run says now and then how far it is.
  t.deepEqual([status, stderr.replaceAll(/^\w+: \d+ of \d+ visits\n/gm, '')], [0, ''], args.join(' '));
  return stdout.trim();
}

test.before((t) => {
  t.is(good(t, 'gen-sources', sources, '-n', '60'), `wrote ${sources}: 257,264 sources`);
});

test.after.always(() => rmSync(directory, { recursive: true }));

const field = ['--field', '359.9,-89.9', '--field', '0,10', '--false-positives', '30', '--transients', '0'];

function simulation(t: ExecutionContext, db: TestDatabase, apdb: string, ...args: string[]): string {
  return good(t, 'simulate', sources, '--database', db.url, '--apdb', apdb, ...field, ...args);
}

interface Totals {
  readonly visits: bigint;
  readonly units: bigint;
  readonly sources: bigint;
  readonly forced: bigint;
  readonly versions: bigint;
  readonly objects: bigint;
}

async function totals(db: TestDatabase, apdb: string): Promise<Totals> {
  const [row] = await db.query<Totals>(`
    select (select count(distinct visit) from ${apdb}.stored_visit) as visits,
           (select count(*) from ${apdb}.stored_visit) as units,
           (select count(*) from ${apdb}."DiaSource") as sources,
           (select count(*) from ${apdb}."DiaForcedSource") as forced,
           (select count(*) from ${apdb}."DiaObject") as versions,
           (select count(distinct "diaObjectId") from ${apdb}."DiaObject") as objects`);
  return row;
}

/** Objects whose latest version counts other than what DiaSource has. */
async function miscounted(db: TestDatabase, apdb: string): Promise<unknown[]> {
  return await db.query(`
    select o."diaObjectId", o."nDiaSources", s.n
    from ${apdb}."DiaObject" o
    left join (select "diaObjectId" as id, count(*) as n from ${apdb}."DiaSource" group by 1) s on s.id = o."diaObjectId"
    where o."validityEndMjdTai" is null and o."nDiaSources" is distinct from s.n`);
}

test('a survey is the same whole and in tiles, and whatever the index', async (t) => {
  await using db = await database();
  await db.query(`
    select apdb.create('whole');
    select apdb.create('tiled', '{"dia_object_index": "last_object_table", "enable_replica": true}');
    select apdb.create('camera', '{"dia_object_index": "pix_id_iov"}')`);
  t.regex(
    simulation(t, db, 'whole', '-n', '6'),
    /^whole: 6 visits processed, [\d,]+ rows stored in \d+\.\d s$/,
  );
  simulation(t, db, 'tiled', '-n', '6', '--divide', '3', '--connections', '5');
  simulation(t, db, 'camera', '-n', '6', '--divide', '2', '--reconnect');
  const [whole, tiled, camera] = [
    await totals(db, 'whole'),
    await totals(db, 'tiled'),
    await totals(db, 'camera'),
  ];
  t.true(whole.forced > 100n && whole.objects < whole.versions);
  t.deepEqual({ ...tiled, units: 6n }, whole);
  t.is(tiled.units, 54n);
  t.deepEqual({ ...camera, units: 6n }, whole);
  for (const apdb of ['whole', 'tiled', 'camera']) t.deepEqual(await miscounted(db, apdb), []);
  const [{ differ }] = await db.query<{ differ: bigint }>(`
    select count(*) as differ from whole.dia_object_latest w
    full join tiled.dia_object_latest l using (dia_object_id)
    where (w.n_dia_sources, w.ra, w.validity_start_mjd_tai) is distinct from (l.n_dia_sources, l.ra, l.validity_start_mjd_tai)`);
  t.is(differ, 0n);
});

test('what is stored already is left as it is; --append goes on, and a missing tile is made up for', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const tiles = ['--divide', '2'];
  simulation(t, db, 'survey', '-n', '4', ...tiles);
  const before = await totals(db, 'survey');
  t.regex(
    simulation(t, db, 'survey', '-n', '4', ...tiles),
    /^survey: 0 visits processed, 0 rows .*, 4 had been stored before$/,
  );
  t.deepEqual(await totals(db, 'survey'), before);
  await db.query(`
    delete from survey."DiaSource" where visit = 4 and detector = 2;
    delete from survey."DiaForcedSource" where visit = 4 and detector = 2;
    delete from survey."DiaObject" o using survey.stored_visit v
      where v.visit = 4 and v.detector = 2 and o."validityStartMjdTai" = v.visit_time and o."diaObjectId" = any (v.dia_object_ids);
    update survey."DiaObject" o set "validityEndMjdTai" = null
      from survey.stored_visit v
      where v.visit = 4 and v.detector = 2 and o."validityEndMjdTai" = v.visit_time and o."diaObjectId" = any (v.dia_object_ids);
    delete from survey.stored_visit where visit = 4 and detector = 2`);
  t.not((await totals(db, 'survey')).sources, before.sources);
  simulation(t, db, 'survey', '-n', '4', ...tiles);
  t.deepEqual(await totals(db, 'survey'), before);
  t.deepEqual(
    JSON.parse(simulation(t, db, 'survey', '-n', '2', '--append', '--json', ...tiles)).processed,
    2,
  );
  const { visits, units } = await totals(db, 'survey');
  t.deepEqual([visits, units], [6n, 24n]);
  simulation(t, db, 'survey', '-n', '1', '--append', '--divide', '3');
  t.is((await totals(db, 'survey')).units, 33n);
  for (const [other, message] of [
    [
      ['--divide', '2'],
      /visit 7 is stored with 9 detectors, the last 8, and would have 4[\s\S]*hint: .*--append/,
    ],
    [
      ['--divide', '3', '--start-time', '2021-01-01'],
      /visit 1 is stored at MJD 58849\.8\d+, and would be at 59215/,
    ],
  ] as const) {
    const { status, stderr } = run('simulate', sources, '--database', db.url, ...field, '-n', '7', ...other);
    t.is(status, 1);
    t.regex(stderr, message);
  }
});

test('the prototype of 2017 gives every known object a new version and a flux', async (t) => {
  await using db = await database();
  await db.query(
    `select apdb.create('survey', '{"dia_object_index": "htm20_id_iov", "dia_object_nightly": true}')`,
  );
  simulation(
    t,
    db,
    'survey',
    '-n',
    '6',
    '--generation',
    '2017',
    '--divide',
    '2',
    '--fill',
    'all',
    '--interval',
    '20000',
  );
  const { versions, forced } = await totals(db, 'survey');
  const [{ waiting }] = await db.query<{ waiting: bigint }>(
    'select count(*) as waiting from survey."DiaObjectNightly"',
  );
  t.is(versions + waiting, forced);
  t.true(waiting > 0n && versions > 0n);
});

test('--no-update only reads', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const log = path.join(directory, 'reads.jsonl');
  simulation(t, db, 'survey', '-n', '2', '--no-update', '--log', log);
  t.is((await totals(db, 'survey')).visits, 0n);
  t.notRegex(readFileSync(log, 'utf8'), /"store"/);
});

test('timings become a table and a picture', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  const [log, csv, svg] = ['night.jsonl', 'night.csv', 'night.svg'].map((name) => path.join(directory, name));
  simulation(
    t,
    db,
    'survey',
    '-n',
    '4',
    '--divide',
    '2',
    '--log',
    log,
    '--read-duty-cycle',
    '0.5',
    '--read-period',
    '2',
  );
  t.is(good(t, 'report', log, '--csv', csv, '--svg', svg), '');
  const [header, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n');
  t.is(lines.length, 4);
  const column = header.split(',').indexOf('src_select_real');
  t.deepEqual(
    lines.map((line) => line.split(',')[column] !== ''),
    [false, true, false, true],
  );
  t.regex(readFileSync(svg, 'utf8'), /^<svg [\s\S]*<\/svg>\n$/);
  t.regex(
    good(t, 'report', log, '--short'),
    /^visit,visit_real,visit_cpu,visit_proc_real,visit_proc_cpu\n1,/,
  );
});

test('what cannot be is said with its remedy', async (t) => {
  await using db = await database();
  const bad = (...args: string[]) => {
    const { status, stdout, stderr } = run(...args);
    t.not(status, 0, args.join(' '));
    t.is(stdout, '');
    t.notRegex(stderr, /^\s+at .*[:(]\d+/m);
    return stderr;
  };
  const base = ['--database', db.url];
  t.regex(bad('simulate', sources, ...base), /error: [\s\S]*hint: [\s\S]*apdb\.create/);
  await db.query(`select apdb.create('survey')`);
  t.regex(bad('simulate', sources, '--apdb', 'other', ...base), /there is no APDB 'other'/);
  t.regex(
    bad('simulate', path.join(checkout, 'package.json'), ...base),
    /no numpy file[\s\S]*hint: .*gen-sources/,
  );
  t.regex(bad('simulate', sources, '--field', '10', ...base), /right ascension and declination/);
  t.regex(bad('simulate', sources, '--field', '10,91', ...base), /right ascension and declination/);
  t.regex(bad('simulate', sources, '--divide', '0', ...base), /from -39 to 100, not 0/);
  t.regex(bad('simulate', sources, '--fov', '0', ...base), /--fov/);
  t.regex(bad('simulate', sources, '--detection-fraction', '2', ...base), /from 0 to 1/);
  t.regex(bad('simulate', sources, '--start-time', 'tomorrow', ...base), /a time such as/);
  t.regex(bad('gen-sources', path.join(directory, 'none'), '-n', '0'), /above 0/);
  t.false(existsSync(path.join(directory, 'none')));
  t.regex(bad('report', path.join(checkout, 'package.json')), /no visits[\s\S]*hint: /);
});

test('positions that scatter are matched in the database, and each variable source stays one object', async (t) => {
  await using db = await database();
  await db.query(`
    select apdb.create('today', '{"dia_object_index": "last_object_table"}');
    select apdb.create('old')`);
  const args = ['-n', '6', '--match', 'position', '--scatter', '0.05', '--fill', 'all', '--divide', '2'];
  const noise = ['--false-positives', '5'];
  simulation(t, db, 'today', ...args, ...noise);
  simulation(t, db, 'old', ...args, ...noise, '--generation', '2017');
  const [today, old] = [await totals(db, 'today'), await totals(db, 'old')];
  t.is(today.versions, today.sources);
  t.true(today.objects < (today.sources * 6n) / 10n && today.forced > 100n);
  t.is(old.versions, old.forced);
  t.true(old.versions > old.sources);
  for (const apdb of ['today', 'old']) t.deepEqual(await miscounted(db, apdb), []);
  const [{ scattered }] = await db.query<{ scattered: number }>(`
    select max(sky.angular_distance(s.ra, s."dec", o.ra, o."dec")) * 3600 as scattered
    from today."DiaSource" s join today."DiaObjectLast" o using ("diaObjectId")`);
  t.true(scattered > 0.01 && scattered < 0.5);
});
