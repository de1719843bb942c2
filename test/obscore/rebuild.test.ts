/** Rebuilding: readers and writers go on, what is there is carried over, and a rebuild that fails leaves all as it was. */
import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type pg from 'pg';
import { edit, fails, register } from '../butler/collection_support.ts';
import { pidOf, untilBlocked } from '../butler/dataset_support.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  config,
  create,
  detectors,
  insertCalexps,
  insertRaws,
  isTrue,
  shown,
  surveyRegistry,
} from './survey_support.ts';

const rebuild = async (
  session: Pick<pg.Client, 'query'>,
  options?: Record<string, unknown>,
  table = 'obscore',
) => {
  const { rows } = await session.query<{ n: number }>('select obscore.rebuild($1, $2::json)::int as n', [
    table,
    options ? JSON.stringify(config(options)) : null,
  ]);
  return rows[0].n;
};

/** A registry with more visits than the survey has, so that a rebuild takes a while. */
async function manyVisits(visits: number): Promise<TestDatabase> {
  const db = await surveyRegistry();
  await db.query(`
    insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id, exposure_time, target_name, timespan)
      select 'Cam', n, 20190401, 'all', 'g1', 'e' || n, 30, 'field' || n, int8range(1554076800000000000 + n, 1554076830000000000 + n)
      from generate_series(11, ${visits}) n;
    insert into r.visit (instrument, id, day_obs, physical_filter, name, exposure_time, target_name, timespan, region)
      select e.instrument, e.id, e.day_obs, e.physical_filter, 'v' || e.id, e.exposure_time, e.target_name, e.timespan, v.region
      from r.exposure e join r.visit v on v.id = 1 + e.id % 10 where e.id > 10;
    insert into r.visit_definition (instrument, exposure, visit) select instrument, id, id from r.exposure where id > 10;
    insert into r.visit_detector_region (instrument, visit, detector, region)
      select 'Cam', v.id, d.detector, d.region
      from r.visit v join r.visit_detector_region d on d.visit = 1 + v.id % 10 where v.id > 10;
  `);
  return db;
}

/** Readers in a loop, each of which must see whole visits, and no fewer than before. */
class Readers {
  private stopped = false;
  private readonly loops: readonly Promise<void>[];
  reads = 0;

  private readonly t: ExecutionContext;

  constructor(t: ExecutionContext, sessions: readonly pg.Client[], queries: readonly string[]) {
    this.t = t;
    this.loops = sessions.map((session, i) => this.loop(session, queries[i % queries.length]!));
    for (const loop of this.loops) loop.catch(() => {});
  }

