/** A database of its own, with Almagest installed, for whoever asks: the server is the checkout's embedded one. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { checkout } from '../../src/cluster/home.ts';
import { connectClient } from '../../src/db/client.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** A superuser's connection. */
  readonly client: pg.Client;
  /** Rows of one statement. */
  query<R extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Another connection, for a second session; it is ended with the database. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

let template: string | undefined;

/** URL of the template database, after the build and the server are up to date. */
function templateUrl(): string {
  if (template === undefined) {
    mkdirSync(path.join(checkout, '.almagest'), { recursive: true });
    const prepare = `make --silent --no-print-directory ready 1>&2 && bin/node test/support/prepare.ts`;
    const output = execFileSync(
      'flock',
      [path.join(checkout, '.almagest/prepare.lock'), 'sh', '-c', prepare],
      {
        cwd: checkout,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    template = output.trim().split('\n').at(-1)!;
  }
  return template;
}

/**
 * Makes a database with Almagest installed (`installed: false`: an empty one); `await using` or `close()` drops it.
 */
export async function database(options: { installed?: boolean } = {}): Promise<TestDatabase> {
  const source = templateUrl();
  const templateName = /\/(almagest_template_\w+)\?/.exec(source)![1];
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const server = await connectClient(source.replace(templateName, 'postgres'));
  try {
    // The lock lets two creations from one template wait for each other instead of failing.
    await server.query(`select pg_advisory_lock(hashtext('almagest test template'))`);
    await server.query(
      `create database ${name} template ${options.installed === false ? 'template0' : templateName}`,
    );
    await server.query(`select pg_advisory_unlock(hashtext('almagest test template'))`);
  } catch (error) {
    // Others wait for the lock, which goes with the session.
    await server.end();
    throw error;
  }
  const url = source.replace(templateName, name);
  const client = await connectClient(url);
  const others: pg.Client[] = [];
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    for (const connection of [client, ...others]) await connection.end().catch(() => {});
    await server.query(`drop database if exists ${name} with (force)`);
    await server.end();
  };
  return {
    url,
    client,
    async query<R extends object>(sql: string, values: readonly unknown[] = []) {
      return (await client.query<R>(sql, [...values])).rows;
    },
    async connect() {
      const connection = await connectClient(url);
      others.push(connection);
      return connection;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
