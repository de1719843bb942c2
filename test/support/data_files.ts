/** The real data's files in the formats that are read, and what becomes of each when it is loaded. */
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import type { Database } from '../../src/db/pool.ts';
import { openFile } from '../../src/formats/open.ts';
import type { TableReader } from '../../src/formats/table.ts';
import { loadFile } from '../../src/load/load_file.ts';
import { loadOptionsSchema } from '../../src/load/options.ts';
import { dataPath } from './paths.ts';

const READ = /\.(fits?|parquet|parq|ecsv|csv)(\.gz)?$|\/_(common_)?metadata$/;

/** Paths below the data's folder, sorted; none where the data are absent. */
export function dataFiles(): string[] {
  if (!existsSync(dataPath())) return [];
  return globSync('**/*', { cwd: dataPath() })
    .filter((file) => READ.test(file))
    .sort();
}

/** What became of one table of a file, or of a file that has none. */
export interface Outcome {
  readonly file: string;
  /** HDU number, for files that have several tables. */
  readonly hdu: number | undefined;
  readonly table: string | undefined;
  readonly columns: number;
  readonly rows: number;
  readonly seconds: number;
  /** Why it is not loaded. */
  readonly refusal: string | undefined;
  readonly refusedRows: number;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Loads every table of every file into a table of its own, `schema.t1`, `schema.t2`, …, made for it. */
export async function* loadEach(
  db: Database,
  schema: string,
  files: readonly string[],
): AsyncIterable<Outcome> {
  let number = 0;
  for (const file of files) {
    const failed = {
      file,
      hdu: undefined,
      table: undefined,
      columns: 0,
      rows: 0,
      seconds: 0,
      refusedRows: 0,
    };
    let tables: readonly TableReader[];
    try {
      await using open = await openFile(dataPath(file));
      tables = open.tables;
      if (tables.length === 0)
        yield { ...failed, refusal: `no table in it: ${open.others.map(({ what }) => what).join('; ')}` };
    } catch (error) {
      yield { ...failed, refusal: reasonOf(error) };
      continue;
    }
    for (const { index, columns } of tables) {
      const table = `${schema}.t${++number}`;
      const outcome = { file, hdu: tables.length > 1 ? index : undefined, table, columns: columns.length };
      const started = performance.now();
      try {
        const options = loadOptionsSchema.parse({ table, create: true, hdu: String(index) });
        const { rows, seconds, refusals } = await loadFile(db, dataPath(file), options);
        yield { ...outcome, rows, seconds, refusal: undefined, refusedRows: refusals.length };
      } catch (error) {
        const refusal = reasonOf(error).replace(`${dataPath(file)}: `, '');
        yield {
          ...outcome,
          table: undefined,
          rows: 0,
          seconds: (performance.now() - started) / 1000,
          refusal,
          refusedRows: 0,
        };
      }
    }
  }
}

/** A file's format by its name, for tests that go through one format at a time. */
export function formatByName(file: string): 'fits' | 'parquet' | 'ecsv' | 'csv' {
  const [, extension] = /\.(fits?|parquet|parq|ecsv|csv)(?:\.gz)?$/.exec(path.basename(file)) ?? [];
  if (extension === 'ecsv' || extension === 'csv') return extension;
  return extension?.startsWith('fit') ? 'fits' : 'parquet';
}
