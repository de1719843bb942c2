import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { z } from 'zod';
import { connectClient } from '../../src/db/client.ts';
import { openDatabase, sql } from '../../src/db/pool.ts';
import { database } from '../support/database.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const chunk of texts) yield Buffer.from(chunk);
}

test('integers beyond 2^53, numerics and times come back exactly', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url });
  const row = await db.one(sql.type(
    z.object({
      id: z.bigint(),
      ids: z.array(z.bigint().nullable()),
      n: z.string(),
      at: z.date(),
      local: z.string(),
      day: z.string(),
    }),
  )`
    select 9007199254740993 as id, array[-9223372036854775808, null]::int8[] as ids, 0.10::numeric as n,
           timestamptz '2026-01-02 03:04:05Z' as at, timestamp '2026-01-02 03:04:05.123456' as local,
           date '2026-01-02' as day`);
  t.deepEqual(row, {
    id: 9_007_199_254_740_993n,
    ids: [-9_223_372_036_854_775_808n, null],
    n: '0.10',
    at: new Date('2026-01-02T03:04:05Z'),
    local: '2026-01-02 03:04:05.123456',
    day: '2026-01-02',
  });
});

test('rows that do not have the declared form are an error', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url });
  await t.throwsAsync(db.any(sql.type(z.object({ a: z.string() }))`select 1 as a`), {
    message: /do not conform/,
  });
});

test('COPY runs inside a transaction and goes with it', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url });
  await db.execute(sql.unsafe`create table public.t (a int, b text)`);
  const seen = await db.transaction(async (tx) => {
    const rows = await tx.copyIn(sql.unsafe`copy public.t from stdin`, chunks('1\tx\n', '2\ty\n'));
    const sink = new PassThrough();
    const output = text(sink);
    return [rows, await tx.copyOut(sql.unsafe`copy public.t to stdout`, sink), await output];
  });
  t.deepEqual(seen, [2, 2, '1\tx\n2\ty\n']);
  const abandoned = db.transaction(async (tx) => {
    await tx.copyIn(sql.unsafe`copy public.t from stdin`, chunks('3\tz\n'));
    throw new Error('changed my mind');
  });
  await t.throwsAsync(abandoned, { message: 'changed my mind' });
  t.is(await db.oneFirst(sql.unsafe`select count(*) from public.t`), 2n);
});

test('a bad row fails its COPY with the server’s context, and the pool goes on', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url, connections: 1 });
  await db.execute(sql.unsafe`create table public.t (a int)`);
  const error = await t.throwsAsync(db.copyIn(sql.unsafe`copy public.t from stdin`, chunks('1\n', 'x\n')));
  t.like(error, { code: '22P02', where: 'COPY t, line 2, column a: "x"' });
  t.is(await db.oneFirst(sql.unsafe`select count(*) from public.t`), 0n);
});

test('an error of the source fails its COPY and arrives as it was', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url, connections: 1 });
  await db.execute(sql.unsafe`create table public.t (a int)`);
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('1\n');
    throw new RangeError('the file ends here');
  }
  const load = db.transaction((tx) => tx.copyIn(sql.unsafe`copy public.t from stdin`, broken()));
  await t.throwsAsync(load, { instanceOf: RangeError, message: 'the file ends here' });
  t.is(await db.oneFirst(sql.unsafe`select count(*) from public.t`), 0n);
});

test('a savepoint keeps what came before it', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url });
  await db.execute(sql.unsafe`create table public.t (a int)`);
  await db.transaction(async (tx) => {
    await tx.execute(sql.unsafe`insert into public.t values (1)`);
    await t.throwsAsync(
      tx.transaction((inner) => inner.execute(sql.unsafe`insert into public.t select 1 / 0`)),
      { message: /division by zero/ },
    );
  });
  t.is(await db.oneFirst(sql.unsafe`select count(*) from public.t`), 1n);
});

test('a session ended by the server is said to be lost', async (t) => {
  await using server = await database();
  await using db = await openDatabase({ url: server.url, connections: 1 });
  await db.execute(sql.unsafe`create table public.t (a int)`);
  async function* interrupted(): AsyncGenerator<Buffer> {
    yield Buffer.from('1\n');
    let ended: object[] = [];
    while (ended.length === 0) {
      // The statement may not have reached the server when its source is first read.
      ended = await server.query(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity
          where query like '%copy public.t%' and datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    for (let i = 0; i < 200; i++) yield Buffer.from('1\n'.repeat(10_000));
  }
  const load = db.transaction((tx) => tx.copyIn(sql.unsafe`copy public.t from stdin`, interrupted()));
  await t.throwsAsync(load, { message: /the connection to the server was lost/ });
  t.is(await db.oneFirst(sql.unsafe`select count(*) from public.t`), 0n);
});

test('notices reach whoever wants them', async (t) => {
  await using server = await database();
  const notices: string[] = [];
  await using db = await openDatabase({ url: server.url, onNotice: (message) => notices.push(message) });
  await db.execute(sql.unsafe`do $$ begin raise notice 'hello'; end $$`);
  t.deepEqual(notices, ['hello']);
});

test('a server that is not there is named, with what to look at', async (t) => {
  const missing = 'postgresql:///nowhere?host=/nonexistent&user=nobody';
  for (const attempt of [openDatabase({ url: missing }), connectClient(missing)]) {
    const error = await t.throwsAsync(attempt, {
      name: 'ConnectionError',
      message: /cannot connect to database "nowhere" at \/nonexistent:5432 as "nobody"/,
    });
    t.regex((error as Error & { hint: string }).hint, /--database/);
  }
});
