/**
 * Two sessions change a registry at once, each without having seen what the other does: whichever commits first, the
 * ObsCore tables are what the registry says in the end.
 */
import test, { type ExecutionContext } from 'ava';
import type pg from 'pg';
import { pidOf } from '../butler/dataset_support.ts';
import type { TestDatabase } from '../support/database.ts';
import { create, differences, insertCalexps, insertRaws, square, surveyRegistry } from './survey_support.ts';

type Act = (session: pg.Client) => Promise<unknown>;

const sql =
  (statement: string, values: unknown[] = []): Act =>
  (session) =>
    session.query(statement, values);

const first = (run: string, type: string) => `
  array(select t.dataset_id from r.dataset_tags_${type === 'raw' ? '00000001' : '00000002'} t
        join r.collection c on c.collection_id = t.collection_id where c.name = '${run}' and coalesce((to_json(t) ->> 'visit')::int8, 1) = 1 order by detector)`;

/** Changes that meet each other in the datasets of visit 1 and exposure 3, and in the chain. */
const changes: Readonly<Record<string, Act>> = {
  'insert into b': (session) => insertCalexps(session, 'runs/b', 2),
  'insert into c': (session) => insertCalexps(session, 'runs/c', 2),
  'insert into a, which is in no chain': (session) => insertCalexps(session, 'runs/a', 2),
  'insert where there is no region yet': (session) => insertCalexps(session, 'runs/b', 9),
  'insert raws': (session) => insertRaws(session, 3),
  'remove from c': sql(`select butler.remove_datasets(${first('runs/c', 'calexp')})`),
  'remove from b': sql(`select butler.remove_datasets(${first('runs/b', 'calexp')})`),
  'remove raws': sql(`select butler.remove_datasets(${first('raw/all', 'raw')})`),
  'delete run c': sql(
    `with unlinked as (delete from r.collection_chain where child = (select collection_id from r.collection where name = 'runs/c'))
     select 1; delete from r.collection where name = 'runs/c'`,
  ),
  'tag those of a': sql(`select butler.associate('best', (${first('runs/a', 'calexp')})[3:4])`),
  'untag those of b': sql(`select butler.disassociate('best', ${first('runs/b', 'calexp')})`),
  'prepend a': sql(`select butler.prepend_chain('DR', '{runs/a}')`),
  'unlink b': sql(`select butler.remove_from_chain('DR', '{runs/b}')`),
  'move b to the front': sql(`select butler.prepend_chain('DR', '{runs/b}')`),
  'define the visit': sql(
    `insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 3, 3)`,
  ),
  'undefine visit 1': sql(`delete from r.visit_definition where visit = 1`),
  'store regions': sql(
    `insert into r.visit_detector_region (instrument, visit, detector, region)
     select 'Cam', 9, d, $1 from generate_series(0, 3) d`,
    [square(90, 1)],
  ),
  'change a region': sql(`update r.visit_detector_region set region = $1 where visit = 1 and detector = 1`, [
    square(200, 20),
  ]),
  'change a region of what only a has': sql(
    `update r.visit_detector_region set region = $1 where visit = 4`,
    [square(300, 30)],
  ),
  'delete a region': sql(`delete from r.visit_detector_region where visit = 1 and detector = 1`),
  'change exposures': sql(`update r.exposure set target_name = 'M31'`),
  'change visits': sql(`update r.visit set target_name = 'M33'`),
  'change a filter': sql(`update r.physical_filter set band = case band when 'g' then 'z' else 'g' end`),
};

