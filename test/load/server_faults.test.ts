/** A server that dies in the middle of a load, and comes back. It is one of its own, in a directory of its own. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { destroyServer, startServer } from '../../src/cluster/server.ts';
import { connectClient } from '../../src/db/client.ts';
import { install } from '../../src/install/install.ts';
import { workDirectory, writeFile } from '../formats/fits_files.ts';
import { database } from '../support/database.ts';
import { runLoad, starFile, stars, startLoad } from './support.ts';

const home = mkdtempSync(join(tmpdir(), 'almagest-server-'));

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.before(async () => {
  // The build is brought up to date as for any other test, before the server's home moves.
  await using _ = await database();
  // The server's user has to get through.
  chmodSync(home, 0o755);
  process.env.ALMAGEST_HOME = home;
});

test.after.always(() => {
  if (process.env.ALMAGEST_HOME === home) destroyServer();
  rmSync(home, { recursive: true, force: true });
});

test('a server killed in the middle of a load has nothing of it when it is back, and the next run loads the file', async (t) => {
  const { pid, url: own } = startServer();
  const url = own!.replace('/almagest?', '/postgres?');
  const client = await connectClient(url);
  await install(client);
  await client.query('create table public.star (id bigint primary key, name text, mag_v float8)');
  const count = 50_000;
  const path = writeFile(workDirectory(t), 'stars.fits', starFile(stars(count)));
  const other = await connectClient(url);
  await other.query('begin');
  await other.query('insert into public.star values ($1)', [stars(1, count / 2)[0]!.id]);
  const { finished } = startLoad(url, [path, '--table', 'public.star']);
  for (let waiting = false; !waiting; await sleep(20)) {
    const { rows } = await client.query<{ met: boolean }>(`
      select exists (select from pg_stat_activity
        where query ilike '%copy "public"."star"%' and wait_event_type = 'Lock') as met`);
    waiting = rows[0]!.met;
  }
  process.kill(pid!, 'SIGKILL');
  const { status, stderr } = await finished;
  t.is(status, 2);
  t.regex(stderr, /the connection to the server was lost/);
  // A dead process keeps its number, and thereby the lock on the data, until its parent has taken note.
  while (isThere(pid!)) await sleep(50);
  // Its children leave by themselves; until then the data are in use.
  for (let isUp = false; !isUp; await sleep(100)) {
    try {
      isUp = startServer().running;
    } catch (error) {
      t.regex(String(error), /still in use|lock file|in recovery/);
    }
  }
  const later = await connectClient(url);
  const { rows: left } = await later.query(
    'select (select count(*) from public.star) as rows, (select count(*) from almagest.load_log) as loads',
  );
  t.deepEqual(left, [{ rows: 0n, loads: 0n }]);
  const again = await runLoad(url, path, '--table', 'public.star');
  t.is(again.status, 0, again.stderr);
  const { rows: loaded } = await later.query('select count(*) as rows from public.star');
  t.deepEqual(loaded, [{ rows: BigInt(count) }]);
  await later.end();
  await client.end().catch(() => {});
  await other.end().catch(() => {});
});
