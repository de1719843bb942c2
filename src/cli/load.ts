/** `almagest load`: files into a table. */
import { Command } from 'commander';
import type { z } from 'zod';
import { loadFiles } from '../load/load.ts';
import { loadOptionsSchema } from '../load/options.ts';
import { makeReport } from './load_report.ts';
import { type DatabaseOptions, databaseOption, databaseUrl, UsageError } from './options.ts';

/** The exit status when files were refused; 1 is for a load that could not begin. */
const filesRefused = 2;

const repeat = (value: string, before: string[] | undefined) => [...(before ?? []), value];
const commas = (value: string) => value.split(',').map((name) => name.trim());

const help = `
A file is loaded whole or not at all, in one transaction with its entry in almagest.load_log. The same file in the
same table a second time does nothing, unless --force or unless the table has been emptied. Columns are matched by
name, also in lower case and with _ for what SQL names do not have. Values are loaded only if the table's column
holds exactly the same value; NaN stays NaN, a time without zone is taken as UTC, and only what the file marks as
missing (TNULL, masks) or --where-null declares becomes NULL.

Exit status: 0 every file is in the table, 1 the load could not begin, 2 one or more files were refused.

Examples:
  almagest load stars.fits --table public.star --create --key source_id
  almagest load tile-*.fits --table survey.object --jobs 4 --on-conflict skip
  almagest load zbest.fits --hdu REDSHIFTS --table desi.redshift --columns TARGETID,Z,ZERR --rename Z=redshift
  almagest load old.csv --table public.mag --where-null 'mag=-99,99' --where-null '*=nan' --max-refused 10
  almagest load new.parquet --table public.star --dry-run`;

/** Zod's complaint in the words of the command line. */
function usageError(error: z.ZodError): UsageError {
  const [issue] = error.issues;
  const option = String(issue?.path[0] ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new UsageError(`--${option}: ${issue?.message}`, 'almagest load --help shows how it is used.');
}

export function loadCommand(): Command {
  const command = new Command('load')
    .description('load FITS, Parquet, ECSV or CSV files into a table')
    .argument('<file...>', 'files, gzip-compressed or not')
    .requiredOption('-t, --table <schema.table>', 'table to load into')
    .option('--create', 'make the table from the first file where it does not exist')
    .option('--columns <names>', 'only these columns of the file, separated by commas', commas)
    .option('--rename <file=table>', 'load a column under another name; can be repeated', repeat)
    .option('--hdu <number or name>', 'which table of the file, where it has several')
    .option(
      '--where-null <column=value>',
      'a value, or several with commas, that mean NULL; * for every column; can be repeated',
      repeat,
    )
    .option('--on-conflict <what>', 'error, skip or update where the table has the row already', 'error')
    .option(
      '--key <names>',
      'columns that tell rows apart (default: the primary key); the key of --create',
      commas,
    )
    .option('--jobs <number>', 'files loaded at the same time', '1')
    .option('--max-refused <number>', 'rows that may be left out of a file before it is refused', '0')
    .option('--dry-run', 'read and check everything, write nothing')
    .option('--force', 'load what is loaded already once more')
    .addHelpText('after', help);
  return databaseOption(command).action(async (files: string[], given: DatabaseOptions) => {
    const parsed = loadOptionsSchema.safeParse(given);
    if (!parsed.success) throw usageError(parsed.error);
    const report = makeReport();
    try {
      const { failures } = await loadFiles(databaseUrl(given), files, parsed.data, report);
      if (failures.length > 0) process.exitCode = filesRefused;
    } finally {
      report.close();
    }
  });
}
