/** `almagest apdb create`: an APDB by options, or by a configuration file of either generation of clients. */
import { Command } from 'commander';
import type pg from 'pg';
import { type ApdbConfig, postgresUrl, readConfigFile } from '../../apdb/config.ts';
import { readFelisFile } from '../../apdb/felis.ts';
import { ConfigFileError } from '../../config/error.ts';
import type { Tree } from '../../config/yaml.ts';
import { treeJson } from '../../config/yaml.ts';
import { withClient } from '../call.ts';
import { databaseOption, UsageError } from '../options.ts';
import { assignment } from './assignment.ts';
import type { JsonOptions } from './call.ts';

interface CreateOptions extends JsonOptions {
  readonly config?: string;
  readonly schema?: string;
  readonly prefix?: string;
  readonly set?: ReadonlyMap<string, Tree>;
  readonly drop?: boolean;
}

/** What a file that the user names holds. @throws UsageError where it cannot be read */
export async function reading<T>(file: string, read: (file: string) => Promise<T>): Promise<T> {
  try {
    return await read(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`, 'name a file that is there');
  }
}

/** The JSON of a Felis document. @throws ConfigFileError with a line for each mistake */
export async function felisJson(file: string): Promise<string> {
  const { json, complaints } = await reading(file, readFelisFile);
  if (complaints.length > 0) throw new ConfigFileError(complaints, 'docs/apdb.md', file);
  return json;
}

/** The database that is asked for, else the one of the configuration. */
function target(options: CreateOptions, { url }: Partial<ApdbConfig>): JsonOptions {
  if (options.database !== undefined || url === undefined) return options;
  const database = postgresUrl(url);
  if (database === undefined)
    throw new UsageError(
      `${options.config} is for ${url.replace(/:.*/s, '')}, which is not PostgreSQL`,
      'name a database of PostgreSQL by --database',
    );
  return { ...options, database };
}

/** Makes the APDB, in one transaction with the end of the one that it replaces. */
async function make(
  client: pg.Client,
  values: readonly [name: string, options: string, prefix: string, schema: string | null],
  drop: boolean,
): Promise<void> {
  await client.query('begin');
  if (drop)
    await client.query('select apdb.drop(name) from apdb.database where name = $1::name', [values[0]]);
  await client.query('select apdb.create($1::name, $2::json, $3, $4::json)', [...values]);
  await client.query('commit');
}

export function createCommand(): Command {
  return databaseOption(new Command('create'))
    .argument('[name]', 'schema to make (default: the namespace of the configuration)')
    .option('-c, --config <file>', 'configuration: YAML of dax_apdb, or an INI file of l1dbproto')
    .option('--schema <file>', 'its tables: a Felis document (default: ApdbSchema 10.0.0)')
    .option('--prefix <text>', 'what the names of its tables begin with')
    .option('--set <name=value>', 'an option, over that of the configuration; repeat it for more', assignment)
    .option('--drop', 'drop an APDB of that name first, with all that is stored in it')
    .option('--json', 'for programs')
    .description('make an alert-production database: a schema with all its tables')
    .action(async (given: string | undefined, options: CreateOptions) => {
      const config = options.config === undefined ? undefined : await reading(options.config, readConfigFile);
      const name = given ?? config?.name;
      if (name === undefined)
        throw new UsageError(
          config ? `${options.config} names no namespace` : 'nothing says what the APDB is called',
          'say it: almagest apdb create survey',
        );
      const schemaFile = options.schema ?? config?.schemaFile;
      const schema = schemaFile === undefined ? null : await felisJson(schemaFile);
      const all = new Map([...(config?.options ?? []), ...(options.set ?? [])]);
      const prefix = options.prefix ?? config?.prefix ?? '';
      for (const { path, complaint } of config?.notices ?? []) console.error(`note: ${path}: ${complaint}`);
      await withClient(target(options, config ?? {}), (client) =>
        make(client, [name, treeJson(all), prefix, schema], options.drop === true),
      );
      console.log(options.json ? JSON.stringify(name) : `APDB ${name} is made`);
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest apdb create survey
  almagest apdb create survey --set dia_object_index=last_object_table --set enable_replica=true
  almagest apdb create --config apdb.yaml
  almagest apdb create l1db --config l1db-pg.cfg --drop`,
    );
}
