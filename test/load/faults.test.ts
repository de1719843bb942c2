/** A load that dies in the middle leaves nothing, and the next one completes it. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { openDatabase } from '../../src/db/pool.ts';
import { loadFile } from '../../src/load/load_file.ts';
import { loadOptionsSchema } from '../../src/load/options.ts';
import { fitsFile, int32, workDirectory, writeFile } from '../formats/fits_files.ts';
import { oneColumn, parquetBytes, plain } from '../formats/parquet-fixture.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { runLoad, starFile, stars, startLoad } from './support.ts';

const starTable = 'create table public.star (id bigint primary key, name text, mag_v float8)';

/** Polls until a query of one boolean says true. */
async function until(db: TestDatabase, condition: string): Promise<void> {
  for (;;) {
    const [row] = await db.query<{ met: boolean }>(`select ${condition} as met`);
    if (row!.met) return;
    await sleep(20);
  }
}

const loaderWaits = `exists (
  select from pg_stat_activity
  where datname = current_database() and query ilike '%copy "public"."star"%' and wait_event_type = 'Lock')`;
const loaderGone = `not exists (
  select from pg_stat_activity where datname = current_database() and query ilike '%copy "public"."star"%' and pid <> pg_backend_pid())`;

test('a loader killed in the middle leaves no row, no table and no entry; the next run loads the file', async (t) => {
  await using db = await database();
  await db.query(starTable);
  const count = 50_000;
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(count)));
  // Another session has a row of the same key in the making: the COPY comes to a halt there, halfway.
  const other = await db.connect();
  await other.query('begin');
  await other.query('insert into public.star values ($1)', [stars(1, count / 2)[0]!.id]);
  const { child, finished } = startLoad(db.url, [path, '--table', 'public.star']);
  await until(db, loaderWaits);
  child.kill('SIGKILL');
  t.is((await finished).status, null);
  await other.query('rollback');
  await until(db, loaderGone);
  t.deepEqual(
    await db.query(
      'select (select count(*) from public.star) as rows, (select count(*) from almagest.load_log) as loads',
    ),
    [{ rows: 0n, loads: 0n }],
  );
  const again = await runLoad(db.url, path, '--table', 'public.star');
  t.is(again.status, 0, again.stderr);
  t.deepEqual(await db.query('select count(*) as rows, max(id) - min(id) as span from public.star'), [
    { rows: BigInt(count), span: BigInt(count - 1) },
  ]);
});

test('a backend ended in the middle is reported as a lost connection and leaves nothing', async (t) => {
  await using db = await database();
  await db.query(starTable);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(1000)));
  const other = await db.connect();
  await other.query('begin');
  await other.query('insert into public.star values ($1)', [stars(1, 500)[0]!.id]);
  const { finished } = startLoad(db.url, [path, `${path}.next`, '--table', 'public.star']);
  await until(db, loaderWaits);
  await db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  const { status, stderr } = await finished;
  t.is(status, 2);
  t.regex(stderr, /stars\.fits: the connection to the server was lost: terminating connection/);
  t.regex(stderr, /next: not begun, because the connection to the server was lost/);
  await other.query('rollback');
  t.deepEqual(
    await db.query(
      'select (select count(*) from public.star) as rows, (select count(*) from almagest.load_log) as loads',
    ),
    [{ rows: 0n, loads: 0n }],
  );
  t.is((await runLoad(db.url, path, '--table', 'public.star')).status, 0);
});

test('a FITS or Parquet file cut at any byte is refused and leaves nothing', async (t) => {
  await using db = await database();
  await using pool = await openDatabase({ url: db.url, connections: 1 });
  const options = loadOptionsSchema.parse({ table: 'public.cut' });
  await db.query('create table public.cut (x int)');
  const directory = workDirectory(t);
  const fits = fitsFile({ columns: [{ name: 'x', form: 'J' }], rows: [int32(1), int32(2)] });
  const parquet = parquetBytes(oneColumn({ type: 'INT32' }, [1, 2], plain.int32(1, 2)));
  for (const [name, bytes] of [
    ['cut.fits', fits],
    ['cut.parquet', parquet],
  ] as const) {
    const whole = writeFile(directory, `whole-${name}`, bytes);
    t.is((await loadFile(pool, whole, options)).rows, 2, name);
    await db.query('truncate public.cut; delete from almagest.load_log');
    for (let length = 0; length < bytes.length; length++) {
      const path = writeFile(directory, name, bytes.subarray(0, length));
      const error = await t.throwsAsync(loadFile(pool, path, options), undefined, `${name} cut at ${length}`);
      t.true(error!.message.startsWith(path), error!.message);
    }
    const { status, stderr } = await runLoad(
      db.url,
      writeFile(directory, name, bytes.subarray(0, -1)),
      '--table',
      'public.cut',
    );
    t.is(status, 2);
    t.regex(stderr, /error: .*cut\.(fits|parquet): /);
  }
  t.deepEqual(
    await db.query(
      'select (select count(*) from public.cut) as rows, (select count(*) from almagest.load_log) as loads',
    ),
    [{ rows: 0n, loads: 0n }],
  );
});

test('what a table cannot hold is refused by row and column', async (t) => {
  await using db = await database();
  const directory = workDirectory(t);
  const rows = (texts: readonly Buffer[]) =>
    fitsFile({ columns: [{ name: 'Word', form: '6A' }], rows: texts });
  const good = Buffer.from('good  ');
  const cases: [string, Buffer, string, RegExp][] = [
    [
      'too long',
      rows([good, good, Buffer.from('longer')]),
      'word varchar(4)',
      /row 3, column "Word": 6 characters do not fit character varying\(4\)/,
    ],
    [
      'NUL',
      rows([good, Buffer.from('a\0b   ')]),
      'word text',
      /row 2, column "Word": NUL byte at position 2/,
    ],
    [
      'UTF-8',
      rows([good, Buffer.from('caf\xe9  ', 'latin1')]),
      'word text',
      /row 2, column "Word": byte 0xE9 at position 4 is not valid UTF-8/,
    ],
    [
      'type',
      rows([good]),
      'word integer',
      /column "Word" \(6A\) cannot be loaded into "word" of type integer/,
    ],
    ['column', rows([good]), 'other text', /has no column "Word"/],
    [
      'check',
      rows([good, Buffer.from('bad   ')]),
      `word text check (word <> 'bad')`,
      /row 2: new row for relation "word" violates check constraint/,
    ],
    [
      'enum',
      rows([good, Buffer.from('mean  ')]),
      'word public.kind',
      /row 2, column "word": invalid input value for enum/,
    ],
  ];
  await db.query(`create type public.kind as enum ('good')`);
  for (const [name, bytes, columns, message] of cases) {
    await db.query(`drop table if exists public.word; create table public.word (${columns})`);
    const path = writeFile(directory, `${name}.fits`, bytes);
    const { status, stderr } = await runLoad(db.url, path, '--table', 'public.word');
    t.is(status, 2, name);
    t.regex(stderr, message, name);
    t.deepEqual(await db.query('select * from public.word'), [], name);
  }
});

test('rows that the server refuses are counted in the file, also behind rows left out before', async (t) => {
  await using db = await database();
  await db.query('create table public.star (id bigint primary key, name varchar(6), mag_v float8)');
  const list = stars(12);
  list[11] = { ...list[0]!, name: 'again' };
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(list));
  const { stderr } = await runLoad(db.url, path, '--table', 'public.star', '--max-refused', '5');
  t.regex(stderr, /row 12: duplicate key value violates unique constraint/);
});
