import { execFileSync } from 'node:child_process';
import { appendFileSync, statSync } from 'node:fs';
import test from 'ava';
import { largeFileBytes } from '../../src/load/checksum.ts';
import { fitsFile, float64, int16, int32, workDirectory, writeFile } from '../formats/fits_files.ts';
import { database } from '../support/database.ts';
import { load, runLoad, starFile, stars } from './support.ts';

const starTable = 'create table public.star (id bigint, name text, mag_v float8)';

test('--create makes a table with types, NOT NULL and comments from the file, and loads it exactly', async (t) => {
  await using db = await database();
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(3)));
  const { status, stdout } = await runLoad(db.url, path, '--table', 'public.star', '--create', '--key', 'id');
  t.is(status, 0);
  t.regex(stdout, /stars\.fits: 3 rows loaded into a new table in [\d.]+ s \([\d,]+ rows\/s\)/);
  t.deepEqual(await db.query('select * from public.star order by id'), [
    { id: 9_007_199_254_740_993n, name: 'star 0', mag_v: 0 },
    { id: 9_007_199_254_740_994n, name: 'star 1', mag_v: 0.125 },
    { id: 9_007_199_254_740_995n, name: 'star 2', mag_v: 0.25 },
  ]);
  const columns = await db.query(`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as strict,
           col_description(a.attrelid, a.attnum) as comment
    from pg_attribute a where a.attrelid = 'public.star'::regclass and a.attnum > 0 order by a.attnum`);
  t.deepEqual(columns, [
    { name: 'id', type: 'bigint', strict: true, comment: 'identifier [; meta.id;meta.main]' },
    { name: 'name', type: 'text', strict: true, comment: 'Name (8A)' },
    {
      name: 'mag_v',
      type: 'double precision',
      strict: true,
      comment: 'V magnitude [mag; phot.mag;em.opt.V]',
    },
  ]);
  const keys = await db.query(
    `select pg_get_constraintdef(oid) as key from pg_constraint where conrelid = 'public.star'::regclass`,
  );
  t.deepEqual(keys, [{ key: 'PRIMARY KEY (id)' }]);
});

test('the same file a second time changes nothing, unless forced or the rows are gone', async (t) => {
  await using db = await database();
  await db.query(starTable);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(5)));
  const count = async () =>
    (await db.query<{ n: number }>('select count(*)::int as n from public.star'))[0]!.n;
  t.is((await load(db.url, path, { table: 'public.star' })).status, 'loaded');
  const second = await load(db.url, path, { table: 'public.star' });
  t.is(second.status, 'already');
  t.regex(second.notes[0]!, /^loaded as number 1 at .* \(5 rows\); --force loads it again$/);
  t.is(await count(), 5);
  t.is((await load(db.url, path, { table: 'public.star', force: true })).status, 'loaded');
  t.is(await count(), 10);
  await db.query('truncate public.star');
  t.is((await load(db.url, path, { table: 'public.star' })).status, 'loaded');
  t.is(await count(), 5);
  const log = await db.query('select load_id, in_force, rows from almagest.load_log order by load_id');
  t.deepEqual(log, [
    { load_id: 1n, in_force: false, rows: 5n },
    { load_id: 2n, in_force: false, rows: 5n },
    { load_id: 3n, in_force: true, rows: 5n },
  ]);
});

test('a renamed table keeps its loads, and a new table of an old name begins without', async (t) => {
  await using db = await database();
  await db.query(starTable);
  const directory = workDirectory(t);
  const first = writeFile(directory, 'first.fits', starFile(stars(2)));
  const second = writeFile(directory, 'second.fits', starFile(stars(3)));
  await load(db.url, first, { table: 'public.star' });
  await load(db.url, second, { table: 'public.star' });
  await db.query('alter table public.star rename to star_2025');
  t.is((await load(db.url, first, { table: 'public.star_2025' })).status, 'already');
  await db.query('drop table public.star_2025');
  await db.query(starTable);
  t.is((await load(db.url, first, { table: 'public.star' })).status, 'loaded');
  t.is(
    (await load(db.url, second, { table: 'public.star' })).status,
    'loaded',
    'beside rows of another file',
  );
});

