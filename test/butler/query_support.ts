/** What tests of queries share: a small survey, datasets by the thousand, and results as plain values. */
import { regionToBase64 } from '../../plv8/sky/base64.ts';
import { convexHull } from '../../plv8/sky/hull.ts';
import { add, cross, fromDegrees, normalized, northFrom, scale } from '../../plv8/sky/vector.ts';
import type { TestDatabase } from '../support/database.ts';
import { registry } from './collection_support.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type DataId = Readonly<Record<string, string | number>>;

/** Base64 of a square about a position, on its tangent plane, its sides 2·half long [deg]. */
export function square(ra: number, decl: number, half: number): string {
  const centre = fromDegrees(ra, decl);
  const north = northFrom(centre);
  const east = cross(north, centre);
  const side = Math.tan((half * Math.PI) / 180);
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]) => normalized(add(centre, add(scale(east, x * side), scale(north, y * side)))));
  return regionToBase64(convexHull(corners));
}

/** Nanoseconds TAI of the hour of a night, as the text of an int8range of `minutes`. */
export function range(hour: number, minutes: number): string {
  const begin = 1_554_076_800_000_000_000n + BigInt(hour) * 3_600_000_000_000n;
  return `[${begin},${begin + BigInt(minutes) * 60_000_000_000n})`;
}

export async function insertRecords(
  db: TestDatabase,
  element: string,
  records: readonly Json[],
): Promise<void> {
  await db.query('select butler.insert_dimension_records($1, $2)', [element, JSON.stringify(records)]);
}

/**
 * An instrument with two detectors and filters; nights 1 and 2, of three exposures each at hours 0, 1, 2 and 24, 25,
 * 26; a visit of each but the first of a night; a sky map of tracts 0 and 1, of two patches each, side by side from
 * RA 359.
 */
