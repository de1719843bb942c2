/** `almagest install | upgrade | status | uninstall`: Almagest in a database. */
import { Command, Option } from 'commander';
import type pg from 'pg';
import { connectClient } from '../db/client.ts';
import { describe, findInstallation, inspectServer, install, type Method } from '../install/install.ts';
import { uninstall } from '../install/uninstall.ts';
import { version } from '../version.ts';
import { type DatabaseOptions, databaseOption, databaseUrl, UsageError } from './options.ts';

async function withClient(
  options: DatabaseOptions,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = await connectClient(databaseUrl(options));
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

export function installCommand(): Command {
  return databaseOption(new Command('install'))
    .description('install Almagest into a database, or bring an older installation up to this version')
    .addOption(
      new Option(
        '--method <method>',
        'as an extension, or as plain SQL where one cannot place files on the server; without it as an extension where the server has its files',
      ).choices(['extension', 'sql']),
    )
    .action((options: DatabaseOptions & { method?: Method }) =>
      withClient(options, async (client) => {
        const installed = await install(client, options.method);
        console.log(`Almagest ${installed.version} is installed as ${describe(installed.method)}`);
      }),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest install                                        the embedded server, or what PG* variables name
  almagest install --database postgresql://me@db/survey   a server elsewhere
  almagest install --method sql                           where 'make install' is not possible`,
    );
}

export function upgradeCommand(): Command {
  return databaseOption(new Command('upgrade'))
    .description('bring an existing installation up to this version, the way it was installed')
    .action((options: DatabaseOptions) =>
      withClient(options, async (client) => {
        const before = await findInstallation(client);
        if (!before)
          throw new UsageError('Almagest is not installed in this database', 'run: almagest install');
        const after = await install(client);
        console.log(
          before.version === after.version
            ? `Almagest is at ${after.version}`
            : `Almagest went from ${before.version} to ${after.version}`,
        );
      }),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest upgrade --database postgresql://me@db/survey
  psql -c 'ALTER EXTENSION almagest UPDATE'               the same for an extension, from psql`,
    );
}

export function statusCommand(): Command {
  return databaseOption(new Command('status'))
    .description(
      'say what is installed in a database, and what its server offers; exit status 3 where nothing is',
    )
    .option('--json', 'for programs')
    .action((options: DatabaseOptions & { json?: boolean }) =>
      withClient(options, async (client) => {
        const server = await inspectServer(client);
        const installed = await findInstallation(client);
        if (installed === undefined) process.exitCode = 3;
        if (options.json) {
          console.log(JSON.stringify({ version, installed: installed ?? null, server }, null, 2));
          return;
        }
        const extension = ({ installed, available }: { installed?: string; available?: string }) =>
          installed
            ? `${installed}`
            : available
              ? `available (${available}), not installed`
              : 'not available';
        console.log(`database    ${server.database}, PostgreSQL ${server.postgres}
Almagest    ${installed ? `${installed.version}, as ${describe(installed.method)}, migration ${installed.lastMigration}` : 'not installed'}
this tool   ${version}
PL/v8       ${extension(server.plv8)}
q3c         ${extension(server.q3c)}`);
      }),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest status
  almagest status --json --database postgresql:///survey`,
    );
}

export function uninstallCommand(): Command {
  return databaseOption(new Command('uninstall'))
    .description('take Almagest out of a database; tables of surveys and loads stay')
    .option('--cascade', 'also drop what depends on it, such as position indexes')
    .action((options: DatabaseOptions & { cascade?: boolean }) =>
      withClient(options, async (client) => {
        await uninstall(client, options.cascade ?? false);
        console.log('Almagest is uninstalled; the roles almagest_reader, _loader and _owner stay');
      }),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest uninstall
  almagest uninstall --cascade --database postgresql:///survey`,
    );
}
