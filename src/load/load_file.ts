/**
 * One file into one table: in one transaction, with the entry in the load log, or not at all.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { describeTarget, parseTableName, type Target } from '../db/catalog.ts';
import type { Refusal } from '../db/copy/encoder.ts';
import { type Database, sql, type Transaction } from '../db/pool.ts';
import { openFile } from '../formats/open.ts';
import type { OpenFile, TableReader } from '../formats/table.ts';
import { BackgroundChecksum, fileChecksum, largeFileBytes } from './checksum.ts';
import { chooseColumns, type NamedColumn, type Pair, pairColumns } from './columns.ts';
import { mergeStaged, type Staging, stage } from './conflict.ts';
import { createStatements } from './create.ts';
import { LoadError } from './errors.ts';
import { nullReplacer } from './null_rules.ts';
import type { LoadOptions } from './options.ts';
import { explainServerError, type LoadProgress, type RowStream, rowStream } from './row_stream.ts';

export interface LoadResult {
  readonly path: string;
  /** 'already': the log has this file in this table; 'checked': a dry run. */
  readonly status: 'loaded' | 'already' | 'checked';
  readonly rows: number;
  readonly refusals: readonly Refusal[];
  readonly seconds: number;
  /** Whether the table was made by this load, or would be. */
  readonly created: boolean;
  /** Remarks for the user: what was loaded before, what reading changes in the values. */
  readonly notes: readonly string[];
}

/** Undoes a transaction that was only for looking. */
class Rollback extends Error {
  readonly result: LoadResult;

  constructor(result: LoadResult) {
    super('rolled back');
    this.result = result;
  }
}

/** @throws LoadError where the file has no table, or several and none is named */
export function chooseTable(file: OpenFile, hdu: string | undefined): TableReader {
  const described = file.tables.map(({ index, name, rowCount }) => {
    const rows = rowCount === undefined ? '' : `, ${rowCount} rows`;
    return `${index}${name === '' ? '' : ` ${name}`}${rows}`;
  });
  if (hdu !== undefined) {
    const byNumber = /^\d+$/.test(hdu) ? file.tables.find(({ index }) => index === Number(hdu)) : undefined;
    const found = byNumber ?? file.tables.find(({ name }) => name.toLowerCase() === hdu.toLowerCase());
    if (found !== undefined) return found;
    const other = file.others.find(
      ({ index, name }) => String(index) === hdu || name.toLowerCase() === hdu.toLowerCase(),
    );
    const what =
      other === undefined ? 'the file has no table' : `it is no table that can be loaded (${other.what})`;
    throw new LoadError(`HDU "${hdu}": ${what}`, { hint: `Tables: ${described.join('; ') || 'none'}` });
  }
  if (file.tables.length === 1) return file.tables[0]!;
  if (file.tables.length > 1) {
    throw new LoadError(`the file has ${file.tables.length} tables`, {
      hint: `Choose one by --hdu: ${described.join('; ')}`,
    });
  }
  const held = file.others.map(({ index, what }) => `${index} ${what}`).join('; ');
  throw new LoadError('the file has no table that can be loaded', { detail: `It has: ${held || 'nothing'}` });
}

async function createTable(
  tx: Transaction,
  reader: TableReader,
  chosen: readonly NamedColumn[],
  options: LoadOptions,
): Promise<Target> {
  const named = parseTableName(options.table);
  const schema =
    named.schema ??
    (await tx.oneFirst(sql.type(z.object({ schema: z.string().nullable() }))`
      select current_schema() as schema`));
  if (schema === null)
    throw new LoadError('the search path has no schema to make a table in', {
      hint: 'Name one: --table schema.table',
    });
  const exists = await tx.exists(sql.unsafe`select from pg_catalog.pg_namespace where nspname = ${schema}`);
  if (!exists) {
    throw new LoadError(`there is no schema "${schema}"`, { hint: `Make it first: create schema ${schema}` });
  }
  const { affected } = nullReplacer(
    chosen.map(({ column }) => column),
    options.whereNull,
  );
  for (const statement of createStatements(
    { schema, name: named.name },
    reader,
    chosen,
    affected,
    options.key ?? [],
  )) {
    await tx.execute(statement);
  }
  return (await describeTarget(tx, schema, named.name))!;
}

interface Resolved {
  readonly target: Target;
  readonly created: boolean;
}

/** The table, made where that is asked for; two sessions that would make it wait for each other. */
async function resolveTarget(
  tx: Transaction,
  reader: TableReader,
  chosen: readonly NamedColumn[],
  options: LoadOptions,
): Promise<Resolved> {
  const { schema, name } = parseTableName(options.table);
  if (options.create) {
    const lock = `almagest create ${schema ?? ''} ${name}`;
    await tx.execute(
      sql.unsafe`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${lock}, 0))`,
    );
  }
  const target = await describeTarget(tx, schema, name);
  if (target !== undefined) return { target, created: false };
  if (!options.create) {
    throw new LoadError(`there is no table ${options.table}`, {
      hint: '--create makes it from the columns of the file.',
    });
  }
  return { target: await createTable(tx, reader, chosen, options), created: true };
}

