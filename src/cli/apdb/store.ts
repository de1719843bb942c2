/** `almagest apdb store`: files into an APDB, visit by visit. */
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { type StoreEvents, type StoreOutcome, storeFiles } from '../../apdb/store_files.ts';
import { type FileReport, storeOptionsSchema, type UnitReport } from '../../apdb/store_session.ts';
import { withClient } from '../call.ts';
import { count } from '../obscore/progress.ts';
import { UsageError } from '../options.ts';
import { type ApdbOptions, apdbCommand } from './call.ts';

const help = `
All files are read before the first visit is stored. Their rows are put together by visit and detector, and each of
these is stored in one transaction, the earliest first: versions of objects, sources, forced sources. Files may overlap:
a row that is in several of them is taken once. Histories that alerts carry are added where they are not there yet.

A mapping says where in a file the values are: one of ours (almagest apdb mappings) or a YAML file; without --mapping
it is recognised by the names of the file's columns. A file that the load log has in this APDB is left alone, unless
--force. What was stored before a visit failed stays: --on-conflict skip goes on from there.

Examples:
  almagest apdb store preloaded_*.parq --apdb survey
  almagest apdb store alerts-2025-12-31.parquet --apdb survey --on-conflict skip
  almagest apdb store night.fits --apdb survey --mapping my_survey.yaml --dry-run`;

const several = (number: number, one: string) => `${count(number)} ${one}${number === 1 ? '' : 's'}`;

/** What became of a file, with a line for each row that is left out of it. */
export function fileLines({ path, status, mapping, rows, refusals, lost }: FileReport): string[] {
  if (status === 'already') return [`${path}: stored already; --force stores it again`];
  if (status === 'nothing') return [`${path}: nothing of an APDB in it (mapping ${mapping})`];
  const left = refusals.length === 0 ? '' : `, ${several(refusals.length, 'row')} refused`;
  const dropped = lost === 0 ? '' : `, ${several(lost, 'row')} without a whole id left out`;
  return [
    ...refusals.map(({ row, column, reason }) => `${path}: row ${row}, column "${column}": ${reason}`),
    `${path}: ${several(rows, 'row')} (mapping ${mapping})${left}${dropped}`,
  ];
}

export function unitLine(unit: UnitReport): string {
  const name = `visit ${unit.visit}, detector ${unit.detector} at ${unit.visitTime}`;
  if (!unit.stored) return `${name}: stored before, left as it is`;
  const history = unit.history === 0 ? '' : `, ${count(unit.history)} of before`;
  return `${name}: ${several(unit.objects, 'object')}, ${several(unit.sources, 'source')}, ${several(unit.forcedSources, 'forced source')}${history} in ${unit.seconds.toFixed(2)} s`;
}

export function summaryLine({ units }: StoreOutcome, seconds: number): string {
  const sum = (of: (unit: UnitReport) => number) => units.reduce((total, unit) => total + of(unit), 0);
  const stored = units.filter((unit) => unit.stored).length;
  const left = units.length === stored ? '' : `, ${count(units.length - stored)} left as they were`;
  const rows = sum(
    ({ objects, sources, forcedSources, history }) => objects + sources + forcedSources + history,
  );
  return `${several(stored, 'visit')} stored${left}: ${several(rows, 'row')} in ${seconds.toFixed(2)} s`;
}

/** A bar of the visits where both outputs are a terminal, a line each elsewhere. */
function makeEvents(): StoreEvents & { close(): void } {
  const fileRead = (report: FileReport) => {
    for (const line of fileLines(report)) console.log(line);
  };
  if (!process.stdout.isTTY || !process.stderr.isTTY)
    return { fileRead, unitStored: (unit) => console.log(unitLine(unit)), close: () => {} };
  const bar = new cliProgress.SingleBar(
    {
      format: 'visits {bar} {percentage}% | {value} of {total} | {rows} rows | {eta_formatted} left',
      hideCursor: false,
      gracefulExit: false,
      clearOnComplete: true,
      linewrap: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let rows = 0;
  return {
    fileRead,
    unitsFound: (units) => bar.start(units, 0, { rows: '0' }),
    unitStored: ({ objects, sources, forcedSources, history }) => {
      rows += objects + sources + forcedSources + history;
      bar.increment(1, { rows: count(rows) });
    },
    close: () => bar.stop(),
  };
}

export function storeCommand(): Command {
  return apdbCommand('store')
    .description('store visits from Parquet, FITS, ECSV or CSV files')
    .argument('<file...>', 'catalogues or alerts')
    .option(
      '-m, --mapping <name or file>',
      'where in the files the values are (default: as they are recognised)',
    )
    .option(
      '--on-conflict <what>',
      'error, skip or update where a visit, or a row of it, is there already',
      'error',
    )
    .option('--hdu <number or name>', 'which table of a FITS file, where it has several')
    .option('--max-refused <number>', 'rows that may be left out of a file before it is refused', '0')
    .option('--dry-run', 'read and check everything, write nothing')
    .option('--force', 'store what is stored already once more')
    .addHelpText('after', help)
    .action(async (files: string[], given: ApdbOptions) => {
      const parsed = storeOptionsSchema.safeParse(given);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const option = String(issue?.path[0] ?? '').replaceAll(
          /[A-Z]/g,
          (letter) => `-${letter.toLowerCase()}`,
        );
        throw new UsageError(
          `--${option}: ${issue?.message}`,
          'almagest apdb store --help shows how it is used.',
        );
      }
      await withClient(given, async (client) => {
        const started = performance.now();
        const events = given.json ? { close: () => {} } : makeEvents();
        try {
          const outcome = await storeFiles(client, files, parsed.data, events);
          events.close();
          if (given.json) console.log(outcomeJson(outcome));
          else if (parsed.data.dryRun) console.log('nothing is stored: --dry-run');
          else console.log(summaryLine(outcome, (performance.now() - started) / 1000));
        } finally {
          events.close();
        }
      });
    });
}

/** Visits are numbers in JSON whatever their size. */
function outcomeJson({ files, units }: StoreOutcome): string {
  const unitJson = ({ visit, ...rest }: UnitReport) => `{"visit":${visit},${JSON.stringify(rest).slice(1)}`;
  return `{"files":${JSON.stringify(files)},"units":[${units.map(unitJson).join(',')}]}`;
}