export async function survey(): Promise<TestDatabase> {
  const db = await registry();
  try {
    await fill(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

async function fill(db: TestDatabase): Promise<void> {
  const instrument = 'Cam';
  await insertRecords(db, 'instrument', [{ name: instrument, class_name: 'toy.Cam', detector_max: 2 }]);
  await insertRecords(
    db,
    'detector',
    [1, 2].map((id) => ({ instrument, id, full_name: `CCD${id}`, purpose: 'SCIENCE' })),
  );
  await insertRecords(db, 'physical_filter', [
    { instrument, name: 'g1', band: 'g' },
    { instrument, name: 'r1', band: 'r' },
  ]);
  const nights = [1, 2];
  await insertRecords(
    db,
    'day_obs',
    nights.map((id) => ({ instrument, id, timespan: range(24 * (id - 1), 1440) })),
  );
  const exposures = nights.flatMap((day_obs) =>
    [0, 1, 2].map((n) => ({
      instrument,
      id: 10 * day_obs + n,
      obs_id: `e${10 * day_obs + n}`,
      day_obs,
      group: `${10 * day_obs + n}`,
      physical_filter: n === 2 ? 'r1' : 'g1',
      observation_type: n === 0 ? 'zero' : 'science',
      exposure_time: n === 0 ? 0 : 30.5,
      can_see_sky: n > 0,
      seq_num: n,
      timespan: range(24 * (day_obs - 1) + n, 30),
    })),
  );
  await insertRecords(
    db,
    'group',
    exposures.map(({ group: name }) => ({ instrument, name })),
  );
  await insertRecords(db, 'exposure', exposures);
  await insertRecords(db, 'visit_system', [{ instrument, id: 0, name: 'one-to-one' }]);
  const onSky = exposures.filter(({ can_see_sky }) => can_see_sky);
  // Exposure 11 looks at patch 0, 12 at patch 1 of tract 0, 21 at patch 0 of tract 1, 22 away from the map.
  const centre = (id: number) => ({ 11: 359.5, 12: 0.5, 21: 1.5, 22: 40 })[id]!;
  await insertRecords(
    db,
    'visit',
    onSky.map(({ id, day_obs, physical_filter, timespan }) => ({
      instrument,
      id,
      name: `v${id}`,
      day_obs,
      physical_filter,
      timespan,
      exposure_time: 30.5,
      target_name: id < 20 ? 'A' : 'B',
      region: square(centre(id), 0, 0.4),
    })),
  );
  await insertRecords(
    db,
    'visit_definition',
    onSky.map(({ id }) => ({ instrument, exposure: id, visit: id })),
  );
  await insertRecords(
    db,
    'visit_system_membership',
    onSky.map(({ id }) => ({ instrument, visit_system: 0, visit: id })),
  );
  // Detector 1 has the western, detector 2 the eastern half of the field.
  await insertRecords(
    db,
    'visit_detector_region',
    onSky.flatMap(({ id }) =>
      [1, 2].map((detector) => ({
        instrument,
        visit: id,
        detector,
        region: square(centre(id) + (detector === 1 ? -0.2 : 0.2), 0, 0.19),
      })),
    ),
  );
  const skymap = 'map';
  await insertRecords(db, 'skymap', [{ name: skymap, hash: '00'.repeat(20), tract_max: 2 }]);
  await insertRecords(
    db,
    'tract',
    [0, 1].map((id) => ({ skymap, id, region: square(360 + 2 * id, 0, 0.99) })),
  );
  await insertRecords(
    db,
    'patch',
    [0, 1].flatMap((tract) =>
      [0, 1].map((id) => ({
        skymap,
        tract,
        id,
        cell_x: id,
        cell_y: 0,
        region: square(359.5 + 2 * tract + id, 0, 0.49),
      })),
    ),
  );
  for (const [name, dimensions, isCalibration] of [
    ['raw', ['exposure', 'detector'], false],
    ['calexp', ['visit', 'detector'], false],
    ['bias', ['detector'], true],
    ['flat', ['detector', 'physical_filter'], true],
    ['warp', ['visit', 'patch'], false],
    ['packages', [], false],
  ] as const)
    await db.query(`select butler.register_dataset_type($1, $2, 'StructuredDataDict', $3)`, [
      name,
      dimensions,
      isCalibration,
    ]);
}

/** A dataset id that tells where it came from: number `n`. */
export function idOf(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Imports datasets of these numbers and data IDs into a run, which is made where it does not exist. */
export async function importInto(
  db: TestDatabase,
  run: string,
  datasetType: string,
  dataIds: Readonly<Record<number, DataId>>,
): Promise<void> {
  await db.query(`select butler.register_collection($1, 'RUN')`, [run]);
  const datasets = Object.entries(dataIds).map(([n, data_id]) => ({ id: idOf(Number(n)), data_id }));
  await db.query('select butler.import_datasets($1, $2, $3)', [datasetType, run, JSON.stringify(datasets)]);
}

/** Arguments of a query in SQL, after the first ones. */
export interface Ask {
  readonly where?: string;
  readonly bind?: string;
  readonly data_id?: string;
  readonly datasets?: readonly string[];
  readonly collections?: readonly string[];
  readonly find_first?: boolean;
  readonly order_by?: readonly string[];
  readonly limit?: number;
}

async function call<R extends object>(
  db: TestDatabase,
  name: string,
  given: Readonly<Record<string, unknown>>,
): Promise<R[]> {
  const values: unknown[] = [];
  const list = Object.entries(given).map(([argument, value]) => `"${argument}" => $${values.push(value)}`);
  return db.query<R>(`select * from butler.${name}(${list.join(', ')})`, values);
}

/** Numbers of the datasets found: in order where one is asked for, else ascending. */
export async function datasets(
  db: TestDatabase,
  dataset_type: string,
  collections: readonly string[],
  ask: Ask = {},
): Promise<number[]> {
  const rows = await call<{ id: string }>(db, 'query_datasets', { dataset_type, collections, ...ask });
  const numbers = rows.map(({ id }) => Number.parseInt(id.slice(-12), 16));
  return ask.order_by ? numbers : numbers.sort((a, b) => a - b);
}

/** Data IDs as the values of their dimensions, joined by '/': in order where one is asked for, else sorted. */
export async function dataIds(
  db: TestDatabase,
  dimensions: readonly string[],
  ask: Ask = {},
): Promise<string[]> {
  const rows = await call<{ query_data_ids: object }>(db, 'query_data_ids', { dimensions, ...ask });
  const found = rows.map(({ query_data_ids: dataId }) => Object.values(dataId).join('/'));
  return ask.order_by ? found : found.sort();
}

/** Records, or of each what `of` makes of it. */
export async function records<T = Readonly<Record<string, unknown>>>(
  db: TestDatabase,
  element: string,
  ask: Ask = {},
  of: (record: Readonly<Record<string, unknown>>) => T = (record) => record as T,
): Promise<T[]> {
  const rows = await call<{ query_dimension_records: Record<string, unknown> }>(
    db,
    'query_dimension_records',
    { element, ...ask },
  );
  const found = rows.map(({ query_dimension_records: record }) => of(record));
  return ask.order_by ? found : found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
