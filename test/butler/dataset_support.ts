/** What tests of datasets share: a registry with a camera, exposures, dataset types and collections of every type. */
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { registry } from './collection_support.ts';

/** Beyond 2^53: a JavaScript number would end in …992. */
export const bigExposure = '9007199254740993';

/** Runs run1 to run3, tags t and t2, calibrations c and c2, a chain; types raw, bias, flat (calibrations both), packages. */
export async function datasetRegistry(): Promise<TestDatabase> {
  const db = await registry();
  await db.query(`
    select butler.insert_dimension_records('instrument', '[{"name": "Cam"}, {"name": "Ünï''c\\"am"}]');
    insert into r.physical_filter (instrument, name, band) values ('Cam', 'g1', 'g'), ('Cam', 'r1', 'r');
    insert into r.day_obs (instrument, id) values ('Cam', 20190401);
    insert into r."group" (instrument, name) values ('Cam', 'all');
    insert into r.detector (instrument, id, full_name)
      select 'Cam', n, 'S' || n from generate_series(0, 60) n;
    insert into r.detector (instrument, id, full_name) values ('Ünï''c"am', 1, 'first');
    insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id)
      select 'Cam', n, 20190401, 'all', 'g1', 'e' || n
      from (select generate_series(1, 500) union all select ${bigExposure}) e (n);
    select butler.register_collection('run' || n) from generate_series(1, 3) n;
    select butler.register_collection(name, 'TAGGED') from unnest('{t,t2}'::text[]) name;
    select butler.register_collection(name, 'CALIBRATION') from unnest('{c,c2}'::text[]) name;
    select butler.register_collection('chain', 'CHAINED');
    select butler.register_dataset_type('raw', '{exposure,detector}', 'StructuredDataDict');
    select butler.register_dataset_type('bias', '{detector}', 'StructuredDataDict', true);
    select butler.register_dataset_type('flat', '{detector,physical_filter}', 'StructuredDataDict', true);
    select butler.register_dataset_type('packages', '{}', 'StructuredDataDict');
  `);
  return db;
}

type Session = Pick<pg.Client, 'query'>;

export const detector = (...numbers: number[]) =>
  numbers.map((number) => ({ instrument: 'Cam', detector: number }));

/** Ids of new datasets, one for each data ID. */
export async function insert(
  session: Session,
  type: string,
  run: string,
  dataIds: readonly object[] | string,
  mode = 'UNIQUE',
): Promise<string[]> {
  const { rows } = await session.query<{ id: string }>(
    'select id from butler.insert_datasets($1, $2, $3, $4) with ordinality as i (id, place) order by place',
    [type, run, typeof dataIds === 'string' ? dataIds : JSON.stringify(dataIds), mode],
  );
  return rows.map(({ id }) => id);
}

/** What a collection holds of a type: data IDs as text with their ids, ordered, and timespans of calibrations. */
export async function held(session: Session, type: string, collection: string): Promise<string[]> {
  const { rows } = await session.query<{ line: string }>(
    `select concat_ws(' ', a.data_id::text, a.id, a.timespan) as line
     from butler.query_associations($1, array[$2]) a order by 1`,
    [type, collection],
  );
  return rows.map(({ line }) => line);
}

/** Validity in a calibration collection: `detector: [begin,end)` for each range, ordered. */
export async function validity(session: Session, collection: string, type = 'bias'): Promise<string[]> {
  const { rows } = await session.query<{ line: string }>(
    `select format('%s: %s', a.data_id ->> 'detector', a.timespan) as line
     from butler.query_associations($1, array[$2]) a
     order by (a.data_id ->> 'detector')::int8, a.timespan, a.id`,
    [type, collection],
  );
  return rows.map(({ line }) => line);
}

/** Rows of every table that operations on datasets write. */
export async function everything(session: Session): Promise<unknown> {
  const { rows } = await session.query(`
    select 'dataset' as what, d::text as row from r.dataset d
    union all select 'raw', t::text from r.dataset_tags_00000001 t
    union all select 'bias', t::text from r.dataset_tags_00000002 t
    union all select 'calibs', t::text from r.dataset_calibs_00000002 t
    union all select 'types', t::text from r.collection_summary_dataset_type t
    union all select 'instruments', t::text from r.collection_summary_instrument t
    order by 1, 2`);
  return rows;
}

/** Waits until a session waits for a lock, so that the order of events in a test is certain. */
export async function untilBlocked(session: Session, pid: number): Promise<void> {
  for (;;) {
    const { rows } = await session.query('select 1 where cardinality(pg_blocking_pids($1)) > 0', [pid]);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function pidOf(session: Session): Promise<number> {
  return (await session.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0].pid;
}
