/**
 * Installing Almagest into a database, by one of two ways that end in the same catalog: as an extension where
 * the server has its files, else as plain SQL over the connection.
 */
import type pg from 'pg';
import { migrate } from 'postgres-migrations';
import { version } from '../version.ts';
import { bootstrapScript, migrationsDirectory, routinesScript } from './scripts.ts';

export type Method = 'extension' | 'sql';

export interface Installation {
  readonly method: Method;
  readonly version: string;
  readonly lastMigration: number;
}

/** What the server offers that an installation depends on. */
export interface Server {
  readonly postgres: string;
  readonly database: string;
  readonly extensionVersions: readonly string[];
  readonly plv8: { readonly installed?: string; readonly available?: string };
  readonly q3c: { readonly installed?: string; readonly available?: string };
}

/** An installation that cannot be made as asked, with the remedy. */
export class InstallError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'InstallError';
    this.hint = hint;
  }
}

export async function inspectServer(client: pg.Client): Promise<Server> {
  const { rows } = await client.query(`
    select current_setting('server_version') as postgres, current_database() as database,
           array(select version from pg_available_extension_versions where name = 'almagest') as extension_versions
  `);
  const { rows: extensions } = await client.query(`
    select name, default_version as available, installed_version as installed
    from pg_available_extensions where name in ('plv8', 'q3c')
    union all
    select extname, null, extversion from pg_extension
    where extname in ('plv8', 'q3c') and extname not in (select name from pg_available_extensions)
  `);
  const versions = (name: string) => extensions.find((row) => row.name === name) ?? {};
  return {
    postgres: rows[0].postgres,
    database: rows[0].database,
    extensionVersions: rows[0].extension_versions,
    plv8: versions('plv8'),
    q3c: versions('q3c'),
  };
}

/** The installation that the database has; undefined where it has none. */
export async function findInstallation(client: pg.Client): Promise<Installation | undefined> {
  const { rows } = await client.query(`
    select (select extversion from pg_extension where extname = 'almagest') as extension,
           to_regclass('almagest.migrations') is not null as migrations,
           to_regprocedure('almagest.version()') is not null as routines
  `);
  const { extension, migrations, routines } = rows[0];
  if (!migrations) return undefined;
  const last = await client.query('select max(id) as id from almagest.migrations');
  const routineVersion = routines
    ? (await client.query('select almagest.version()')).rows[0].version
    : 'unfinished';
  return {
    method: extension === null ? 'sql' : 'extension',
    version: extension ?? routineVersion,
    lastMigration: last.rows[0].id,
  };
}

/**
 * Installs or upgrades to this version. Repeating it changes nothing but replaces the routines by themselves.
 * @throws InstallError where the database is newer, or the server lacks PL/v8
 */
export async function install(client: pg.Client, wanted?: Method): Promise<Installation> {
  // Two installers at once would trip over each other's catalog rows.
  await client.query(`select pg_advisory_lock(hashtextextended('almagest install', 0))`);
  try {
    return await installLocked(client, wanted);
  } finally {
    // A lost connection has given the lock back already, and its own error is the one to tell.
    await client.query(`select pg_advisory_unlock(hashtextextended('almagest install', 0))`).catch(() => {});
  }
}

async function installLocked(client: pg.Client, wanted?: Method): Promise<Installation> {
  const server = await inspectServer(client);
  const present = await findInstallation(client);
  if (present && isNewer(present.version, version))
    throw new InstallError(
      `the database has Almagest ${present.version}, which is newer than this ${version}`,
      'use the command line of that version or a later one',
    );
  if (present && wanted && present.method !== wanted)
    throw new InstallError(
      `the database has Almagest installed as ${describe(present.method)}`,
      `upgrade it the same way, or run 'almagest uninstall' first`,
    );
  const packaged = server.extensionVersions.includes(version);
  const method = present?.method ?? wanted ?? (packaged ? 'extension' : 'sql');
  if (method === 'extension') await installExtension(client, present, packaged);
  else await installSql(client, server);
  return (await findInstallation(client))!;
}

export function describe(method: Method): string {
  return method === 'extension' ? 'an extension' : 'plain SQL';
}

async function installExtension(client: pg.Client, present: Installation | undefined, packaged: boolean) {
  if (!packaged)
    throw new InstallError(
      `the server has no files of the extension almagest ${version}`,
      "run 'make install' on the server's machine, or use --method sql",
    );
  if (present === undefined) await client.query('create extension almagest cascade');
  else if (present.version !== version) await client.query(`alter extension almagest update to '${version}'`);
}

/** What almagest.control requires beside PL/v8: part of PostgreSQL, and open to the owner of a database. */
const trustedExtensions = ['btree_gist', 'pg_trgm'];

async function installSql(client: pg.Client, server: Server): Promise<void> {
  if (!server.plv8.installed) {
    if (!server.plv8.available)
      throw new InstallError(
        'the server has no PL/v8',
        'install the plv8 package of its distribution, or the engine of this project: make -C engine install',
      );
    await client.query('create extension if not exists plv8');
  }
  for (const name of trustedExtensions) await client.query(`create extension if not exists ${name}`);
  await client.query(`begin; ${bootstrapScript()}; commit`).catch(rollback(client));
  // postgres-migrations names its table without a schema, and finds one of that name in any.
  await client.query('set search_path = almagest');
  await migrate({ client }, migrationsDirectory);
  await client.query('reset search_path');
  await client.query(`begin; ${routinesScript()}; commit`).catch(rollback(client));
}

function rollback(client: pg.Client): (error: Error) => Promise<never> {
  return async (error) => {
    await client.query('rollback');
    throw error;
  };
}

/** Whether version a (x.y.z) comes after b. */
function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) > 0;
}
