/** Headers of observations into a registry: exposures, and the raw datasets of files that hold detectors. */
import type pg from 'pg';
import type { FoundHeader, HeaderCards } from './headers.ts';

export interface IngestOptions {
  readonly registry?: string;
  /** Name in butler.translators; by default each header is recognised. */
  readonly translator?: string;
  /** Whether a header that differs from its exposure's record replaces it. */
  readonly updateRecords?: boolean;
  /** Run for raw datasets of FITS files; null makes none. Default INSTRUMENT/raw/all. */
  readonly run?: string | null;
}

export type Outcome = 'new' | 'same' | 'updated' | 'conflict' | 'refused';

/** What became of one observation. */
export interface IngestReport {
  readonly path: string;
  readonly row?: number;
  readonly instrument: string | null;
  readonly exposure: bigint | null;
  readonly outcome: Outcome;
  readonly detail: string | null;
  /** Raw datasets that are new. */
  readonly datasets: number;
}

interface Row {
  place: bigint;
  instrument: string | null;
  exposure: bigint | null;
  detector: bigint | null;
  outcome: Outcome;
  detail: string | null;
}

/** A header as a JSON object for butler.ingest_headers. */
export function cardsJson(cards: HeaderCards): string {
  const fields = [...cards]
    .filter(([, value]) => value !== null && !(typeof value === 'number' && !Number.isFinite(value)))
    .map(([keyword, value]) => {
      // The server cannot hold NUL; no header means one.
      const json =
        typeof value === 'bigint' ? String(value) : JSON.stringify(value).replaceAll('\\u0000', '');
      return `${JSON.stringify(keyword)}:${json}`;
    });
  return `{${fields.join(',')}}`;
}

/** Detectors of a file that holds them: those that its headers name, each once. */
async function rawDatasets(
  client: pg.Client,
  header: FoundHeader,
  row: Row,
  options: IngestOptions,
): Promise<number> {
  const { rows } = await client.query<{ detector: string | null }>(
    'select distinct detector from butler.translate_headers($1, $2, registry => $3)',
    [`[${header.detectors.map(cardsJson).join(',')}]`, options.translator ?? null, options.registry],
  );
  const detectors = rows.filter(({ detector }) => detector !== null);
  if (detectors.length === 0) return 0;
  const run = options.run ?? `${row.instrument}/raw/all`;
  const { rows: inserted } = await client.query<{ count: bigint }>(
    'select butler.ingest_raws($1, $2, $3, registry => $4) as count',
    [
      run,
      `[${detectors
        .map(
          ({ detector }) =>
            `{"instrument":${JSON.stringify(row.instrument)},"exposure":${row.exposure},"detector":${detector}}`,
        )
        .join(',')}]`,
      header.path,
      options.registry,
    ],
  );
  return Number(inserted[0].count);
}

/** The raw datasets of an observation that was taken in; where they are refused, the exposure stays. */
async function withDatasets(
  client: pg.Client,
  header: FoundHeader,
  row: Row,
  options: IngestOptions,
): Promise<Pick<IngestReport, 'outcome' | 'detail' | 'datasets'>> {
  const { outcome, detail } = row;
  const taken = outcome !== 'refused' && outcome !== 'conflict';
  if (!taken || options.run === null || header.detectors.length === 0)
    return { outcome, detail, datasets: 0 };
  await client.query('savepoint raws');
  try {
    const datasets = await rawDatasets(client, header, row, options);
    await client.query('release savepoint raws');
    return { outcome, detail, datasets };
  } catch (error) {
    const {
      code,
      message,
      detail: more,
      hint,
    } = error as { code?: string; message: string; detail?: string; hint?: string };
    if (!code?.startsWith('BR')) throw error;
    await client.query('rollback to savepoint raws');
    return { outcome: 'refused', detail: [message, more, hint].filter(Boolean).join('. '), datasets: 0 };
  }
}

/**
 * Brings observations into a registry in one transaction; a header that is refused or in conflict is reported and
 * leaves the others alone.
 */
export async function ingestHeaders(
  client: pg.Client,
  headers: readonly FoundHeader[],
  options: IngestOptions = {},
): Promise<IngestReport[]> {
  await client.query('begin');
  try {
    const { rows: current } = await client.query<{ registry: string }>(
      'select coalesce($1, butler.current_registry()) as registry',
      [options.registry ?? null],
    );
    const named = { ...options, registry: current[0].registry };
    const { rows } = await client.query<Row>(
      'select * from butler.ingest_headers($1, $2, $3, registry => $4)',
      [
        `[${headers.map(({ cards }) => cardsJson(cards)).join(',')}]`,
        named.translator ?? null,
        named.updateRecords ?? false,
        named.registry,
      ],
    );
    const reports: IngestReport[] = [];
    for (const row of rows) {
      const header = headers[Number(row.place) - 1];
      const { datasets, ...outcome } = await withDatasets(client, header, row, named);
      reports.push({
        path: header.path,
        ...(header.row === undefined ? {} : { row: header.row }),
        instrument: row.instrument,
        exposure: row.exposure,
        ...outcome,
        datasets,
      });
    }
    await client.query('commit');
    return reports;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