test('a restored dump knows what its tables have loaded', async (t) => {
  await using db = await database();
  await using restored = await database({ installed: false });
  await db.query(starTable);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(2)));
  await load(db.url, path, { table: 'public.star' });
  const dump = execFileSync('pg_dump', ['--dbname', db.url], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', restored.url], {
    input: dump,
  });
  t.is((await load(restored.url, path, { table: 'public.star' })).status, 'already');
  t.is((await load(restored.url, path, { table: 'public.star', force: true })).status, 'loaded');
  t.is((await load(restored.url, path, { table: 'public.star' })).status, 'already');
});

test('a file that has changed, another table and another HDU are loads of their own', async (t) => {
  await using db = await database();
  await db.query(starTable);
  await db.query('create table public.other (like public.star)');
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(2)));
  await load(db.url, path, { table: 'public.star' });
  t.is((await load(db.url, path, { table: 'public.other' })).status, 'loaded');
  appendFileSync(path, Buffer.alloc(2880));
  t.is((await load(db.url, path, { table: 'public.star' })).status, 'loaded');
});

test('the log says what was loaded, from where, by whom, how long it took and what was refused', async (t) => {
  await using db = await database();
  await db.query('create table public.star (id bigint, label varchar(6), mag_v float8)');
  const path = writeFile(
    workDirectory(t),
    'stars.fits',
    starFile([...stars(2), { id: 5n, name: 'too long', mag: 1 }]),
  );
  const result = await load(db.url, path, {
    table: 'star',
    rename: ['name=label'],
    maxRefused: 1,
    whereNull: ['mag_v=0'],
  });
  t.is(result.rows, 2);
  const [entry] = await db.query(`
    select target, section, path, bytes, rows, refused_rows, refusals, loaded_by = session_user as mine, seconds > 0 as took,
           encode(checksum, 'hex') as checksum, options from almagest.load_log`);
  t.like(entry, {
    target: 'public.star',
    section: '1',
    path,
    bytes: 8640n,
    rows: 2n,
    refused_rows: 1n,
    mine: true,
    took: true,
    refusals: [
      {
        row: 3,
        column: 'Name',
        reason: '8 characters do not fit character varying(6); make the column text',
      },
    ],
    options: { rename: { name: 'label' }, where_null: ['mag_v=0'], on_conflict: 'error' },
  });
  t.regex(String((entry as { checksum: string }).checksum), /^[0-9a-f]{64}$/);
  t.deepEqual(await db.query('select mag_v from public.star order by id'), [
    { mag_v: null },
    { mag_v: 0.125 },
  ]);
});

test('more refused rows than allowed refuse the file whole, one line a row', async (t) => {
  await using db = await database();
  await db.query('create table public.star (id bigint, name varchar(6), mag_v float8)');
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(12, 5)));
  const { status, stderr } = await runLoad(db.url, path, '--table', 'public.star', '--max-refused', '6');
  t.is(status, 2);
  const lines = stderr.split('\n').filter((line) => line.includes('row '));
  t.regex(lines[0]!, /stars\.fits: row 6, column "Name": 7 characters do not fit character varying\(6\)/);
  t.regex(stderr, /more than 6 rows are refused/);
  t.regex(stderr, /nothing of it was loaded/);
  t.deepEqual(await db.query('select * from public.star'), []);
  t.deepEqual(await db.query('select * from almagest.load_log'), []);
});

test('columns are chosen and renamed, and the table’s others get their defaults', async (t) => {
  await using db = await database();
  await db.query(`create table public.star (source_id bigint, mag_v float8, loaded text default 'now')`);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(1)));
  await load(db.url, path, { table: 'public.star', columns: ['id', 'mag_v'], rename: ['ID=source_id'] });
  t.deepEqual(await db.query('select * from public.star'), [
    { source_id: 9_007_199_254_740_993n, mag_v: 0, loaded: 'now' },
  ]);
});

