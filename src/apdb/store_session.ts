/** A session that stores visits of files in an APDB, and logs the files. */
import { resolve } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import type { Refusal } from '../db/copy/encoder.ts';
import { openFile } from '../formats/open.ts';
import { fileChecksum } from '../load/checksum.ts';
import { LoadError } from '../load/errors.ts';
import { chooseTable } from '../load/load_file.ts';
import { describeApdb } from './apdb.ts';
import { blocksFor, type MappedFile, mapFile } from './mapping/apply.ts';
import type { Mapping } from './mapping/schema.ts';
import { findMapping, isIgnored, recognise } from './mapping/shipped.ts';
import { type OnConflict, type StoreResult, stagingTargets, storeVisitInside } from './store_visit.ts';
import type { Unit } from './units.ts';

export const storeOptionsSchema = z.object({
  /** The APDB's schema; by default the one that the session works in. */
  apdb: z.string().min(1).optional(),
  /** Name of one of ours, or a file; by default what each file is recognised as. */
  mapping: z.string().min(1).optional(),
  onConflict: z.enum(['error', 'skip', 'update']).default('error'),
  /** Which table of a FITS file. */
  hdu: z.string().min(1).optional(),
  /** Rows that may be left out of a file before it is refused. */
  maxRefused: z.coerce.number('it must be a whole number').int().min(0).default(0),
  dryRun: z.boolean().default(false),
  /** Store even what the log says is stored. */
  force: z.boolean().default(false),
});

export type StoreOptions = z.output<typeof storeOptionsSchema>;

/** What became of a file before its visits are stored. */
export interface FileReport {
  readonly path: string;
  /** 'nothing': it belongs to the others and holds nothing for an APDB. */
  readonly status: 'read' | 'already' | 'nothing';
  readonly mapping: string | undefined;
  readonly rows: number;
  readonly refusals: readonly Refusal[];
  /** Rows left out because their ids had lost digits. */
  readonly lost: number;
}

export interface UnitReport extends StoreResult {
  readonly visit: bigint;
  readonly detector: number;
  readonly visitTime: number;
  /** Sources and forced sources of visits of before that came along and are new. */
  readonly history: number;
  readonly seconds: number;
}

/** A file that was read, with what its load is logged by. */
export interface ReadFile {
  readonly report: FileReport;
  readonly mapped: MappedFile | undefined;
  readonly mapping: Mapping | undefined;
  readonly checksum: Buffer;
  readonly bytes: number;
}

const section = 'apdb';

function named(path: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.startsWith(path))
    Object.defineProperty(error, 'message', { value: `${path}: ${error.message}`, configurable: true });
  return error;
}

/** A session that reads files for one APDB and stores their visits. */
export class StoreSession {
  readonly #client: pg.Client;
  readonly #apdb: string;
  readonly #table: string;
  readonly #options: StoreOptions;
  readonly #targets: Awaited<ReturnType<typeof stagingTargets>>;

  private constructor(
    client: pg.Client,
    apdb: string,
    table: string,
    options: StoreOptions,
    targets: Awaited<ReturnType<typeof stagingTargets>>,
  ) {
    this.#client = client;
    this.#apdb = apdb;
    this.#table = table;
    this.#options = options;
    this.#targets = targets;
  }

  static async open(client: pg.Client, options: StoreOptions): Promise<StoreSession> {
    const { name, prefix } = await describeApdb(client, options.apdb);
    const table = `${client.escapeIdentifier(name)}.${client.escapeIdentifier(`${prefix}DiaSource`)}`;
    return new StoreSession(client, name, table, options, await stagingTargets(client, name));
  }

  /** @param again whether a file that is stored is read all the same */
  async read(path: string, again: boolean): Promise<ReadFile> {
    try {
      return await this.#read(path, again);
    } catch (error) {
      throw named(path, error);
    }
  }

