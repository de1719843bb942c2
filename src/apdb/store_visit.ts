/** One visit into an APDB: staged by COPY, stored by `apdb.store`, in one transaction or not at all. */
import type pg from 'pg';
import { describeTarget, type Target } from '../db/catalog.ts';
import { catalogQueries } from '../db/client_queries.ts';
import { copyHeader, copyTrailer, type EncodedBlock, RowEncoder } from '../db/copy/encoder.ts';
import { copyFromSource } from '../db/driver.ts';
import type { Column } from '../formats/table.ts';
import { LoadError } from '../load/errors.ts';
import { describeApdb } from './apdb.ts';
import { type Placing, withPixels } from './pixels.ts';
import type { RowSource } from './tables.ts';

/** What is to be done where the visit, or some of its rows, are there already: see `apdb.store`. */
export type OnConflict = 'error' | 'skip' | 'update';

export interface Visit {
  /** MJD TAI. */
  readonly visitTime: number;
  /** By default those that all sources and forced sources have. */
  readonly visit?: bigint | number;
  readonly detector?: number;
  readonly onConflict?: OnConflict;
  /** Whether the rows are all of the visit, which is then known to be stored; true without it. */
  readonly remember?: boolean;
}

export interface VisitRows {
  readonly objects?: RowSource;
  readonly sources?: RowSource;
  readonly forcedSources?: RowSource;
}

export interface StoreResult {
  /** False where the visit was there already and was left as it is. */
  readonly stored: boolean;
  /** Versions written, and versions of before that they closed. */
  readonly objects: number;
  readonly closed: number;
  readonly sources: number;
  readonly forcedSources: number;
}

interface StagingTable {
  readonly staging: string;
  readonly table: string;
  readonly hasPixels: boolean;
}

/** In the order of `VisitRows`. */
const stagingTables: Readonly<Record<keyof VisitRows, StagingTable>> = {
  objects: { staging: 'new_dia_object', table: 'DiaObject', hasPixels: true },
  sources: { staging: 'new_dia_source', table: 'DiaSource', hasPixels: true },
  forcedSources: { staging: 'new_dia_forced_source', table: 'DiaForcedSource', hasPixels: false },
};

const kinds = Object.keys(stagingTables) as (keyof VisitRows)[];

/** A session's staging tables, and the encoders of rows that came before: a night's visits are alike. */
interface Staging {
  readonly placing: Placing;
  readonly targets: Map<string, { readonly oid: number; readonly target: Target }>;
  readonly encoders: Map<string, RowEncoder>;
}

const sessions = new WeakMap<pg.Client, Map<string, Staging>>();

async function stagingOf(client: pg.Client, apdb: string): Promise<Staging> {
  const known = sessions.get(client) ?? new Map<string, Staging>();
  sessions.set(client, known);
  let staging = known.get(apdb);
  if (staging === undefined) {
    const { placing } = await describeApdb(client, apdb);
    staging = { placing, targets: new Map(), encoders: new Map() };
    known.set(apdb, staging);
  }
  return staging;
}

/** Makes the staging tables, and gives the oid of each. */
async function stage(client: pg.Client, apdb: string): Promise<Record<keyof VisitRows, number>> {
  const { rows } = await client.query<Record<keyof VisitRows, number>>({
    name: 'almagest_stage',
    text: `
      with staged as materialized (select apdb.stage($1))
      select to_regclass('pg_temp.new_dia_object')::oid as objects,
             to_regclass('pg_temp.new_dia_source')::oid as sources,
             to_regclass('pg_temp.new_dia_forced_source')::oid as "forcedSources"
      from staged`,
    values: [apdb],
  });
  return rows[0];
}

/** The columns of a staging table; asked for anew only when the table is another. */
async function targetOf(client: pg.Client, staging: Staging, name: string, oid: number): Promise<Target> {
  const known = staging.targets.get(name);
  if (known?.oid === oid) return known.target;
  const target = await describeTarget(catalogQueries(client), undefined, name);
  if (target === undefined) throw new LoadError(`apdb.stage made no table ${name}`);
  staging.targets.set(name, { oid, target });
  staging.encoders.clear();
  return target;
}

function encoderFor(staging: Staging, target: Target, table: string, columns: readonly Column[]): RowEncoder {
  const key = JSON.stringify([table, columns.map(({ name, type }) => [name, type])]);
  let encoder = staging.encoders.get(key);
  if (encoder === undefined) {
    const pairs = columns.map((column) => {
      const found = target.columns.find(({ name }) => name === column.name);
      if (found === undefined) throw unknownColumn(table, column.name, target);
      return { column, target: found };
    });
    encoder = new RowEncoder(pairs);
    staging.encoders.set(key, encoder);
  }
  return encoder;
}

