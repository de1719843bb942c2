/** `almagest obscore`: tables that are there: listed, refreshed, verified, published, dropped. */
import { Argument, type Command } from 'commander';
import { formatResult, queryText } from '../../db/result-table.ts';
import {
  callSql,
  printQuery,
  type RegistryOptions,
  registryCommand,
  reportCall,
  withClient,
  withRegistry,
} from '../call.ts';
import { count, whileWaiting } from './progress.ts';

function list(): Command {
  return registryCommand('list')
    .description('list the ObsCore tables: how they are kept, their rows, errors and pending changes')
    .action((options: RegistryOptions) =>
      withClient(options, (client) =>
        printQuery(
          client,
          `select * from obscore.tables where registry = coalesce($1::name, registry) order by registry, table_name`,
          [options.registry ?? null],
          options,
        ),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest obscore list
  almagest obscore list --registry deep --json`,
    );
}

function onTable(name: string): Command {
  return registryCommand(name).argument('[table]', 'name of the ObsCore table', 'obscore');
}

function refresh(): Command {
  return onTable('refresh')
    .description('apply what has changed: pending changes, a new snapshot, rows whose errors may be mended')
    .action((table: string, options: RegistryOptions) =>
      whileWaiting(`refreshing ${table}`, () =>
        reportCall<bigint>(
          { schema: 'obscore', name: 'refresh', arguments: { table_name: table } },
          options,
          (rows) => `${table} is up to date: ${count(rows)} rows changed`,
        ),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest obscore refresh
  almagest obscore refresh nightly --registry deep`,
    );
}

function verify(): Command {
  return onTable('verify')
    .option('--repair', 'put right what differs')
    .description('compare a table with what its registry says; exit status 1 where they differ')
    .action((table: string, options: RegistryOptions & { repair?: boolean }) =>
      withClient(options, async (client) => {
        const { sql, values } = callSql(
          client,
          withRegistry(
            {
              schema: 'obscore',
              name: 'verify',
              arguments: { table_name: table, repair: options.repair },
            },
            options,
          ),
        );
        const query = `select * from ${sql}`;
        const { columns, rows } = await whileWaiting(`verifying ${table}`, () =>
          options.json
            ? queryText(client, `select coalesce(json_agg(t), '[]'), count(*) from (${query}) as t`, values)
            : queryText(client, query, values),
        );
        const different = options.json ? Number(rows[0][1]) : rows.length;
        if (different > 0 && !options.repair) process.exitCode = 1;
        if (options.json) console.log(rows[0][0]);
        else if (different === 0) console.log('all is well');
        else {
          console.log(formatResult({ columns, rows }));
          if (options.repair)
            console.log(different === 1 ? '1 row is put right' : `${count(different)} rows are put right`);
        }
      }),
    )
    .addHelpText(
      'after',
      `
Exit status: 0 the table is right, or has been put right; 1 it differs.

Examples:
  almagest obscore verify
  almagest obscore verify nightly --repair`,
    );
}

function setMode(): Command {
  return registryCommand('set-mode')
    .addArgument(
      new Argument('<mode>', 'kept up to date by every change, or by refresh').choices(['live', 'manual']),
    )
    .argument('[table]', 'name of the ObsCore table', 'obscore')
    .description('have a table kept up to date in another way')
    .action((mode: string, table: string, options: RegistryOptions) =>
      reportCall(
        { schema: 'obscore', name: 'set_mode', arguments: { table_name: table, mode } },
        options,
        () => `${table} is ${mode}`,
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest obscore set-mode manual nightly`,
    );
}

function simple(
  name: string,
  description: string,
  done: (table: string) => string,
  examples: string,
): Command {
  return onTable(name)
    .description(description)
    .action((table: string, options: RegistryOptions) =>
      reportCall({ schema: 'obscore', name, arguments: { table_name: table } }, options, () => done(table)),
    )
    .addHelpText('after', `\n${examples}`);
}

export const tableCommands = (): Command[] => [
  list(),
  refresh(),
  verify(),
  setMode(),
  simple(
    'publish',
    'show a table in ivoa.obscore',
    (table) => `${table} is in ivoa.obscore`,
    'Example:\n  almagest obscore publish nightly',
  ),
  simple(
    'unpublish',
    'take a table out of ivoa.obscore',
    (table) => `${table} is in ivoa.obscore no more`,
    'Example:\n  almagest obscore unpublish nightly',
  ),
  simple(
    'drop',
    'remove an ObsCore table and all that keeps it up to date; the registry stays as it is',
    (table) => `${table} is removed`,
    'Example:\n  almagest obscore drop nightly --registry deep',
  ),
];
