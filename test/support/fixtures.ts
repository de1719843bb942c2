/** Tests on data that a checkout need not have: real survey files, and fixtures made by the systems ours is compared with. */
import { existsSync } from 'node:fs';
import test from 'ava';
import { dataPath, fixturePath } from './paths.ts';

export { dataPath, fixturePath };

/** A test that needs the real data: skipped, and counted as skipped, where they are absent. */
export const dataTest = existsSync(dataPath()) ? test : test.skip;

/** A test that needs the fixtures: skipped, and counted as skipped, where they are absent. */
export const fixtureTest = existsSync(fixturePath()) ? test : test.skip;

/** A test that needs DuckDB, an optional peer: skipped, and counted as skipped, where it is not installed. */
export const duckdbTest = isInstalled('@duckdb/node-api') ? test : test.skip;

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
