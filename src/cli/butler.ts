/** `almagest butler`: a registry of images from the command line, in the words of the Data Butler's own. */
import { Command } from 'commander';
import { collectionCommands } from './butler/collections.ts';
import { datasetCommands } from './butler/datasets.ts';
import { ingestCommand } from './butler/ingest.ts';
import { registryCommands } from './butler/registry.ts';
import { transferCommands } from './butler/transfer.ts';
import { visitCommands } from './butler/visits.ts';

export function butlerCommand(): Command {
  const butler = new Command('butler')
    .description('registries of images, as the Data Butler keeps them')
    .addHelpText(
      'after',
      `
Examples:
  almagest butler create deep
  almagest butler ingest raw/*.fits.fz
  almagest butler import export.yaml
  almagest butler query-collections --chains tree
  almagest butler query-datasets raw --collections DECam/raw/all --where "instrument='DECam' and detector=57"

Each is one function of the schema butler, which psql can call as well: select * from almagest.help('butler.').`,
    );
  for (const command of [
    ...registryCommands(),
    ...datasetCommands(),
    ...collectionCommands(),
    ingestCommand(),
    ...visitCommands(),
    ...transferCommands(),
  ])
    butler.addCommand(command);
  return butler;
}
