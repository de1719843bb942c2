/** `almagest obscore`: what takes a configuration file: check-config, create, rebuild. */
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type pg from 'pg';
import { checkYaml, loadConfig } from '../../obscore/config.ts';
import { registryOf } from '../../obscore/source.ts';
import {
  type Call,
  callSql,
  type RegistryOptions,
  registryCommand,
  withClient,
  withRegistry,
} from '../call.ts';
import { UsageError } from '../options.ts';
import { count, whileWaiting } from './progress.ts';

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A configuration as JSON. @throws ConfigFileError with a line for each mistake */
export async function configJson(file: string): Promise<string> {
  return loadConfig(await textOf(file), file).json;
}

function checkConfig(): Command {
  return new Command('check-config')
    .argument('<file>', 'YAML or JSON')
    .option('--json', 'for programs')
    .description('say what is wrong with a configuration, each mistake with its path; no database is needed')
    .action(async (file: string, options: { json?: boolean }) => {
      const { complaints, config } = checkYaml(await textOf(file));
      if (complaints.length > 0) process.exitCode = 1;
      if (options.json) {
        console.log(JSON.stringify(complaints));
        return;
      }
      for (const { path, complaint } of complaints) console.log(`${path}: ${complaint}`);
      for (const { path, complaint } of config?.notices ?? []) console.log(`note: ${path}: ${complaint}`);
      if (complaints.length === 0) console.log('all is well');
    })
    .addHelpText(
      'after',
      `
Exit status: 0 the configuration is right, 1 it is not.

Example:
  almagest obscore check-config obscore.yaml`,
    );
}

/** Calls a function that returns the rows of a table, and says how many they are and how long they took. */
async function build(
  callFor: (client: pg.Client) => Call | Promise<Call>,
  options: RegistryOptions,
  doing: string,
  done: string,
): Promise<void> {
  await withClient(options, async (client) => {
    const { sql, values } = callSql(client, await callFor(client));
    const since = performance.now();
    const { rows } = await whileWaiting(doing, () =>
      client.query<{ rows: bigint }>(`select ${sql} as rows`, values),
    );
    const seconds = (performance.now() - since) / 1000;
    const [made] = rows;
    console.log(
      options.json
        ? `{"rows":${made.rows},"seconds":${seconds.toFixed(3)}}`
        : `${done}: ${count(made.rows)} rows in ${seconds.toFixed(2)} s`,
    );
  });
}

interface CreateOptions extends RegistryOptions {
  readonly config: string;
  readonly mode: string;
  readonly onError: string;
  readonly published: boolean;
}

function create(): Command {
  return registryCommand('create')
    .requiredOption('-c, --config <file>', 'configuration of dax_obscore, YAML')
    .addOption(
      new Option('--mode <mode>', 'kept up to date by every change, by refresh, or a materialized view')
        .choices(['live', 'manual', 'matview'])
        .default('live'),
    )
    .addOption(
      new Option('--on-error <what>', 'what becomes of a record that cannot be made whole')
        .choices(['record', 'raise'])
        .default('record'),
    )
    .option('--no-published', 'leave it out of ivoa.obscore')
    .description('make an ObsCore table of a registry and fill it')
    .action(async (options: CreateOptions) => {
      const config = await configJson(options.config);
      await build(
        async (client) => ({
          schema: 'obscore',
          name: 'create',
          arguments: {
            registry: await registryOf(client, options.registry),
            config,
            mode: options.mode,
            on_error: options.onError,
            published: options.published,
          },
        }),
        options,
        'filling the table',
        'the table is made',
      );
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest obscore create --config obscore.yaml
  almagest obscore create --registry deep --config deep.yaml --mode manual --no-published`,
    );
}

function rebuild(): Command {
  return registryCommand('rebuild')
    .argument('[table]', 'name of the ObsCore table', 'obscore')
    .option('-c, --config <file>', 'a new configuration for it, YAML')
    .description('make a table anew beside the old one and swap it in; readers and writers go on')
    .action(async (table: string, options: RegistryOptions & { config?: string }) => {
      const config = options.config === undefined ? undefined : await configJson(options.config);
      await build(
        () =>
          withRegistry(
            { schema: 'obscore', name: 'rebuild', arguments: { table_name: table, config } },
            options,
          ),
        options,
        'building the table anew',
        `${table} is made anew`,
      );
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest obscore rebuild
  almagest obscore rebuild obscore --config new.yaml`,
    );
}

export const configCommands = (): Command[] => [checkConfig(), create(), rebuild()];
