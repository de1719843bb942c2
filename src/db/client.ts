/**
 * Plain PostgreSQL clients: where to connect to, and how values come back. Slonik's pool (pool.ts) and
 * everything that wants a client of its own (migrations, scripts) share these two answers.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import pg from 'pg';

/** A server that cannot be reached or does not let us in, with what to look at. */
export class ConnectionError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ConnectionError';
    this.hint = hint;
  }
}

const oids = {
  textArray: 1009,
  int8: 20,
  int8Array: 1016,
  date: 1082,
  dateArray: 1182,
  timestamp: 1114,
  timestampArray: 1115,
};

const asText = (text: string): string => text;

const textArray = pg.types.getTypeParser(oids.textArray as number, 'text') as (
  text: string,
) => (string | null)[];

const parsers = new Map<number, (text: string) => unknown>([
  [oids.int8, BigInt],
  [oids.int8Array, (text) => textArray(text).map((value) => (value === null ? null : BigInt(value)))],
  [oids.date, asText],
  [oids.dateArray, textArray],
  [oids.timestamp, asText],
  [oids.timestampArray, textArray],
]);

/**
 * Type parsers for results: int8 as bigint, numeric as string, timestamptz as Date, timestamp and date as the
 * server's text (they name no instant), bytea as Buffer.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) ||
    pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** The directory of a local server's socket, as libpq finds it when nothing names a host. */
function localSocket(port: string): string | undefined {
  return ['/var/run/postgresql', '/tmp'].find((directory) => existsSync(`${directory}/.s.PGSQL.${port}`));
}

function portOf(url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : new URL(url).port || undefined;
  } catch {
    // pg reads some spellings that URL does not; those name their host themselves.
    return undefined;
  }
}

/**
 * How to reach the database: `url` (`postgresql://user@host:port/name`, or `postgresql:///name?host=/directory`
 * for a unix socket) over the PG* environment variables over libpq's defaults.
 */
export function clientConfig(url?: string): pg.ClientConfig {
  // pg's own defaults are TCP to localhost and the USER variable, which services and containers do not set;
  // psql would use the local socket and the operating system's user.
  pg.defaults.host = localSocket(portOf(url) ?? process.env.PGPORT ?? '5432') ?? 'localhost';
  pg.defaults.user ||= userInfo().username;
  return {
    types,
    fallback_application_name: 'almagest',
    ...(url === undefined ? {} : { connectionString: url }),
  };
}

function describe(client: pg.Client): string {
  return `database "${client.database ?? ''}" at ${client.host}:${client.port} as "${client.user ?? ''}"`;
}

/**
 * Connects `client`, or explains in one sentence what could not be reached.
 * @throws ConnectionError
 */
export async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const reason = message || code || 'no answer';
    const hint =
      code === 'ECONNREFUSED' || code === 'ENOENT'
        ? 'Is the server running there? Name another by --database postgresql://… or the PG* variables, or start the embedded one: almagest cluster up'
        : 'Look at --database, the PG* variables and the server’s pg_hba.conf.';
    throw new ConnectionError(`cannot connect to ${describe(client)}: ${reason}`, hint, error);
  }
}

/**
 * A connected client; the caller ends it. Connects as `clientConfig` says. A connection lost while it is idle shows
 * at the next query.
 * @throws ConnectionError
 */
export async function connectClient(url?: string): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(url));
  // Between queries a lost server has nobody to tell; the next query rejects with what happened.
  client.on('error', () => {});
  await connect(client);
  client.on('error', () => {});
  return client;
}