  private async loop(session: pg.Client, query: string): Promise<void> {
    let least = 1;
    while (!this.stopped) {
      const { rows } = await session.query<{ n: number; torn: number; doubled: number }>(query);
      const { n, torn, doubled } = rows[0];
      if (n < least || torn > 0 || doubled > 0)
        this.t.fail(`${query}: ${JSON.stringify(rows[0])} after ${least}`);
      least = n;
      this.reads++;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
    this.t.true(this.reads > 10, `${this.reads} reads`);
  }
}

/** How many rows there are, visits that are not whole, and datasets that are there twice. */
const whole = (table: string) => `
  select coalesce(sum(n), 0)::int as n, count(*) filter (where n <> ${detectors})::int as torn,
         coalesce(sum(n - ids), 0)::int as doubled
  from (select split_part(obs_id, '-', 1), dataproduct_subtype, count(*) as n, count(distinct obs_id) as ids
        from ${table} group by 1, 2) x`;

for (const mode of ['live', 'manual', 'matview'])
  test(`no reader ever sees an empty or half-built table while it is rebuilt, refreshed and written: ${mode}`, async (t) => {
    await using db = await manyVisits(200);
    await insertCalexps(db.client, 'runs/b', ...Array.from({ length: 50 }, (_, i) => i + 1));
    await create(db.client, {}, mode);
    await db.query(`
      create view public.mine as select obs_id, dataproduct_subtype from r.obscore;
      create view public.mine_all as select * from r.obscore;
      create function public.counted() returns table (n int, torn int, doubled int) language plpgsql volatile as $$
        #variable_conflict use_column
        begin return query ${whole('r.obscore')}; end $$`);
    const sessions = await Promise.all([1, 2, 3, 4].map(() => db.connect()));
    const readers = new Readers(t, sessions, [
      whole('r.obscore'),
      whole('public.mine'),
      'select * from public.counted()',
      whole('ivoa.obscore').replaceAll('dataproduct_subtype', 'calib_level'),
    ]);
    const writer = await db.connect();
    let written = 50;
    let done = false;
    const writing = (async () => {
      while (!done && written < 200) {
        written++;
        await insertCalexps(writer, 'runs/b', written);
        if (written % 10 === 0) await insertRaws(writer, written);
      }
    })();
    const refresher = await db.connect();
    const refreshing = (async () => {
      while (!done) await refresher.query('select obscore.refresh()');
    })();
    try {
      for (let i = 0; i < 6; i++)
        await rebuild(db.client, i % 2 === 0 ? undefined : { facility_name: `Observatory ${i}` });
      // Columns of a view cannot be taken away.
      await fails(t, rebuild(db.client, { extra_columns: {} }), 'ObsCoreStateError');
      await db.query('drop view public.mine_all');
      await rebuild(db.client, { extra_columns: { lsst_run: { template: '{run}' }, added: true } });
    } finally {
      done = true;
      await Promise.all([writing, refreshing, readers.stop()]);
    }
    t.true(written > 50);
    if (mode !== 'live') await db.query('select obscore.refresh()');
    await isTrue(t, db.client);
    t.deepEqual(await db.query('select count(*)::int as n from r.almagest_obscore_pending'), [{ n: 0 }]);
  });

test('a rebuild whose backend is killed leaves the table as it was, and upkeep goes on', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await create(db.client);
  const before = await shown(db.client);
  const catalog = () =>
    db.query(`select relname, relkind from pg_class where relnamespace = 'r'::regnamespace order by 1, 2`);
  const relations = await catalog();
  // A reader's lock keeps the swap waiting.
  const reader = await db.connect();
  await reader.query('begin');
  await reader.query('select from r.obscore limit 1');
  const builder = await db.connect();
  const pid = await pidOf(builder);
  const failure = t.throwsAsync(rebuild(builder, { facility_name: 'Elsewhere' }));
  await untilBlocked(db.client, pid);
  await insertCalexps(db.client, 'runs/b', 3);
  t.is((await db.query('select from r.almagest_obscore_pending')).length, detectors);
  await db.query('select pg_terminate_backend($1)', [pid]);
  await failure;
  await reader.query('commit');
  t.deepEqual(await catalog(), relations);
  t.is((await shown(db.client)).length, before.length + detectors);
  await insertCalexps(db.client, 'runs/c', 1);
  await isTrue(t, db.client);
  t.deepEqual(await db.query('select distinct facility_name from r.obscore'), [
    { facility_name: 'Test Observatory' },
  ]);
  t.is(await rebuild(db.client), 3 * detectors);
  await isTrue(t, db.client);
});

test('a reader with the table in its transaction holds up the swap, and nobody else', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  const [reader, builder, other] = [await db.connect(), await db.connect(), await db.connect()];
  const pid = await pidOf(builder);
  await reader.query('begin');
  await reader.query('select from r.obscore');
  let swapped = false;
  const rebuilding = rebuild(builder).then((n) => {
    swapped = true;
    return n;
  });
  await untilBlocked(db.client, pid);
  for (let visit = 2; visit <= 6; visit++) {
    await insertCalexps(other, 'runs/b', visit);
    t.is((await db.query('select from r.obscore')).length, visit * detectors);
  }
  t.false(swapped);
  await reader.query('commit');
  t.is(await rebuilding, 6 * detectors);
  await isTrue(t, db.client);
});

test('a writer that does not end holds up the rebuild, and is in its rows', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  // The first dataset of a run is noted in its summary, for which a second writer would wait.
  await insertCalexps(db.client, 'runs/b', 9);
  const [writer, builder] = [await db.connect(), await db.connect()];
  const pid = await pidOf(builder);
  await writer.query('begin');
  await insertCalexps(writer, 'runs/b', 1);
  const rebuilding = rebuild(builder);
  await untilBlocked(db.client, pid);
  await insertCalexps(db.client, 'runs/b', 2);
  t.is((await db.query('select from r.obscore')).length, 2 * detectors);
  await insertCalexps(writer, 'runs/b', 3);
  await writer.query('commit');
  t.is(await rebuilding, 4 * detectors);
  await isTrue(t, db.client);
});

test('of two rebuilds at once the second begins when the first is done', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  const [one, two, writer] = [await db.connect(), await db.connect(), await db.connect()];
  const results = await Promise.all([
    rebuild(one, { facility_name: 'One' }),
    rebuild(two, { facility_name: 'Two' }),
    insertCalexps(writer, 'runs/b', 2),
  ]);
  t.is(results[2].length, detectors);
  t.is((await db.query('select distinct facility_name from r.obscore')).length, 1);
  await isTrue(t, db.client);
});

