/** The command line: one file a command, an exit status that says how it went. */
import { Command } from 'commander';
import { version } from '../version.ts';
import { formatError } from './options.ts';

const program = new Command('almagest')
  .description(
    'PostgreSQL for astronomical surveys: install it, load FITS and Parquet, keep registries of images, run a server of your own',
  )
  .version(version)
  .showHelpAfterError('(--help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  almagest cluster up
  almagest install
  almagest load stars.fits --table public.star --create
  almagest butler create deep
  almagest butler ingest raw/*.fits.fz
  almagest obscore create --config obscore.yaml
  almagest apdb create survey
  almagest cluster psql

Every command has its own --help, with examples.`,
  );

const install = () => import('./install.ts');

/** Each command's module, in the order of the help; a command that is named brings only its own. */
const commands: Record<string, () => Promise<Command>> = {
  cluster: async () => (await import('./cluster.ts')).clusterCommand(),
  install: async () => (await install()).installCommand(),
  upgrade: async () => (await install()).upgradeCommand(),
  status: async () => (await install()).statusCommand(),
  uninstall: async () => (await install()).uninstallCommand(),
  load: async () => (await import('./load.ts')).loadCommand(),
  butler: async () => (await import('./butler.ts')).butlerCommand(),
  obscore: async () => (await import('./obscore.ts')).obscoreCommand(),
  apdb: async () => (await import('./apdb.ts')).apdbCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
};
const named = process.argv[2] ?? '';
const wanted = Object.hasOwn(commands, named) ? [commands[named]] : Object.values(commands);
for (const command of wanted) program.addCommand(await command());

try {
  await program.parseAsync();
} catch (error) {
  console.error(formatError(error));
  process.exitCode = 1;
}
