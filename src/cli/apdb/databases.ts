/** `almagest apdb`: databases themselves: listed, attached, checked, dropped, and their options. */
import { Command } from 'commander';
import type pg from 'pg';
import { type Tree, treeJson } from '../../config/yaml.ts';
import { formatResult, queryText } from '../../db/result-table.ts';
import { printQuery, withClient } from '../call.ts';
import { databaseOption, UsageError } from '../options.ts';
import { assignment } from './assignment.ts';
import { type JsonOptions, namedCommand, reportNamed } from './call.ts';

function list(): Command {
  return databaseOption(new Command('list'))
    .option('--json', 'for programs')
    .description('list the APDBs of a database')
    .action((options: JsonOptions) =>
      withClient(options, (client) =>
        printQuery(client, 'select * from apdb.databases order by name', [], options),
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest apdb list`,
    );
}

function attach(): Command {
  return namedCommand('attach')
    .option('--prefix <text>', 'what the names of its tables begin with', '')
    .description('work on an APDB that a dax_apdb client made: adds only our own parts, its clients go on')
    .action((name: string, options: JsonOptions & { prefix: string }) =>
      reportNamed('attach', { name, prefix: options.prefix }, options, () => `APDB ${name} is attached`),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest apdb attach apdb_prod`,
    );
}

function detach(): Command {
  return namedCommand('detach')
    .description('take away from an APDB all that attach added')
    .action((name: string, options: JsonOptions) =>
      reportNamed('detach', { name }, options, () => `APDB ${name} is detached`),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest apdb detach apdb_prod`,
    );
}

function drop(): Command {
  return namedCommand('drop')
    .option('--yes', 'really: all that is stored in it goes')
    .description('remove an APDB with everything in it')
    .action((name: string, options: JsonOptions & { yes?: boolean }) => {
      if (!options.yes)
        throw new UsageError(
          `this removes APDB ${name} with every object, source and forced source in it`,
          `say so with: almagest apdb drop ${name} --yes`,
        );
      return reportNamed('drop', { name }, options, () => `APDB ${name} is removed`);
    })
    .addHelpText(
      'after',
      `
Example:
  almagest apdb drop scratch --yes`,
    );
}

interface Problems {
  readonly count: number;
  /** A table, or JSON. */
  readonly text: string;
}

async function problems(client: pg.Client, name: string, repair: boolean, json = false): Promise<Problems> {
  const query = 'select * from apdb.check($1::name, $2)';
  if (!json) {
    const found = await queryText(client, query, [name, repair]);
    return { count: found.rows.length, text: formatResult(found) };
  }
  const { rows } = await queryText(
    client,
    `select coalesce(json_agg(t), '[]'), count(*) from (${query}) as t`,
    [name, repair],
  );
  return { count: Number(rows[0][1]), text: rows[0][0] ?? '[]' };
}

async function runCheck(name: string, options: JsonOptions & { repair?: boolean }): Promise<void> {
  await withClient(options, async (client) => {
    const before = await problems(client, name, options.repair === true, options.json);
    const left = options.repair ? await problems(client, name, false, options.json) : before;
    if (left.count > 0) process.exitCode = 1;
    if (options.json) console.log(left.text);
    else if (before.count === 0) console.log('all is well');
    else {
      console.log(before.text);
      if (options.repair)
        console.log(left.count === 0 ? 'all is put right' : `what cannot be put right:\n${left.text}`);
    }
  });
}

function check(): Command {
  return namedCommand('check')
    .option('--repair', 'put right what can be derived from the rows that are there')
    .description('verify an APDB: validity intervals, latest versions, pixels, half visits')
    .action(runCheck)
    .addHelpText(
      'after',
      `
Exit status: 0 all is well, or has been put right; 1 there are problems. With --repair, --json gives what is left.

Examples:
  almagest apdb check survey
  almagest apdb check survey --repair`,
    );
}

function options(): Command {
  return namedCommand('options')
    .option('--set <name=value>', 'change an option; repeat it for more', assignment)
    .description('show the options of an APDB, or change those that may change')
    .action((name: string, given: JsonOptions & { set?: ReadonlyMap<string, Tree> }) =>
      withClient(given, async (client) => {
        if (given.set)
          await client.query('select apdb.set_options($1, $2::json)', [name, treeJson(given.set)]);
        const { rows } = await client.query<{ options: string }>('select apdb.options($1)::text as options', [
          name,
        ]);
        if (given.json) console.log(rows[0].options);
        else
          for (const [option, value] of Object.entries(JSON.parse(rows[0].options)))
            console.log(`${option} = ${JSON.stringify(value)}`);
      }),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest apdb options survey
  almagest apdb options survey --set read_sources_months=6 --set source_select=by-oid`,
    );
}

export const databaseCommands = (): Command[] => [list(), attach(), detach(), options(), check(), drop()];