test('a table gets other columns, other collections and other dataset types', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  for (const run of ['runs/a', 'runs/b', 'runs/c']) await insertCalexps(db.client, run, 1, 2);
  const { raw, calexp } = config().dataset_types as Record<string, object>;
  t.is(await create(db.client, { dataset_types: { raw }, extra_columns: { gone: 1, kept: 'x' } }), 4);
  t.is(
    await rebuild(db.client, {
      collections: ['runs/a', 'DR'],
      dataset_types: { calexp },
      extra_columns: { lsst_run: { template: '{run}' }, kept: 'y' },
      indices: { run: 'lsst_run' },
    }),
    8,
  );
  t.deepEqual(await db.query('select distinct lsst_run, kept from r.obscore'), [
    { lsst_run: 'runs/a', kept: 'y' },
  ]);
  await isTrue(t, db.client);
  await insertRaws(db.client, 2);
  await insertCalexps(db.client, 'runs/a', 3);
  await insertCalexps(db.client, 'runs/c', 3);
  t.is((await shown(db.client)).filter((row) => row.endsWith('runs/a')).length, 12);
  t.is((await shown(db.client)).length, 12);
  await isTrue(t, db.client);
  t.deepEqual(
    await db.query(
      `select indexname from pg_indexes where schemaname = 'r' and tablename = 'obscore' order by 1`,
    ),
    ['obscore_idx_footprint', 'obscore_idx_lsst_run', 'obscore_pkey'].map((indexname) => ({ indexname })),
  );
  t.deepEqual(await db.query(`select proname from pg_proc where proname ~ 'apply_almagest_new'`), []);
});

test('what is written to collections and types that only the new configuration has is not lost', async (t) => {
  await using db = await surveyRegistry();
  const { raw, calexp } = config().dataset_types as Record<string, object>;
  await create(db.client, { collections: ['raw/all'], dataset_types: { raw } });
  const [reader, builder] = [await db.connect(), await db.connect()];
  const pid = await pidOf(builder);
  await reader.query('begin');
  await reader.query('select from r.obscore');
  const rebuilding = rebuild(builder, { collections: ['DR'], dataset_types: { raw, calexp } });
  await untilBlocked(db.client, pid);
  await insertCalexps(db.client, 'runs/b', 1);
  await insertRaws(db.client, 2);
  await insertCalexps(db.client, 'runs/a', 2, 3);
  await edit(db.client, 'prepend_chain', 'DR', ['runs/a']);
  await db.query('delete from r.visit_detector_region where visit = 3');
  await reader.query('commit');
  t.is(await rebuilding, 4 * detectors);
  await isTrue(t, db.client);
});

test('a dataset type that is registered during a rebuild is shown', async (t) => {
  await using db = await surveyRegistry();
  const types = config().dataset_types as object;
  const late = { dataproduct_type: 'image', calib_level: 3, obs_id_fmt: 'late {visit}' };
  await create(db.client, { dataset_types: { ...types, late }, extra_columns: {} });
  const [reader, builder] = [await db.connect(), await db.connect()];
  const pid = await pidOf(builder);
  await reader.query('begin');
  await reader.query('select from r.obscore');
  const rebuilding = rebuild(builder);
  await untilBlocked(db.client, pid);
  await db.query(`select butler.register_dataset_type('late', '{visit}', 'ExposureF');
                  select butler.insert_datasets('late', 'runs/b', '[{"instrument": "Cam", "visit": 4}]')`);
  await reader.query('commit');
  t.is(await rebuilding, 1);
  await isTrue(t, db.client);
});

