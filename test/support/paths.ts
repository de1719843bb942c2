/** Where the real data and the fixtures are that a checkout need not have. */
import path from 'node:path';
import { checkout } from '../../src/cluster/home.ts';

const dataDirectory = process.env.ALMAGEST_DATA ?? path.join(checkout, '../shared/data');
const fixturesDirectory = process.env.ALMAGEST_FIXTURES ?? path.join(checkout, '../shared/fixtures');

/** A file or folder of real data: ALMAGEST_DATA, by default beside the checkout. */
export function dataPath(...parts: string[]): string {
  return path.join(dataDirectory, ...parts);
}

/** A file or folder of fixtures: ALMAGEST_FIXTURES, by default beside the checkout. */
export function fixturePath(...parts: string[]): string {
  return path.join(fixturesDirectory, ...parts);
}