/** Makes the registry what it is before each pair of changes, row by row where it is not. */
async function reset(db: TestDatabase): Promise<void> {
  const id = (name: string) => `(select collection_id from r.collection where name = '${name}')`;
  await db.query(`
    delete from r.dataset;
    select butler.register_collection('runs/c') where not exists (select from r.collection where name = 'runs/c');
    insert into r.collection_summary_dataset_type
      select c.collection_id, t.id from r.collection c, r.dataset_type t where c.type < 3 on conflict do nothing;
    insert into r.collection_summary_instrument select collection_id, 'Cam' from r.collection on conflict do nothing;
    delete from r.collection_chain
    where array(select child from r.collection_chain order by position) <> array[${['runs/c', 'runs/b', 'raw/all'].map(id).join(', ')}];
    insert into r.collection_chain (parent, position, child)
      values (${id('DR')}, 0, ${id('runs/c')}), (${id('DR')}, 1, ${id('runs/b')}), (${id('DR')}, 2, ${id('raw/all')})
      on conflict do nothing;
    delete from r.visit_definition where exposure = 3;
    insert into r.visit_definition (instrument, exposure, visit) values ('Cam', 1, 1) on conflict do nothing;
    delete from r.visit_detector_region where visit = 9;
    insert into r.visit_detector_region (instrument, visit, detector, region) values ('Cam', 1, 1, '${square(11, 1)}')
      on conflict (instrument, visit, detector) do update set region = excluded.region
      where r.visit_detector_region.region <> excluded.region;
    update r.visit_detector_region set region = '${square(40, 1)}' where visit = 4 and region <> '${square(40, 1)}';
    update r.physical_filter set band = left(name, 1) where band <> left(name, 1);
    update r.exposure set target_name = 'field' || id where target_name <> 'field' || id;
    update r.visit set target_name = 'field' || id where target_name <> 'field' || id;
    create temp table given as
      select gen_random_uuid() as id, collection_id, name, d as detector, 1 as visit
      from r.collection, generate_series(0, 3) d where name in ('runs/a', 'runs/b', 'runs/c', 'raw/all')
      union all
      select gen_random_uuid(), collection_id, name, 1, 4 from r.collection where name = 'runs/a';
    insert into r.dataset select g.id, case g.name when 'raw/all' then 1 else 2 end, 0, g.collection_id from given g;
    insert into r.dataset_tags_00000001 (dataset_type_id, dataset_id, collection_id, instrument, detector, exposure)
      select 1, g.id, g.collection_id, 'Cam', g.detector, 1 from given g where g.name = 'raw/all';
    insert into r.dataset_tags_00000002 (dataset_type_id, dataset_id, collection_id, instrument, detector, visit)
      select 2, g.id, g.collection_id, 'Cam', g.detector, g.visit from given g where g.name <> 'raw/all'
      union all select 2, g.id, ${id('best')}, 'Cam', g.detector, g.visit from given g where g.name = 'runs/b' and g.detector < 2;
    drop table given`);
}

/** Whether an act is done, or waits for a lock. */
async function doneOrBlocked(db: TestDatabase, pid: number, acting: Promise<unknown>): Promise<boolean> {
  let done = false;
  const watched = acting.finally(() => {
    done = true;
  });
  watched.catch(() => {});
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (done) return true;
    const rows = await db.query('select from unnest(pg_blocking_pids($1)) b', [pid]);
    if (rows.length > 0) return false;
  }
}

/** The codes of the errors that the two sessions ended in. */
async function race(
  db: TestDatabase,
  [one, two]: readonly [pg.Client, pg.Client],
  [act, other]: readonly [Act, Act],
  isolation: string,
): Promise<string[]> {
  const [pid, otherPid] = [await pidOf(one), await pidOf(two)];
  // Both have begun before either does anything.
  for (const session of [one, two]) {
    await session.query(`begin isolation level ${isolation}`);
    await session.query('select from r.collection');
  }
  const codes: string[] = [];
  const end = async (session: pg.Client, acting: Promise<unknown>) => {
    try {
      await acting;
      await session.query('commit');
    } catch (error) {
      codes.push((error as pg.DatabaseError).code ?? String(error));
      await session.query('rollback');
    }
  };
  const acted = act(one);
  await acted.catch(() => {});
  const acting = (async () => {
    await other(two);
    await two.query('set constraints all immediate');
  })();
  await doneOrBlocked(db, otherPid, acting);
  const ending = end(one, acted);
  await doneOrBlocked(db, pid, ending);
  await end(two, acting);
  await ending;
  return codes;
}

async function allPairs(t: ExecutionContext, isolation: string, allowed: ReadonlySet<string>) {
  await using db = await surveyRegistry();
  await db.query(`delete from r.visit_definition where exposure = 3`);
  await create(db.client, { collections: ['best', 'DR'] });
  await create(db.client, { table_name: 'runs', collection_type: 'RUN', collections: [] });
  const sessions = [await db.connect(), await db.connect()] as const;
  const wrong: unknown[] = [];
  for (const [name, act] of Object.entries(changes))
    for (const [otherName, other] of Object.entries(changes)) {
      await reset(db);
      if (process.env.PAIRS) console.log(new Date().toISOString(), name, '|', otherName);
      const codes = await race(db, sessions, [act, other], isolation);
      const found = [...(await differences(db.client)), ...(await differences(db.client, 'runs'))];
      if (found.length > 0) wrong.push({ name, otherName, codes, found: found.slice(0, 2) });
      else if (codes.some((code) => !allowed.has(code))) wrong.push({ name, otherName, codes });
      if (found.length > 0)
        await db.query(`select obscore.verify('obscore', true), obscore.verify('runs', true)`);
    }
  t.deepEqual(wrong, []);
}

/** Another session was there first: the same dataset, or the collection is gone. */
const conflicts = ['BR001', 'BR005', 'BR007', 'BR016', '23503', '23505'];

test('any two changes of READ COMMITTED', (t) => allPairs(t, 'read committed', new Set(conflicts)));

/** Fails: an edit of chains and an insert that would not see it wait for each other, too (40P01). */
test('any two changes of REPEATABLE READ, one of which may fail', (t) =>
  allPairs(t, 'repeatable read', new Set([...conflicts, '40001', '40P01'])));