test('columns that do not fit the table are named with a remedy', async (t) => {
  await using db = await database();
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(1)));
  const attempts: [string, object, RegExp, RegExp][] = [
    ['id bigint, name text', {}, /has no column "MAG_V"/, /--rename|--columns/],
    [
      'id bigint, name text, mag_v float8, epoch float8 not null',
      {},
      /no column for "epoch" of public\.star, NOT NULL/,
      /default/,
    ],
    [
      'id bigint, name text, mag_v float8 generated always as (1) stored',
      {},
      /computes "mag_v" itself/,
      /--columns/,
    ],
    [
      'id text, name text, mag_v float8',
      {},
      /column "ID" \(1K\) cannot be loaded into "id" of type text/,
      /bigint/,
    ],
    ['id bigint', { columns: ['ID', 'nothing'] }, /no column "nothing"/, /ID, Name, MAG_V/],
    ['id bigint', { columns: ['ID'], hdu: '4' }, /HDU "4": the file has no table/, /1, 1 rows/],
    [
      'id bigint',
      { columns: ['ID', 'Name'], rename: ['Name=id'] },
      /"ID" and "Name" both go into "id"/,
      /--rename/,
    ],
  ];
  for (const [columns, options, message, hint] of attempts) {
    await db.query(`drop table if exists public.star; create table public.star (${columns})`);
    const error = await t.throwsAsync(load(db.url, path, { table: 'public.star', ...options }), { message });
    t.true(error!.message.startsWith(path));
    t.regex((error as Error & { hint: string }).hint, hint);
  }
  const missing = await t.throwsAsync(load(db.url, path, { table: 'public.nowhere' }), {
    message: /there is no table public\.nowhere/,
  });
  t.regex((missing as Error & { hint: string }).hint, /--create/);
});

test('--on-conflict leaves or replaces the rows that are there, and refuses a key given twice', async (t) => {
  await using db = await database();
  await db.query(
    'create table public.star (id bigint primary key, name text, mag_v float8, checked bool default true)',
  );
  const directory = workDirectory(t);
  const first = writeFile(directory, 'a.fits', starFile(stars(3)));
  const second = writeFile(directory, 'b.fits', starFile(stars(3, 1).map((star) => ({ ...star, mag: 99 }))));
  await load(db.url, first, { table: 'public.star' });
  const clash = await t.throwsAsync(load(db.url, second, { table: 'public.star' }), {
    message: /b\.fits: row 1: duplicate key/,
  });
  t.like(clash, { detail: 'Key (id)=(9007199254740994) already exists.' });
  const magnitudes = () => db.query('select mag_v from public.star order by id');
  const skipped = await load(db.url, second, { table: 'public.star', onConflict: 'skip' });
  t.is(skipped.rows, 1);
  t.deepEqual(skipped.notes, ['2 rows left as the table has them']);
  t.deepEqual(await magnitudes(), [{ mag_v: 0 }, { mag_v: 0.125 }, { mag_v: 0.25 }, { mag_v: 99 }]);
  const updated = await load(db.url, second, { table: 'public.star', onConflict: 'update', force: true });
  t.is(updated.rows, 3);
  t.deepEqual(await magnitudes(), [{ mag_v: 0 }, { mag_v: 99 }, { mag_v: 99 }, { mag_v: 99 }]);
  const twice = writeFile(directory, 'c.fits', starFile([...stars(1), ...stars(1)]));
  await t.throwsAsync(load(db.url, twice, { table: 'public.star', onConflict: 'update' }), {
    message: /2 rows of the file have the same key \(id\) = \(9007199254740993\)/,
  });
  await t.throwsAsync(
    load(db.url, second, { table: 'public.star', onConflict: 'update', key: ['name'], force: true }),
    {
      message: /has no unique index on \(name\)/,
    },
  );
});

test('declared sentinels become NULL, in the columns named or in all that can hold them', async (t) => {
  await using db = await database();
  const rows = [
    Buffer.concat([int16(-99), int32(1), float64(Number.NaN)]),
    Buffer.concat([int16(2), int32(-99), float64(-99)]),
    Buffer.concat([int16(3), int32(3), float64(3)]),
  ];
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: [
        { name: 'a', form: 'I' },
        { name: 'b', form: 'J' },
        { name: 'c', form: 'D' },
      ],
      rows,
    }),
  );
  await load(db.url, path, { table: 'public.x', create: true, whereNull: ['*=-99', 'c=nan'] });
  t.deepEqual(await db.query('select * from public.x order by coalesce(a, 0)'), [
    { a: null, b: 1, c: null },
    { a: 2, b: null, c: null },
    { a: 3, b: 3, c: 3 },
  ]);
  await load(db.url, path, { table: 'public.y', create: true });
  t.deepEqual(await db.query(`select c::text from public.y where c = 'nan'`), [{ c: 'NaN' }]);
  await t.throwsAsync(load(db.url, path, { table: 'public.z', create: true, whereNull: ['a=nan'] }), {
    message: /"nan" is no value of "a"/,
  });
  await t.throwsAsync(load(db.url, path, { table: 'public.z', create: true, whereNull: ['q=1'] }), {
    message: /"q", which is no column/,
  });
});