test('views, rights, owner, options, indexes, constraints, triggers and statistics are carried over', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  const role = `"Ünï""${randomUUID()}"`;
  await db.query(`
    create role ${role};
    grant ${role} to almagest_reader;
    grant select, references on r.obscore to ${role} with grant option;
    grant update (obs_id) on r.obscore to public;
    revoke select on r.obscore from almagest_reader;
    alter table r.obscore owner to almagest_owner;
    alter table r.obscore set (fillfactor = 70, autovacuum_enabled = false);
    create unique index "my ""index" on r.obscore (lower(obs_id), calib_level desc) where obs_id <> 'x y';
    alter table r.obscore add constraint sane check (calib_level >= 0);
    create statistics r.together on calib_level, s_ra from r.obscore;
    create function r.noted() returns trigger language plpgsql as 'begin return null; end';
    create trigger noted after insert on r.obscore for each statement execute function r.noted();
    alter table r.obscore disable trigger noted;
    create view public.plain as select obs_id, s_ra from r.obscore where s_dec > 0;
    create view public.above with (security_barrier, check_option = local) as select * from public.plain;
    create view public.all_columns with (security_invoker = true) as select o.*, o.s_ra + 1 as more from r.obscore o;
    comment on view public.plain is 'mine';
    grant select on public.plain to ${role};
  `);
  const facts = async () => [
    await db.query(`select pg_get_userbyid(relowner) as owner, relacl::text as acl, reloptions::text as options
                    from pg_class where oid = 'r.obscore'::regclass`),
    await db.query(
      `select attname, attacl::text from pg_attribute where attrelid = 'r.obscore'::regclass and attacl is not null`,
    ),
    await db.query(
      `select indexdef from pg_indexes where schemaname = 'r' and tablename = 'obscore' order by indexname`,
    ),
    await db.query(
      `select conname, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = 'r.obscore'::regclass order by 1`,
    ),
    await db.query(
      `select pg_get_statisticsobjdef(oid) as definition from pg_statistic_ext where stxname = 'together'`,
    ),
    await db.query(
      `select tgname, tgenabled, pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = 'r.obscore'::regclass and not tgisinternal`,
    ),
    await db.query(`select relname, pg_get_viewdef(oid) as definition, reloptions::text as options, relacl::text as acl, obj_description(oid) as comment
                    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' order by 1`),
    await db.query('select to_jsonb(x) as row from public.above x order by 1'),
    await db.query(
      `select a.attname, col_description(a.attrelid, a.attnum) as comment from pg_attribute a where attrelid = 'r.obscore'::regclass and attnum > 0 order by attnum`,
    ),
  ];
  const before = await facts();
  const [{ oid }] = await db.query<{ oid: number }>(`select 'r.obscore'::regclass::oid as oid`);
  await rebuild(db.client);
  t.notDeepEqual(await db.query(`select 'r.obscore'::regclass::oid as oid`), [{ oid }]);
  t.deepEqual(await facts(), before);
  t.deepEqual(await db.query(`select relname from pg_class where relname ~ 'almagest_(new|old)'`), []);
  await db.query(`drop owned by ${role}; drop role ${role}`);
});

test('what cannot be carried over is named, and nothing is done', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  const refused = async (make: string, unmake: string, name: RegExp) => {
    await db.query(make);
    const error = await fails(t, rebuild(db.client), 'ObsCoreStateError');
    t.regex(`${error.message} ${error.detail}`, name);
    await db.query(unmake);
  };
  await refused(
    'create materialized view public.m as select obs_id from r.obscore',
    'drop materialized view public.m',
    /public\.m/,
  );
  await refused('create table public.f (id uuid references r.obscore)', 'drop table public.f', /f_id_fkey/);
  await refused(
    'create function public.g(r.obscore) returns int return 1',
    'drop function public.g',
    /public\.g/,
  );
  await refused(
    'create function public.h() returns bigint begin atomic select count(*) from r.obscore; end',
    'drop function public.h',
    /public\.h/,
  );
  await refused('create policy p on r.obscore using (true)', 'drop policy p on r.obscore', /policy p/);
  await refused(
    'create rule q as on delete to r.obscore do instead nothing',
    'drop rule q on r.obscore',
    /rule q/,
  );
  await db.query('create view public.mine as select lsst_run from r.obscore');
  const error = await fails(t, rebuild(db.client, { extra_columns: {} }), 'ObsCoreStateError');
  t.regex(error.message, /public\.mine/);
  await isTrue(t, db.client);
  t.is(await rebuild(db.client), detectors);
});

test('a rebuild refuses another name, missing collections, mistakes and transactions that see no others', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await fails(t, rebuild(db.client, {}, 'nothing'), 'MissingObsCoreTableError');
  await fails(t, rebuild(db.client, { table_name: 'other' }), 'ObsCoreConfigError');
  await fails(t, rebuild(db.client, { collections: ['nowhere'] }), 'MissingCollectionError');
  await fails(t, rebuild(db.client, { facility_name: 3 }), 'ObsCoreConfigError');
  await db.query('begin isolation level repeatable read');
  await fails(t, rebuild(db.client), 'ObsCoreStateError');
  await db.query('rollback');
  await register(db.client, 'RUN', 'late');
  await isTrue(t, db.client);
});

test('errors keep the time at which they were noticed', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await db.query('delete from r.visit_detector_region where visit = 1 and detector = 0');
  await db.query(`update obscore.error set since = '2020-01-01'`);
  await rebuild(db.client);
  t.deepEqual(
    await db.query(`select table_name, column_name, since = '2020-01-01' as kept from obscore.error`),
    [{ table_name: 'obscore', column_name: 's_region', kept: true }],
  );
});

test('a transaction that rebuilds and writes sees both', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client);
  await db.query('begin');
  await insertCalexps(db.client, 'runs/b', 1);
  t.is(await rebuild(db.client), detectors);
  await insertCalexps(db.client, 'runs/b', 2);
  t.is(await rebuild(db.client, { facility_name: 'Elsewhere' }), 2 * detectors);
  await db.query('commit');
  await isTrue(t, db.client);
});