  async #read(path: string, again: boolean): Promise<ReadFile> {
    const options = this.#options;
    await using file = await openFile(path);
    const checksum = await fileChecksum(path, file.bytes);
    const reader = chooseTable(file, options.hdu);
    const mapping =
      options.mapping === undefined ? recognise(path, reader.columns) : findMapping(options.mapping);
    const report = { path, mapping: mapping.name, rows: 0, refusals: [], lost: 0 };
    const rest = { mapping, checksum, bytes: file.bytes };
    if (!again && (await this.#isLogged(checksum)))
      return { ...rest, report: { ...report, status: 'already' }, mapped: undefined };
    if (blocksFor(mapping, reader.columns).length === 0) {
      if (!isIgnored(mapping, reader.columns))
        throw new LoadError(`the mapping ${mapping.name} finds no rows of an APDB in it`, {
          hint: 'Name another by --mapping; almagest apdb mappings shows those that there are.',
        });
      return { ...rest, report: { ...report, status: 'nothing' }, mapped: undefined };
    }
    const { objects, sources, forcedSources } = this.#targets;
    const mapped = await mapFile(reader, path, mapping, {
      DiaObject: objects,
      DiaSource: sources,
      DiaForcedSource: forcedSources,
    });
    this.#checkRefusals(mapped.refusals);
    const rows = mapped.tables.reduce((sum, table) => sum + table.rows, 0);
    const { refusals, lost } = mapped;
    return { ...rest, report: { ...report, status: 'read', rows, refusals, lost }, mapped };
  }

  #checkRefusals(refusals: readonly Refusal[]): void {
    const most = this.#options.maxRefused;
    if (refusals.length <= most) return;
    const { row, column, reason } = refusals[0]!;
    const first = `row ${row}, column "${column}": ${reason}`;
    throw new LoadError(most === 0 ? first : `more than ${most} rows are refused, the first: ${first}`, {
      hint: '--max-refused N leaves out up to N such rows of a file and stores the others.',
      refusals: refusals.slice(0, most + 1),
    });
  }

  async #isLogged(checksum: Buffer): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      'select from almagest.begin_load($1::text::regclass, $2, $3)',
      [this.#table, checksum, section],
    );
    return rowCount !== 0;
  }

  /** A visit, what came along with it, and the log of the files that end with it: one transaction. */
  async store(unit: Unit, ended: readonly ReadFile[]): Promise<UnitReport> {
    const started = performance.now();
    const client = this.#client;
    await client.query('begin');
    try {
      const { onConflict } = this.#options;
      const result = await storeVisitInside(
        client,
        this.#apdb,
        { ...keyOf(unit), onConflict },
        rowsOf(unit.rows),
      );
      const history = await this.#storeHistory(unit);
      for (const file of ended) await this.#log(file);
      await client.query('commit');
      const { visit, detector, time } = unit;
      const seconds = (performance.now() - started) / 1000;
      return { ...result, visit, detector, visitTime: time, history, seconds };
    } catch (error) {
      await client.query('rollback').catch(() => {});
      const { DiaObject, DiaSource, DiaForcedSource } = unit.rows;
      const what = `visit ${unit.visit}, detector ${unit.detector} (${DiaObject.count} objects, ${DiaSource.count} sources, ${DiaForcedSource.count} forced sources)`;
      throw named(what, error);
    }
  }

  async #storeHistory({ history, time }: Unit): Promise<number> {
    if (history.DiaSource.count + history.DiaForcedSource.count === 0) return 0;
    await this.#client.query(
      'truncate pg_temp.new_dia_object, pg_temp.new_dia_source, pg_temp.new_dia_forced_source',
    );
    const visit = { visitTime: time, onConflict: 'skip' as OnConflict, remember: false };
    const { sources, forcedSources } = await storeVisitInside(
      this.#client,
      this.#apdb,
      visit,
      rowsOf(history),
    );
    return sources + forcedSources;
  }

  /** Files that hold no visit, or whose visits were all stored with those of others. */
  async logRest(files: readonly ReadFile[]): Promise<void> {
    await this.#client.query('begin');
    for (const file of files) await this.#log(file);
    await this.#client.query('commit');
  }

  async #log({ report, checksum, bytes }: ReadFile): Promise<void> {
    const { mapping, onConflict } = this.#options;
    await this.#client.query(
      `select almagest.record_load(
         target => $1::text::regclass, checksum => $2, section => $3, path => $4, bytes => $5, rows => $6,
         refusals => $7, options => $8, supersede => true)`,
      [
        this.#table,
        checksum,
        section,
        resolve(report.path),
        bytes,
        report.rows,
        JSON.stringify(report.refusals),
        JSON.stringify({ mapping: mapping ?? report.mapping, on_conflict: onConflict }),
      ],
    );
  }
}

const keyOf = ({ visit, detector, time }: Unit) => ({ visit, detector, visitTime: time });

function rowsOf({ DiaObject, DiaSource, DiaForcedSource }: Unit['rows']) {
  const source = (rows: Unit['rows']['DiaObject']) => (rows.count === 0 ? undefined : rows.source());
  return {
    objects: source(DiaObject),
    sources: source(DiaSource),
    forcedSources: source(DiaForcedSource),
  };
}