test('a dry run finds what would be refused and writes nothing', async (t) => {
  await using db = await database();
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(4)));
  const { status, stdout } = await runLoad(db.url, path, '--table', 'public.star', '--create', '--dry-run');
  t.is(status, 0);
  t.regex(stdout, /4 rows can be loaded; the table would be made/);
  t.deepEqual(
    await db.query(
      `select to_regclass('public.star') as star, (select count(*) from almagest.load_log) as loads`,
    ),
    [{ star: null, loads: 0n }],
  );
  await db.query('create table public.star (id int, name text, mag_v float8)');
  const refused = await runLoad(db.url, path, '--table', 'public.star', '--dry-run');
  t.is(refused.status, 2);
  t.regex(
    refused.stderr,
    /row 1, column "ID": 9007199254740993 is out of range for integer; make the column bigint/,
  );
});

test('several files are loaded at the same time; one that is refused does not keep the others out', async (t) => {
  await using db = await database();
  const directory = workDirectory(t);
  const paths = Array.from({ length: 6 }, (_, i) =>
    writeFile(directory, `part${i}.fits`, starFile(stars(50, i * 50))),
  );
  paths.splice(3, 0, writeFile(directory, 'broken.fits', starFile(stars(5)).subarray(0, 7000)));
  const { status, stdout, stderr } = await runLoad(
    db.url,
    ...paths,
    '--table',
    'public.star',
    '--create',
    '--jobs',
    '3',
  );
  t.is(status, 2);
  t.is(stdout.match(/50 rows loaded/g)?.length, 6);
  t.regex(stderr, /broken\.fits: the file ends at byte 7000/);
  t.deepEqual(await db.query('select count(*) as n, count(distinct id) as ids from public.star'), [
    { n: 300n, ids: 300n },
  ]);
});

test('files that update the same rows in opposite order all get in', async (t) => {
  await using db = await database();
  await db.query('create table public.star (id bigint primary key, name text, mag_v float8)');
  const directory = workDirectory(t);
  const list = stars(20_000);
  await load(db.url, writeFile(directory, 'first.fits', starFile(list)), { table: 'public.star' });
  const paths = [list, list.toReversed(), list, list.toReversed()].map((order, i) =>
    writeFile(directory, `${i}.fits`, starFile(order.map((star) => ({ ...star, mag: i })))),
  );
  const options = ['--table', 'public.star', '--on-conflict', 'update', '--jobs', '4'];
  const { status, stderr } = await runLoad(db.url, ...paths, ...options);
  t.is(status, 0, stderr);
  t.deepEqual(await db.query('select count(*) as n, count(distinct mag_v) as values from public.star'), [
    { n: 20_000n, values: 1n },
  ]);
});

test('names that every table has already are given an underscore', async (t) => {
  await using db = await database();
  const path = writeFile(
    workDirectory(t),
    'a.fits',
    fitsFile({
      columns: ['XMIN', 'xmin_', '2MASS id', 'S/N'].map((name) => ({ name, form: 'I' })),
      rows: [int16(1, 2, 3, 4)],
    }),
  );
  await load(db.url, path, { table: 'public.box', create: true });
  t.deepEqual(await db.query('select * from public.box'), [{ xmin_: 1, xmin__2: 2, _2mass_id: 3, s_n: 4 }]);
});

test('two sessions that load the same file at once load it once', async (t) => {
  await using db = await database();
  await db.query(starTable);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(20_000)));
  const results = await Promise.all([1, 2, 3, 4].map(() => load(db.url, path, { table: 'public.star' })));
  t.deepEqual(results.map(({ status }) => status).sort(), ['already', 'already', 'already', 'loaded']);
  t.deepEqual(await db.query('select count(*) as n from public.star'), [{ n: 20_000n }]);
});

