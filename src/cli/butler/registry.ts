/** `almagest butler`: registries themselves. */
import { Command } from 'commander';
import { formatResult, queryText } from '../../db/result-table.ts';
import {
  callSql,
  type RegistryOptions,
  registryCommand,
  reportCall,
  withClient,
  withRegistry,
} from '../call.ts';
import { type DatabaseOptions, databaseOption, UsageError } from '../options.ts';

function onRegistry(
  name: string,
  call: string,
  description: string,
  done: (registry: string) => string,
  examples: string,
): Command {
  return databaseOption(new Command(name))
    .argument('<registry>', 'schema of the registry')
    .option('--json', 'for programs')
    .description(description)
    .action((registry: string, options: DatabaseOptions & { json?: boolean }) =>
      reportCall({ name: call, arguments: { registry } }, options, () => done(registry)),
    )
    .addHelpText('after', `\n${examples}`);
}

function create(): Command {
  return databaseOption(new Command('create'))
    .argument('<registry>', 'schema to make, or an empty one')
    .option('--universe <name>', 'universe of dimensions', 'daf_butler 8')
    .option('--json', 'for programs')
    .description('make a registry: a schema with all its tables')
    .action((registry: string, options: DatabaseOptions & { json?: boolean; universe: string }) =>
      reportCall(
        { name: 'create_registry', arguments: { registry, universe: options.universe } },
        options,
        () => `registry ${registry} is made`,
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler create deep`,
    );
}

function drop(): Command {
  return databaseOption(new Command('drop'))
    .argument('<registry>', 'schema of the registry')
    .option('--yes', 'really: every collection and dataset in it goes')
    .option('--json', 'for programs')
    .description('remove a registry with everything in it; the files of datasets stay where they are')
    .action((registry: string, options: DatabaseOptions & { json?: boolean; yes?: boolean }) => {
      if (!options.yes)
        throw new UsageError(
          `this removes registry ${registry} with every collection and dataset in it`,
          `say so with: almagest butler drop ${registry} --yes`,
        );
      return reportCall(
        { name: 'drop_registry', arguments: { registry } },
        options,
        () => `registry ${registry} is removed`,
      );
    })
    .addHelpText(
      'after',
      `
Example:
  almagest butler drop scratch --yes`,
    );
}

function list(): Command {
  return databaseOption(new Command('list'))
    .option('--json', 'for programs')
    .description('list the registries of a database')
    .action((options: DatabaseOptions & { json?: boolean }) =>
      withClient(options, async (client) => {
        const sql = 'select name, origin, since from butler.registry order by name';
        if (options.json) console.log(JSON.stringify((await client.query(sql)).rows));
        else console.log(formatResult(await queryText(client, sql)));
      }),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler list`,
    );
}

function check(): Command {
  return registryCommand('check')
    .description('verify every invariant of a registry; exit status 1 where one is broken')
    .action((options: RegistryOptions) =>
      withClient(options, async (client) => {
        const { sql, values } = callSql(client, withRegistry({ name: 'check', arguments: {} }, options));
        const { rows } = await client.query(`select * from ${sql}`, values);
        if (rows.length > 0) process.exitCode = 1;
        if (options.json) console.log(JSON.stringify(rows));
        else if (rows.length === 0) console.log('all is well');
        else console.log(formatResult(await queryText(client, `select * from ${sql}`, values)));
      }),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler check --registry deep`,
    );
}

export const registryCommands = (): Command[] => [
  create(),
  list(),
  onRegistry(
    'attach',
    'attach',
    'work on a registry that a Data Butler made: adds only what is needed, its clients go on',
    (registry) => `registry ${registry} is attached`,
    'Example:\n  almagest butler attach public',
  ),
  onRegistry(
    'detach',
    'detach',
    'take away from a registry all that attach added',
    (registry) => `registry ${registry} is detached`,
    'Example:\n  almagest butler detach public',
  ),
  drop(),
  check(),
];
