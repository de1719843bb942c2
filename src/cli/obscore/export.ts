/** `almagest obscore export`: observations as a file. */
import { type Command, Option } from 'commander';
import type pg from 'pg';
import { parquetCompressions } from '../../formats/write/parquet.ts';
import { type ExportFormat, exportFormats, exportRows } from '../../obscore/export.ts';
import { overridden } from '../../obscore/override.ts';
import { configSource, type RowSource, tableSource } from '../../obscore/source.ts';
import { integer, names } from '../arguments.ts';
import { type RegistryOptions, registryCommand, withClient } from '../call.ts';
import { UsageError } from '../options.ts';
import { configJson } from './config.ts';
import { formatOf, writeOut } from './output.ts';
import { count, rowProgress } from './progress.ts';

interface Options extends RegistryOptions {
  readonly table?: string;
  readonly config?: string;
  readonly where?: string;
  readonly collections?: string[];
  readonly datasetTypes?: string[];
  readonly format?: ExportFormat;
  readonly compression?: string;
  readonly limit?: number;
}

function checked(options: Options): void {
  const { table, config, where, collections, datasetTypes } = options;
  if (table !== undefined && config !== undefined)
    throw new UsageError('--table and --config name two sources', 'Leave one of them out.');
  if (config === undefined && (where ?? collections ?? datasetTypes) !== undefined)
    throw new UsageError(
      '--where, --collections and --dataset-types choose among what a configuration makes',
      'Give one by --config.',
    );
}

async function sourceOf(client: pg.Client, options: Options): Promise<RowSource> {
  const { registry, table = 'obscore', config } = options;
  if (config === undefined) return tableSource(client, table, registry);
  return configSource(client, overridden(await configJson(config), options), registry);
}

/** About how many rows a query has, as the planner thinks. */
async function estimate(client: pg.Client, query: string): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) ${query}`,
  );
  return rows[0]['QUERY PLAN'][0].Plan['Plan Rows'];
}

export function exportCommand(): Command {
  return registryCommand('export')
    .argument('[file]', 'where to write (default: standard output)')
    .option('-t, --table <name>', 'ObsCore table to export (default: obscore)')
    .option('-c, --config <file>', 'rows that this configuration makes, without a table')
    .option('-w, --where <expression>', 'with --config: in place of its where')
    .option('--collections <names>', 'with --config: in place of its collections', names)
    .option('--dataset-types <names>', 'with --config: only these of its dataset types', names)
    .addOption(
      new Option('--format <format>', 'csv, parquet or votable (default: as the file is called)').choices(
        exportFormats,
      ),
    )
    .addOption(
      new Option('--compression <codec>', 'of Parquet (default: as the configuration says)').choices(
        parquetCompressions,
      ),
    )
    .option('--limit <n>', 'at most this many rows; a VOTable says where there are more', integer)
    .description("write observations as CSV, Parquet or VOTable, as dax_obscore's exporter does")
    .action(async (file: string | undefined, options: Options) => {
      checked(options);
      const format = formatOf(file, options.format);
      await withClient(options, async (client) => {
        const since = performance.now();
        // What is written is the state of one moment.
        await client.query('begin isolation level repeatable read');
        const source = await sourceOf(client, options);
        const progress = rowProgress('written', options.limit ?? (await estimate(client, source.query)));
        let rows = 0;
        try {
          const pieces = exportRows(client, source, {
            format,
            limit: options.limit,
            compression: options.compression,
            onProgress: (done) => {
              rows = done;
              progress.progressed(done);
            },
          });
          await writeOut(file, pieces);
        } finally {
          progress.close();
        }
        if (file === undefined) return;
        const seconds = (performance.now() - since) / 1000;
        console.log(
          options.json
            ? JSON.stringify({ file, format, rows, seconds: Number(seconds.toFixed(3)) })
            : `wrote ${file}: ${count(rows)} rows in ${seconds.toFixed(2)} s (${count(Math.round(rows / seconds))} rows/s)`,
        );
      });
    })
    .addHelpText(
      'after',
      `
The file is there whole or not at all. Rows are written as they are read: only the footer of Parquet grows with them.

Examples:
  almagest obscore export observations.parquet --compression zstd
  almagest obscore export --format csv --table nightly | head
  almagest obscore export deep.vot --config obscore.yaml --collections DEEP/runs --dataset-types calexp,deepCoadd`,
    );
}