const earlierLoad = z.object({ load_id: z.bigint(), finished_at: z.date(), rows: z.bigint() });

type EarlierLoad = z.infer<typeof earlierLoad>;

/** Takes the lock on this file in this table, and finds the load of it that is in force. */
async function beginLoad(
  tx: Transaction,
  { target }: Resolved,
  checksum: Buffer,
  section: string,
): Promise<EarlierLoad | undefined> {
  const earlier = await tx.maybeOne(sql.type(earlierLoad)`
    select load_id, finished_at, rows
    from almagest.begin_load(${target.oid}::oid::regclass, ${sql.binary(checksum)}, ${section})`);
  return earlier ?? undefined;
}

/**
 * Whether a load still counts: a table that has lost all rows since does not hold the file any more. Whoever may not
 * look is taken at the log's word.
 */
async function isThere(tx: Transaction, { target }: Resolved, earlier: EarlierLoad): Promise<boolean> {
  const maySelect = await tx.oneFirst(sql.type(z.object({ may: z.boolean() }))`
    select pg_catalog.has_table_privilege(${target.oid}::oid, 'select') as may`);
  if (!maySelect || earlier.rows === 0n) return true;
  return await tx.exists(sql.unsafe`select from ${sql.identifier([target.schema, target.name])}`);
}

/** Whether the log has a file of this size in the table: only then can it have this one. */
async function hasLoadOfSize(tx: Transaction, { target }: Resolved, bytes: number): Promise<boolean> {
  return await tx.exists(sql.unsafe`
    select from almagest.load_log l
    where l.target = format('%I.%I', ${target.schema}::text, ${target.name}::text) and l.bytes = ${bytes} and l.in_force`);
}

/** Reads and encodes every row for the sake of what is refused. */
async function readThrough(stream: RowStream): Promise<void> {
  const rows = stream.rows();
  while (!(await rows.next()).done);
}

/** Copies the rows into the table, or beside it and then in, and returns how many rows the table took. */
async function copyRows(
  tx: Transaction,
  { target, created }: Resolved,
  pairs: readonly Pair[],
  stream: RowStream,
  options: LoadOptions,
): Promise<number> {
  const staging: Staging | undefined =
    options.onConflict === 'error' ? undefined : await stage(tx, target, pairs, options);
  const into = staging?.table ?? sql.identifier([target.schema, target.name]);
  const columns = sql.join(
    pairs.map((pair) => sql.identifier([pair.target.name])),
    sql.fragment`, `,
  );
  // Nobody else can see a table made in this transaction, so that its rows may be frozen as they come.
  const format =
    created && staging === undefined ? sql.fragment`format binary, freeze` : sql.fragment`format binary`;
  let rows: number;
  try {
    rows = await tx.copyIn(sql.unsafe`copy ${into} (${columns}) from stdin (${format})`, stream.rows());
  } catch (error) {
    throw explainServerError(error, stream.refusals);
  }
  return staging === undefined ? rows : mergeStaged(tx, staging);
}

async function record(
  tx: Transaction,
  { target }: Resolved,
  file: OpenFile,
  checksum: Buffer,
  section: string,
  rows: number,
  refusals: readonly Refusal[],
  options: LoadOptions,
): Promise<void> {
  const kept = {
    columns: options.columns,
    rename: Object.fromEntries(options.rename),
    where_null: options.whereNull.map(({ column, value }) => `${column}=${value}`),
    on_conflict: options.onConflict,
    key: options.key,
  };
  await tx.oneFirst(sql.unsafe`
    select almagest.record_load(
      target => ${target.oid}::oid::regclass,
      checksum => ${sql.binary(checksum)},
      section => ${section},
      path => ${resolve(file.path)},
      bytes => ${file.bytes},
      rows => ${rows},
      refusals => ${JSON.stringify(refusals)}::jsonb,
      options => ${JSON.stringify(kept)}::jsonb,
      supersede => true)`);
}

/** Names the file in the message of whatever went wrong with it. */
function named(path: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.startsWith(path)) {
    const denied = error as { code?: string; hint?: string };
    if (denied.code === '42501')
      denied.hint ??= 'Loading takes the role almagest_loader, and INSERT on the table.';
    const { row, column } = error as { row?: number; column?: string };
    const place = [row === undefined ? '' : `row ${row}`, column === undefined ? '' : `column "${column}"`];
    const known = error.name === 'FormatError' && row !== undefined ? place.filter(Boolean).join(', ') : '';
    const where = known === '' ? '' : `${known}: `;
    Object.defineProperty(error, 'message', {
      value: `${path}: ${where}${error.message}`,
      configurable: true,
    });
  }
  return error;
}

