/** What tests of records share: a registry with a small survey, and calls that pass JSON as text, ids unharmed. */
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { registry } from './collection_support.ts';

type Session = Pick<pg.Client, 'query'>;

/** JSON as text: given as such where JavaScript's numbers would change it. */
export type JsonText = string | object;

const text = (json: JsonText): string => (typeof json === 'string' ? json : JSON.stringify(json));

/** @returns how many records were written */
export async function insert(
  session: Session,
  element: string,
  records: JsonText,
  onConflict = 'error',
): Promise<number> {
  const { rows } = await session.query<{ written: number }>(
    'select butler.insert_dimension_records($1, $2::json, $3)::int as written',
    [element, text(records), onConflict],
  );
  return rows[0].written;
}

/** @returns what the function gives, as text without spaces */
export async function sync(
  session: Session,
  element: string,
  record: JsonText,
  update = false,
): Promise<string> {
  const { rows } = await session.query<{ result: string }>(
    'select butler.sync_dimension_record($1, $2::json, $3)::text as result',
    [element, text(record), update],
  );
  return rows[0].result.replaceAll(' ', '');
}

export interface Expanded {
  readonly data_id: string;
  readonly timespan: string | null;
  readonly region: string | null;
}

/** @returns the data ID as text without spaces */
export async function expand(session: Session, dataId: JsonText): Promise<Expanded> {
  const { rows } = await session.query<Expanded>(
    `select replace(data_id::text, ' ', '') as data_id, timespan::text as timespan, region
     from butler.expand_data_id($1::json)`,
    [text(dataId)],
  );
  return rows[0];
}

export const square = (ra: number, dec: number, side: number) => ({
  polygon_lonlat_deg: [
    [ra, dec],
    [ra + side, dec],
    [ra + side, dec + side],
    [ra, dec + side],
  ],
  hull: true,
});

/** An instrument Cam with detectors 1 (S29) and 2 (57), filters g1 and r1, a night, exposures 10 and 11, visit 10. */
export async function survey(): Promise<TestDatabase> {
  const db = await registry();
  const cam = (fields: object) => ({ instrument: 'Cam', ...fields });
  const exposure = (id: number, minute: number) =>
    cam({
      id,
      obs_id: `obs${id}`,
      day_obs: 20190401,
      group: `${id}`,
      physical_filter: 'g1',
      exposure_time: 30.5,
      target_name: 'field',
      tracking_ra: null,
      timespan: { begin: `2019-04-02T00:${minute}:00`, end: `2019-04-02T00:${minute}:30.5` },
    });
  await insert(db.client, 'instrument', { name: 'Cam', detector_max: 100, class_name: 'x.Cam' });
  await insert(db.client, 'detector', [
    cam({ id: 1, full_name: 'S29', purpose: 'SCIENCE' }),
    cam({ id: 2, full_name: '57', purpose: 'SCIENCE' }),
  ]);
  await insert(db.client, 'physical_filter', [
    cam({ name: 'g1', band: 'g' }),
    cam({ name: 'r1', band: 'r' }),
  ]);
  await insert(
    db.client,
    'day_obs',
    cam({ id: 20190401, timespan: '[1554120000000000000,1554206400000000000)' }),
  );
  await insert(db.client, 'group', [cam({ name: '10' }), cam({ name: '11' })]);
  await insert(db.client, 'exposure', [exposure(10, 10), exposure(11, 11)]);
  await insert(
    db.client,
    'visit',
    cam({
      id: 10,
      name: 'v10',
      day_obs: 20190401,
      physical_filter: 'g1',
      region: square(10, 10, 1),
      timespan: { begin: '2019-04-02T00:10:00', end: '2019-04-02T00:10:30.5' },
    }),
  );
  await insert(
    db.client,
    'visit_detector_region',
    cam({ visit: 10, detector: 1, region: square(10, 10, 0.2) }),
  );
  await insert(db.client, 'visit_definition', cam({ exposure: 10, visit: 10 }));
  return db;
}
