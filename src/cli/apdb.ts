/** `almagest apdb`: alert-production databases from the command line. */
import { Command } from 'commander';
import { createCommand } from './apdb/create.ts';
import { databaseCommands } from './apdb/databases.ts';
import { genSourcesCommand } from './apdb/gen_sources.ts';
import { mappingsCommand } from './apdb/mappings.ts';
import { metadataCommand } from './apdb/metadata.ts';
import { reportCommand } from './apdb/report.ts';
import { schemaCommand } from './apdb/schema.ts';
import { simulateCommand } from './apdb/simulate.ts';
import { storeCommand } from './apdb/store.ts';

export function apdbCommand(): Command {
  const apdb = new Command('apdb')
    .description('alert-production databases: objects, sources and forced sources, visit by visit')
    .addHelpText(
      'after',
      `
Examples:
  almagest apdb create survey
  almagest apdb list
  almagest apdb check survey

Each is one function of the schema apdb, which psql can call as well: select * from almagest.help('apdb.').`,
    );
  for (const command of [
    createCommand(),
    ...databaseCommands(),
    metadataCommand(),
    schemaCommand(),
    genSourcesCommand(),
    simulateCommand(),
    reportCommand(),
    storeCommand(),
    mappingsCommand(),
  ])
    apdb.addCommand(command);
  return apdb;
}
