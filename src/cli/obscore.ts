/** `almagest obscore`: ObsCore tables of registries from the command line, with dax_obscore's configurations. */
import { Command } from 'commander';
import { configCommands } from './obscore/config.ts';
import { exportCommand } from './obscore/export.ts';
import { siav2Command } from './obscore/siav2.ts';
import { tableCommands } from './obscore/tables.ts';

export function obscoreCommand(): Command {
  const obscore = new Command('obscore')
    .description('ObsCore tables of registries: made by a configuration, kept up to date, searched, exported')
    .addHelpText(
      'after',
      `
Examples:
  almagest obscore check-config obscore.yaml
  almagest obscore create --config obscore.yaml
  almagest obscore verify
  almagest obscore siav2 --pos 'CIRCLE 53 -28 1' --band '500e-9 700e-9'
  almagest obscore export observations.parquet

Each is one function of the schema obscore, which psql can call as well: select * from almagest.help('obscore.').`,
    );
  for (const command of [...configCommands(), ...tableCommands(), siav2Command(), exportCommand()])
    obscore.addCommand(command);
  return obscore;
}
