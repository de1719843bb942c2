/** Observations as CSV, Parquet and VOTable, the files that the exporter of dax_obscore writes. */
import type pg from 'pg';
import { copyRows } from '../db/copy_out.ts';
import type { FilePieces, TextRows } from '../formats/write/columns.ts';
import { writeCsv } from '../formats/write/csv.ts';
import { type ParquetCompression, parquetCompressions, writeParquet } from '../formats/write/parquet.ts';
import { type Info, type VOTable, writeVotable } from '../formats/write/votable.ts';
import { version } from '../version.ts';
import { ExportError, type RowSource } from './source.ts';
import { coordinateSystem, fieldOf, timeSystem } from './votable_fields.ts';

export const exportFormats = ['csv', 'parquet', 'votable'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  /** At most this many rows; a VOTable says where there are more. */
  readonly limit?: number;
  /** Of Parquet, in place of what the configuration says. */
  readonly compression?: string;
  /** What a VOTable says of the search that found its rows. */
  readonly search?: string;
  /** Told the rows written so far. */
  readonly onProgress?: (rows: number) => void;
}

const application = `almagest version ${version}`;

function compressionOf(name: string): ParquetCompression {
  const known = parquetCompressions.find((compression) => compression === name);
  if (known) return known;
  throw new ExportError(
    `Parquet files compressed by ${name} are not written`,
    `--compression takes ${parquetCompressions.join(', ')}.`,
  );
}

/** What a VOTable says beside its rows. */
export function votableOf(
  { columns, docs, origin }: Pick<RowSource, 'columns' | 'docs' | 'origin'>,
  { search, overflow, date }: { search?: string; overflow: boolean; date: Date },
): VOTable {
  const info = (name: string, value: string | null | undefined, content?: string): Info[] =>
    value ? [{ name, value, content }] : [];
  return {
    producer: application,
    infos: [
      ...info('service_protocol', 'ivo://ivoa.net/std/sia#query-2.0'),
      ...info('server_software', application, 'Version of the service'),
      ...info('request_date', date.toISOString().replace(/\.\d+Z$/, '+00:00'), 'Query execution date'),
      ...info('query', search, 'Human-readable SIA query string'),
      ...info('publisher', origin?.publisher),
    ],
    resource: {
      description: origin?.title ?? undefined,
      infos: [
        ...info('citation', origin?.citation),
        ...info('publication_date', origin?.publicationDate, 'Date of publication'),
        ...info('article', origin?.article),
        ...info('QUERY_STATUS', overflow ? 'OVERFLOW' : 'OK'),
      ],
      systems: [
        {
          tag: 'COOSYS',
          attributes: { ID: coordinateSystem, system: 'ICRS', refposition: 'TOPOCENTER' },
        },
        {
          tag: 'TIMESYS',
          attributes: {
            ID: timeSystem,
            timeorigin: 'MJD-origin',
            timescale: 'UTC',
            refposition: 'TOPOCENTER',
          },
        },
      ],
    },
    fields: columns.map((column) => fieldOf(column, docs.get(column.name))),
  };
}

async function* counted(rows: TextRows, onProgress: (rows: number) => void): TextRows {
  let count = 0;
  for await (const batch of rows) {
    yield batch;
    count += batch.length;
    onProgress(count);
  }
}

/** The head of a VOTable says whether rows are left out, before any row is known. */
async function hasMoreThan(client: pg.Client, query: string, limit: number): Promise<boolean> {
  const { rows } = await client.query<{ more: boolean }>(
    `select exists (select from (${query}) as found offset ${limit}) as more`,
  );
  return rows[0].more;
}

/**
 * The pieces of a file with the rows of a source, which are read as they are written: memory does not grow with
 * them. It wants a transaction; whoever stops before the last piece ends the client.
 */
export async function* exportRows(
  client: pg.Client,
  source: RowSource,
  { format, limit, compression, search, onProgress }: ExportOptions,
): FilePieces {
  const { columns, query } = source;
  const codec = format === 'parquet' ? compressionOf(compression ?? source.compression) : undefined;
  // With fewer digits numbers would not read back the same.
  await client.query('set local extra_float_digits = 1');
  const overflow = format === 'votable' && limit !== undefined && (await hasMoreThan(client, query, limit));
  const all = copyRows(
    client,
    limit === undefined ? query : `select * from (${query}) as found limit ${limit}`,
  );
  const rows = onProgress ? counted(all, onProgress) : all;
  if (format === 'csv') yield* writeCsv(columns, rows, { nullString: source.nullString });
  else if (format === 'parquet')
    yield* writeParquet(columns, rows, {
      compression: codec,
      rowGroupRows: source.batchSize,
      createdBy: application,
    });
  else yield* writeVotable(columns, rows, votableOf(source, { search, overflow, date: new Date() }));
}
