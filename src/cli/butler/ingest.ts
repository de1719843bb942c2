/** `almagest butler ingest`: headers of raw files, and lists of exposures, into a registry. */
import type { Command } from 'commander';
import { type FoundHeader, readObservationHeaders } from '../../butler/headers.ts';
import { type IngestReport, ingestHeaders } from '../../butler/ingest.ts';
import { FormatError } from '../../formats/table.ts';
import { type RegistryOptions, registryCommand, withClient } from '../call.ts';

/** Headers of as many files as go into one transaction. */
const batchSize = 1000;

interface Options extends RegistryOptions {
  readonly translator?: string;
  readonly updateRecords?: boolean;
  readonly run?: string;
  readonly datasets: boolean;
}

const place = ({ path, row }: { path: string; row?: number }) =>
  row === undefined ? path : `${path} row ${row}`;

function report(reports: readonly IngestReport[], unreadable: readonly string[]): string {
  const of = (outcome: string) => reports.filter((one) => one.outcome === outcome);
  const complaints = reports
    .filter(({ outcome }) => outcome === 'refused' || outcome === 'conflict')
    .map((one) => `${one.outcome}: ${place(one)}: ${one.detail}`);
  const counts = ['new', 'same', 'updated', 'conflict', 'refused']
    .map((outcome) => [outcome, of(outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const exposures = new Set(reports.map(({ instrument, exposure }) => `${instrument} ${exposure}`)).size;
  const datasets = reports.reduce((sum, one) => sum + one.datasets, 0);
  return [
    ...unreadable.map((message) => `refused: ${message}`),
    ...complaints,
    `${reports.length} headers of ${exposures} exposures: ${counts.join(', ') || 'none'}` +
      (datasets > 0 ? `; ${datasets} raw datasets are new` : ''),
  ].join('\n');
}

export function ingestCommand(): Command {
  return registryCommand('ingest')
    .argument('<files...>', 'FITS, dumped headers (.yaml, .json), lists of exposures (.ecsv, .csv)')
    .option('--translator <name>', 'read every header by these rules (default: each as it is recognised)')
    .option('--update-records', 'let headers replace records that differ')
    .option('--run <name>', 'run for the raw datasets of FITS files (default: INSTRUMENT/raw/all)')
    .option('--no-datasets', 'exposures alone')
    .description('bring exposures into a registry; exit status 1 where something was refused or in conflict')
    .action(async (files: string[], options: Options) => {
      const reports: IngestReport[] = [];
      const unreadable: string[] = [];
      await withClient(options, async (client) => {
        let waiting: FoundHeader[] = [];
        const flush = async () => {
          if (waiting.length === 0) return;
          reports.push(
            ...(await ingestHeaders(client, waiting, {
              registry: options.registry,
              translator: options.translator,
              updateRecords: options.updateRecords,
              run: options.datasets ? options.run : null,
            })),
          );
          waiting = [];
        };
        for (const file of files) {
          try {
            waiting.push(...(await readObservationHeaders(file)));
          } catch (error) {
            if (!(error instanceof FormatError)) throw error;
            unreadable.push(`${file}: ${error.message}`);
          }
          if (waiting.length >= batchSize) await flush();
        }
        await flush();
      });
      const bad = unreadable.length > 0 || reports.some(({ outcome }) => /refused|conflict/.test(outcome));
      if (bad) process.exitCode = 1;
      if (options.json)
        console.log(
          JSON.stringify({ reports, unreadable }, (_, value) =>
            typeof value === 'bigint' ? String(value) : value,
          ),
        );
      else console.log(report(reports, unreadable));
    })
    .addHelpText(
      'after',
      `
Headers are read by the rules of butler.header_rules: DECam, HSC, LSSTCam, LSSTComCam, LATISS, and those that you add
to butler.translator and butler.header_rule.

Examples:
  almagest butler ingest raw/*.fits.fz
  almagest butler ingest exposures.ecsv --registry deep
  almagest butler ingest header.yaml --translator DECam --update-records`,
    );
}
