/** `almagest butler`: collections, chains, runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatResult, queryText } from '../../db/result-table.ts';
import { names } from '../arguments.ts';
import {
  callSql,
  printCall,
  type RegistryOptions,
  registryCommand,
  reportCall,
  withClient,
  withRegistry,
} from '../call.ts';

const types = ['RUN', 'TAGGED', 'CHAINED', 'CALIBRATION'];

function registerCollection(): Command {
  return registryCommand('register-collection')
    .argument('<name>')
    .addOption(new Option('-t, --type <type>', 'what kind of collection').choices(types).default('RUN'))
    .option('--doc <text>', 'what it is for')
    .description('make a collection; one that exists already is left as it is')
    .action((name: string, options: RegistryOptions & { type: string; doc?: string }) =>
      reportCall<boolean>(
        { name: 'register_collection', arguments: { name, type: options.type, doc: options.doc } },
        options,
        (made) => (made ? `${name} is registered` : `${name} exists already`),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler register-collection DECam/raw/all
  almagest butler register-collection DEEP/20190401/calib/bias --type CALIBRATION`,
    );
}

const chainFunctions = {
  redefine: 'set_chain',
  prepend: 'prepend_chain',
  extend: 'extend_chain',
  remove: 'remove_from_chain',
} as const;

function collectionChain(): Command {
  return registryCommand('collection-chain')
    .argument('<parent>', 'the chain, made where there is none')
    .argument('[children...]', 'collections in the order of search, also as a,b,c')
    .addOption(
      new Option('--mode <mode>', 'what to do with the children')
        .choices(Object.keys(chainFunctions))
        .default('redefine'),
    )
    .option('--doc <text>', 'what a new chain is for')
    .option('--flatten', 'with redefine: put the members of children that are chains in their place')
    .description('define or edit a chain of collections')
    .action(
      async (
        parent: string,
        children: string[],
        options: RegistryOptions & { mode: keyof typeof chainFunctions; doc?: string; flatten?: boolean },
      ) => {
        await withClient(options, async (client) => {
          await client.query('begin');
          const run = async (call: Parameters<typeof callSql>[1]) => {
            const { sql, values } = callSql(client, withRegistry(call, options));
            return (await client.query<{ value: unknown }>(`select ${sql} as value`, values)).rows[0].value;
          };
          if (options.mode !== 'remove')
            await run({
              name: 'register_collection',
              arguments: { name: parent, type: 'CHAINED', doc: options.doc },
            });
          const chain = (await run({
            name: chainFunctions[options.mode],
            arguments: {
              parent,
              children: children.flatMap((child) => names(child)),
              ...(options.mode === 'redefine' ? { flatten: options.flatten ?? false } : {}),
            },
          })) as string[];
          await client.query('commit');
          console.log(options.json ? JSON.stringify(chain) : `${parent}: [${chain.join(', ')}]`);
        });
      },
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler collection-chain DEEP/20190401/bias DECam/calib,DEEP/20190401/bias/raw
  almagest butler collection-chain DEEP/20190401/bias --mode prepend DEEP/20190401/bias/20241111T115007Z`,
    );
}

function queryCollections(): Command {
  return registryCommand('query-collections')
    .argument('[expressions...]', 'names and globs (default: all)')
    .addOption(
      new Option('--collection-type <type>', 'only RUN, TAGGED, CHAINED or CALIBRATION; may be repeated')
        .argParser((value: string, before: string[] = []) => {
          if (!types.includes(value.toUpperCase()))
            throw new InvalidArgumentError(`it is one of ${types.join(', ')}`);
          return [...before, value.toUpperCase()];
        })
        .default(undefined),
    )
    .addOption(
      new Option('--chains <how>', 'chains as rows, as trees, or replaced by their members')
        .choices(['table', 'tree', 'flatten'])
        .default('table'),
    )
    .description('list collections')
    .action(
      async (
        expressions: string[],
        options: RegistryOptions & { collectionType?: string[]; chains: 'table' | 'tree' | 'flatten' },
      ) => {
        const expression = expressions.length > 0 ? expressions : undefined;
        if (options.chains !== 'tree') {
          await printCall(
            {
              name: 'query_collections',
              arguments: {
                expression,
                types: options.collectionType,
                flatten_chains: options.chains === 'flatten' || undefined,
              },
            },
            options,
          );
          return;
        }
        if (options.json) {
          await printCall({ name: 'collection_tree', arguments: { expression } }, options);
          return;
        }
        await withClient(options, async (client) => {
          const { sql, values } = callSql(
            client,
            withRegistry({ name: 'collection_tree', arguments: { expression } }, options),
          );
          console.log(
            formatResult(
              await queryText(
                client,
                `select repeat('  ', depth) || name as name, type from ${sql} as tree`,
                values,
              ),
            ),
          );
        });
      },
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler query-collections
  almagest butler query-collections 'DEEP/*/bias' --chains tree
  almagest butler query-collections --collection-type RUN --json`,
    );
}

function removeCollections(): Command {
  return registryCommand('remove-collections')
    .argument('<names...>', 'names and globs; RUNs are for remove-runs')
    .description('remove collections that are not runs; their datasets stay')
    .action(async (given: string[], options: RegistryOptions) => {
      await withClient(options, async (client) => {
        await client.query('begin');
        const expression = callSql(
          client,
          withRegistry(
            {
              name: 'query_collections',
              arguments: { expression: given, types: ['TAGGED', 'CHAINED', 'CALIBRATION'] },
            },
            options,
          ),
        );
        const { rows } = await client.query<{ name: string }>(
          `select name from ${expression.sql} as found`,
          expression.values,
        );
        for (const { name } of rows) {
          const { sql, values } = callSql(
            client,
            withRegistry({ name: 'remove_collection', arguments: { name } }, options),
          );
          await client.query(`select ${sql}`, values);
        }
        await client.query('commit');
        const removed = rows.map(({ name }) => name);
        console.log(
          options.json
            ? JSON.stringify(removed)
            : removed.length === 0
              ? 'nothing to remove'
              : `removed ${removed.join(', ')}`,
        );
      });
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest butler remove-collections DEEP/20190401/bias
  almagest butler remove-collections 'u/someone/*'`,
    );
}

function removeRuns(): Command {
  return registryCommand('remove-runs')
    .argument('<names...>', 'runs, no globs')
    .option('--unlink-from-chains', 'take them out of the chains that hold them first')
    .description('remove runs with all their datasets, and these from every collection')
    .action((given: string[], options: RegistryOptions & { unlinkFromChains?: boolean }) =>
      reportCall(
        {
          name: 'remove_runs',
          arguments: { names: given, unlink_from_chains: options.unlinkFromChains },
        },
        options,
        () => `removed ${given.join(', ')}`,
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler remove-runs DEEP/20190401/bias/20241111T115007Z --unlink-from-chains`,
    );
}

export const collectionCommands = (): Command[] => [
  registerCollection(),
  collectionChain(),
  queryCollections(),
  removeCollections(),
  removeRuns(),
];