test('a large file, hashed beside its load, is loaded once as well, with or without a key to run into', async (t) => {
  await using db = await database();
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(700_000)));
  t.true(statSync(path).size > largeFileBytes);
  for (const key of ['', 'primary key']) {
    await db.query(`create table public.star${key.length} (id bigint ${key}, name text, mag_v float8)`);
    const options = { table: `public.star${key.length}` };
    const results = await Promise.all([1, 2].map(() => load(db.url, path, options)));
    t.deepEqual(results.map(({ status }) => status).sort(), ['already', 'loaded']);
    t.is((await load(db.url, path, options)).status, 'already');
    t.deepEqual(await db.query(`select count(*) as n from ${options.table}`), [{ n: 700_000n }]);
  }
  await t.throwsAsync(load(db.url, path, { table: 'public.star11', force: true }), {
    message: /row 1: duplicate key/,
  });
  const log = await db.query('select target, in_force, bytes from almagest.load_log order by target');
  const bytes = BigInt(statSync(path).size);
  t.deepEqual(log, [
    { target: 'public.star0', in_force: true, bytes },
    { target: 'public.star11', in_force: true, bytes },
  ]);
});

test('two sessions that make the same table make it once', async (t) => {
  await using db = await database();
  const directory = workDirectory(t);
  const paths = [0, 1, 2].map((i) => writeFile(directory, `${i}.fits`, starFile(stars(100, i * 100))));
  const results = await Promise.all(
    paths.map((path) => load(db.url, path, { table: 'public.star', create: true })),
  );
  t.is(results.filter(({ created }) => created).length, 1);
  t.deepEqual(await db.query('select count(*) as n from public.star'), [{ n: 300n }]);
});

test('a loader needs no more than its role and INSERT; without them it is told so', async (t) => {
  await using db = await database();
  const role = `loader_${process.pid}_${Date.now()}`;
  await db.query(`${starTable}; create role ${role} login`);
  t.teardown(async () => {
    await using own = await database({ installed: false });
    await own.query(`drop role if exists ${role}`);
  });
  const url = db.url.replace(/user=[^&]*/, `user=${role}`);
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(2)));
  try {
    await db.query('grant insert on public.star to public');
    const stranger = await t.throwsAsync(load(url, path, { table: 'public.star' }), {
      message: /permission denied for schema almagest/,
    });
    t.regex((stranger as Error & { hint: string }).hint, /almagest_loader/);
    await db.query(`grant almagest_loader to ${role}`);
    t.is((await load(url, path, { table: 'public.star' })).status, 'loaded');
    t.is((await load(url, path, { table: 'public.star' })).status, 'already');
    t.deepEqual(await db.query('select loaded_by from almagest.load_log'), [{ loaded_by: role }]);
    await db.query('revoke insert on public.star from public');
    await t.throwsAsync(load(url, path, { table: 'public.star', force: true }), {
      message: /permission denied to load into public\.star/,
    });
  } finally {
    await db.query(`drop owned by ${role}`);
  }
});

test('the log cannot be written but by its functions, and one load of a file is in force at a time', async (t) => {
  await using db = await database();
  await db.query(starTable);
  await db.query('set role almagest_loader');
  await t.throwsAsync(db.query(`insert into almagest.load_log (target) values ('x')`), {
    message: /permission denied/,
  });
  await db.query('reset role');
  const record = (supersede: boolean) =>
    db.query(
      `select almagest.record_load('public.star', decode(repeat('ab', 32), 'hex'), '0', 'f', 1, 1, supersede => ${supersede})`,
    );
  await record(false);
  await t.throwsAsync(record(false), { message: /"f" is already loaded into public\.star/ });
  await record(true);
  t.deepEqual(await db.query('select in_force from almagest.load_log order by load_id'), [
    { in_force: false },
    { in_force: true },
  ]);
});

test('a database without Almagest and a wrong option say what to do', async (t) => {
  await using db = await database({ installed: false });
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(1)));
  const bare = await runLoad(db.url, path, '--table', 'public.star', '--create');
  t.is(bare.status, 1);
  t.regex(bare.stderr, /Almagest is not installed in this database\nhint: Install it: almagest install/);
  const wrong = await runLoad(db.url, path, '--table', 'public.star', '--jobs', 'many');
  t.is(wrong.status, 1);
  t.regex(wrong.stderr, /--jobs/);
  const none = await runLoad(db.url, `${path}.gone`, '--table', 'public.star', '--create');
  t.not(none.status, 0);
});