function unknownColumn(table: string, name: string, target: Target): LoadError {
  return new LoadError(`${table} has no column "${name}"`, {
    detail: `It has: ${target.columns.map((column) => column.name).join(', ')}`,
    hint: 'Leave the column out, or give it the name of one of these.',
  });
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function refuse({ refusals }: EncodedBlock, table: string): void {
  const [first] = refusals;
  if (first === undefined) return;
  throw new LoadError(`${table}, row ${first.row}, column "${first.column}": ${first.reason}`, {
    refusals,
  });
}

async function copyRows(
  client: pg.Client,
  staging: Staging,
  kind: keyof VisitRows,
  source: RowSource,
  oid: number,
): Promise<void> {
  const { staging: name, table, hasPixels } = stagingTables[kind];
  const target = await targetOf(client, staging, name, oid);
  const placed = hasPixels ? withPixels(source, staging.placing) : source;
  const encoder = encoderFor(staging, target, table, placed.columns);
  const blocks = async function* (): AsyncGenerator<Buffer> {
    yield copyHeader;
    for await (const batch of placed.batches()) {
      for (const block of encoder.blocks(batch)) {
        refuse(block, table);
        yield block.bytes;
      }
    }
    yield copyTrailer;
  };
  const columns = placed.columns.map((column) => quoted(column.name)).join(', ');
  await copyFromSource(client, `copy pg_temp.${name} (${columns}) from stdin (format binary)`, blocks());
}

/** The columns of the staging tables, which are those of the APDB's tables. */
export async function stagingTargets(
  client: pg.Client,
  apdb: string,
): Promise<Readonly<Record<keyof VisitRows, Target>>> {
  const staging = await stagingOf(client, apdb);
  const oids = await stage(client, apdb);
  const targets: Partial<Record<keyof VisitRows, Target>> = {};
  for (const kind of kinds)
    targets[kind] = await targetOf(client, staging, stagingTables[kind].staging, oids[kind]);
  return targets as Record<keyof VisitRows, Target>;
}

interface StoreRow {
  readonly stored: boolean;
  readonly objects: bigint;
  readonly closed: bigint;
  readonly sources: bigint;
  readonly forced_sources: bigint;
}

/**
 * Puts rows into the session's staging tables, beside those that are there, inside a transaction that the caller began.
 * @throws LoadError for rows that cannot be sent, or the server's error
 */
export async function stageRows(client: pg.Client, apdb: string, rows: VisitRows): Promise<void> {
  const staging = await stagingOf(client, apdb);
  const oids = await stage(client, apdb);
  for (const kind of kinds) {
    const source = rows[kind];
    if (source !== undefined) await copyRows(client, staging, kind, source, oids[kind]);
  }
}

/** Stores what is in the staging tables, inside the transaction in which it was put there. */
export async function storeStaged(client: pg.Client, apdb: string, visit: Visit): Promise<StoreResult> {
  const { rows: results } = await client.query<StoreRow>({
    name: 'almagest_store',
    text: `
      select * from apdb.store(
        visit_time => $1, visit => $2, detector => $3, on_conflict => $4, remember => $5, apdb => $6)`,
    values: [
      visit.visitTime,
      visit.visit === undefined ? null : String(visit.visit),
      visit.detector ?? null,
      visit.onConflict ?? 'error',
      visit.remember ?? true,
      apdb,
    ],
  });
  const { stored, objects, closed, sources, forced_sources: forcedSources } = results[0];
  return {
    stored,
    objects: Number(objects),
    closed: Number(closed),
    sources: Number(sources),
    forcedSources: Number(forcedSources),
  };
}

/**
 * Stores a visit inside a transaction that the caller began, so that more can belong to the same unit of work.
 * @throws LoadError for rows that cannot be sent, or the server's error
 */
export async function storeVisitInside(
  client: pg.Client,
  apdb: string,
  visit: Visit,
  rows: VisitRows,
): Promise<StoreResult> {
  await stageRows(client, apdb, rows);
  return storeStaged(client, apdb, visit);
}

/**
 * Stores one visit, or one detector's part of it: begin, COPY into the staging tables, `apdb.store`, commit. Nothing
 * of it stays when anything fails. Pixel ids are computed here where the rows have none.
 * @param client a session of its own, not inside a transaction; its staging tables are kept for the next visit
 * @throws LoadError for rows that cannot be sent, or the server's error
 */
export async function storeVisit(
  client: pg.Client,
  apdb: string,
  visit: Visit,
  rows: VisitRows,
): Promise<StoreResult> {
  await client.query('begin');
  try {
    const result = await storeVisitInside(client, apdb, visit, rows);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that is gone cannot roll back; what ended it says more.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