/** A file opened and chosen from, ready to be loaded. */
interface Prepared {
  readonly file: OpenFile;
  readonly reader: TableReader;
  readonly chosen: readonly NamedColumn[];
  readonly started: number;
}

function outcome(
  { file, started }: Prepared,
  status: LoadResult['status'],
  created: boolean,
  rest: { rows?: number; refusals?: readonly Refusal[]; notes: readonly string[] },
): LoadResult {
  const seconds = (performance.now() - started) / 1000;
  return { path: file.path, status, created, seconds, rows: 0, refusals: [], ...rest };
}

function alreadyLoaded(prepared: Prepared, earlier: EarlierLoad): LoadResult {
  const when = earlier.finished_at.toISOString().replace(/\.\d+Z$/, 'Z');
  const note = `loaded as number ${earlier.load_id} at ${when} (${earlier.rows} rows); --force loads it again`;
  return outcome(prepared, 'already', false, { notes: [note] });
}

/**
 * The transaction of a load.
 * @param mayHashBeside a large file that the log cannot have is copied while its checksum is computed; another session
 *   that loads it at the same time is then noticed only at the end, or by its rows being in the way
 */
async function loadInside(
  tx: Transaction,
  prepared: Prepared,
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void,
  mayHashBeside: boolean,
): Promise<LoadResult> {
  const { file, reader, chosen } = prepared;
  const section = String(reader.index);
  const resolved = await resolveTarget(tx, reader, chosen, options);
  const { created } = resolved;
  const pairs = pairColumns(resolved.target, chosen);
  if (pairs.length === 0) throw new LoadError('the file has no columns to load');
  const hashesBeside =
    mayHashBeside && !options.dryRun && (options.force || !(await hasLoadOfSize(tx, resolved, file.bytes)));
  await using background = hashesBeside ? new BackgroundChecksum(file.path) : undefined;
  let checksum: Buffer | undefined;
  if (background === undefined) {
    checksum = await fileChecksum(file.path, file.bytes);
    // The lock that comes with it is wanted by forced loads too.
    const earlier = await beginLoad(tx, resolved, checksum, section);
    if (earlier !== undefined && !options.force && (await isThere(tx, resolved, earlier))) {
      return alreadyLoaded(prepared, earlier);
    }
  }
  const stream = rowStream(file, reader, pairs, options, onProgress);
  const { refusals } = stream;
  const notes = chosen.flatMap(({ column }) =>
    column.note === undefined ? [] : [`${column.name}: ${column.note}`],
  );
  if (options.dryRun) {
    await readThrough(stream);
    const rows = stream.rowsRead - refusals.length;
    throw new Rollback(outcome(prepared, 'checked', created, { rows, refusals, notes }));
  }
  const rows = await copyRows(tx, resolved, pairs, stream, options);
  if (checksum === undefined) {
    checksum = await background!.digest;
    const meanwhile = await beginLoad(tx, resolved, checksum, section);
    if (meanwhile !== undefined && !options.force) throw new Rollback(alreadyLoaded(prepared, meanwhile));
  }
  await record(tx, resolved, file, checksum, section, rows, refusals, options);
  const untouched = stream.rowsRead - refusals.length - rows;
  if (untouched > 0) notes.push(`${untouched} rows left as the table has them`);
  return outcome(prepared, 'loaded', created, { rows, refusals, notes });
}

const isUniqueViolation = (error: unknown): boolean =>
  [error, (error as Error).cause].some((each) => (each as { code?: string } | undefined)?.code === '23505');

/**
 * Loads one table of a file. Nothing of it stays when anything fails: rows, a table made for them, and the log's
 * entry are one transaction. A file that the log has in this table already is left alone unless forced.
 * @throws LoadError, TypeMismatch, FormatError, or the server's error, with the file, and the row and column if one is at fault
 */
export async function loadFile(
  db: Database,
  path: string,
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void = () => {},
): Promise<LoadResult> {
  const started = performance.now();
  try {
    await using file = await openFile(path);
    const reader = chooseTable(file, options.hdu);
    const prepared = { file, reader, chosen: chooseColumns(reader, options), started };
    const run = (mayHashBeside: boolean) =>
      db.transaction((tx) => loadInside(tx, prepared, options, onProgress, mayHashBeside));
    const isLarge = file.bytes >= largeFileBytes;
    try {
      return await run(isLarge);
    } catch (error) {
      // The rows in the way may be this file's own, of a session that was faster: the log knows.
      if (!isLarge || options.force || !isUniqueViolation(error)) throw error;
      return await run(false);
    }
  } catch (error) {
    if (error instanceof Rollback) return error.result;
    throw named(path, error);
  }
}
