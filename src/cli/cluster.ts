/** `almagest cluster`: the embedded server. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { checkout } from '../cluster/home.ts';
import { destroyServer, serverStatus, startServer, stopServer } from '../cluster/server.ts';
import { connectClient } from '../db/client.ts';
import { UsageError } from './options.ts';

const portSchema = z.coerce.number().int().min(1).max(65535);

function portNumber(text: string): number {
  const { success, data } = portSchema.safeParse(text);
  if (!success) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return data;
}

export function clusterCommand(): Command {
  const cluster = new Command('cluster').description('run a PostgreSQL server of your own under .almagest/');
  cluster
    .command('up')
    .description('start the server, making it first where there is none')
    .option(
      '--port <number>',
      'also listen on this TCP port of localhost, where roles need passwords; without it nothing listens on TCP',
      portNumber,
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest cluster up
  almagest cluster up --port 5433
  almagest cluster psql -- -c "alter role postgres password 'secret'"     before a client can come in by TCP`,
    )
    .action(async (options: { port?: number }) => {
      if (!existsSync(path.join(checkout, 'engine')))
        throw new UsageError(
          'the embedded server needs a checkout of Almagest, and this is an installed package',
          'name a server of your own with --database or the PG* variables',
        );
      const status = startServer(options);
      await ensureDatabase(status.url!, 'almagest');
      console.log(`the server runs (pid ${status.pid})\n${status.url}`);
    });
  cluster
    .command('down')
    .description('stop the server; its data stay')
    .action(() => console.log(stopServer() ? 'the server is stopped' : 'no server was running'));
  cluster
    .command('status')
    .description('say whether the server runs, and where; exit status 3 where it does not')
    .action(() => {
      const status = serverStatus();
      console.log(status.running ? `running (pid ${status.pid})\nurl   ${status.url}` : 'not running');
      console.log(`data  ${status.data}\nlog   ${status.log}`);
      if (!status.running) process.exitCode = 3;
    });
  cluster
    .command('psql')
    .description("open psql on the server; arguments after -- are psql's")
    .argument('[arguments...]', "psql's own, after --")
    .addHelpText(
      'after',
      `
Examples:
  almagest cluster psql
  almagest cluster psql -- -c "select * from almagest.help('cone')"
  almagest cluster psql -- --csv -f query.sql > result.csv`,
    )
    .action((args: string[]) => {
      const { url } = serverStatus();
      if (!url)
        throw new UsageError('the embedded server is not running', 'start it with: almagest cluster up');
      const result = spawnSync('psql', ['-d', url, ...args], { stdio: 'inherit' });
      if (result.error) throw new UsageError('psql was not found', 'install the package postgresql-client');
      process.exitCode = result.status ?? 1;
    });
  cluster
    .command('destroy')
    .description('stop the server and remove its data')
    .option('--yes', 'really: every database in it goes')
    .addHelpText(
      'after',
      `
Example:
  almagest cluster destroy --yes`,
    )
    .action((options: { yes?: boolean }) => {
      if (!options.yes)
        throw new UsageError(
          `this removes ${serverStatus().data} and every database in it`,
          'say so with: almagest cluster destroy --yes',
        );
      destroyServer();
      console.log('the server and its data are gone');
    });
  return cluster.addHelpText(
    'after',
    `
Examples:
  almagest cluster up                       start it
  almagest cluster psql                     a psql session
  almagest cluster psql -- -c '\\dn'         one command
  almagest cluster down                     stop it`,
  );
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = await connectClient(url.replace(`/${name}?`, '/postgres?'));
  try {
    const { rows } = await client.query('select from pg_database where datname = $1', [name]);
    if (rows.length === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
