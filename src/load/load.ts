/** Many files into one table, several at a time, each all or nothing. */
import { z } from 'zod';
import { type Database, openDatabase, sql } from '../db/pool.ts';
import { LoadError } from './errors.ts';
import { type LoadResult, loadFile } from './load_file.ts';
import type { LoadOptions } from './options.ts';
import type { LoadProgress } from './row_stream.ts';

/** What happens to the files, as it happens. */
export interface LoadEvents {
  started?(path: string): void;
  progressed?(path: string, progress: LoadProgress): void;
  finished?(result: LoadResult): void;
  /** The file is not loaded, and nothing of it is in the table. */
  failed?(path: string, error: Error): void;
  noticed?(message: string): void;
}

export interface LoadOutcome {
  readonly results: readonly LoadResult[];
  readonly failures: readonly { readonly path: string; readonly error: Error }[];
}

/** @throws LoadError where the database has no load log */
async function checkInstalled(db: Database): Promise<void> {
  const installed = await db.oneFirst(sql.type(z.object({ installed: z.boolean() }))`
    select exists (
      select from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'almagest' and p.proname = 'record_load') as installed`);
  if (!installed) {
    throw new LoadError('Almagest is not installed in this database', {
      hint: 'Install it: almagest install',
    });
  }
}

/** The server does not answer any more: what comes next cannot fare better. */
function isConnectionLost(error: Error): boolean {
  return error.name === 'ConnectionError' || error.message.includes('the connection to the server was lost');
}

const mostAttempts = 5;

/** Begins anew when the server gave up a load for another's sake: two files that update the same rows can deadlock. */
async function loadPatiently(attempt: () => Promise<LoadResult>): Promise<LoadResult> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const { code } = error as { code?: string };
      if (attempts === mostAttempts || (code !== '40001' && code !== '40P01')) throw error;
    }
  }
}

/**
 * Loads files one by one, or `jobs` at a time. A file that fails does not keep the others from being loaded; with
 * `create`, the first file goes alone and makes the table.
 * @param url as in `clientConfig`
 * @throws ConnectionError, or LoadError where the database has no load log
 */
export async function loadFiles(
  url: string | undefined,
  paths: readonly string[],
  options: LoadOptions,
  events: LoadEvents = {},
): Promise<LoadOutcome> {
  const results: LoadResult[] = [];
  const failures: { path: string; error: Error }[] = [];
  await using db = await openDatabase({ url, connections: options.jobs, onNotice: events.noticed });
  await checkInstalled(db);
  const queue = [...paths];
  let lost: Error | undefined;

  const loadNext = async (): Promise<void> => {
    const path = queue.shift()!;
    const fail = (error: Error) => {
      failures.push({ path, error });
      events.failed?.(path, error);
    };
    if (lost !== undefined) {
      fail(new LoadError(`${path}: not begun, because the connection to the server was lost`));
      return;
    }
    events.started?.(path);
    try {
      const result = await loadPatiently(() =>
        loadFile(db, path, options, (progress) => events.progressed?.(path, progress)),
      );
      results.push(result);
      events.finished?.(result);
    } catch (error) {
      if (isConnectionLost(error as Error)) lost = error as Error;
      fail(error as Error);
    }
  };
  // Until one file has made the table, there is nothing for the others to go into.
  while (options.create && queue.length > 0 && results.length === 0) await loadNext();
  const worker = async () => {
    while (queue.length > 0) await loadNext();
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return { results, failures };
}
