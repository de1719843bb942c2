/** Plans of reads: an index is searched for each id and each range of pixels, whatever the planner knows. */
import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { insertQuery } from './rows_support.ts';

/** 20,000 objects over a band of the sky with five versions, and five sources and forced sources, each. */
async function fill(db: TestDatabase): Promise<void> {
  await db.query(
    `create temporary table place as
     select p.*
     from (
       select array_agg(g order by g) as ids, array_agg(g % 2000 * 0.01 order by g) as ras,
         array_agg(g / 2000 * 0.1 - 0.5 order by g) as decls
       from generate_series(1, 20000) as g
     ) as a
     cross join lateral unnest(a.ids, a.ras, a.decls, sky.htm_ids(a.ras::float8[]::plv8_float8array,
       a.decls::float8[]::plv8_float8array, 20)) as p (id, ra, decl, pixel)`,
  );
  const versions = 'from place cross join generate_series(0, 4) as v';
  const common = 'id as "diaObjectId", ra, decl as dec';
  await insertQuery(
    db,
    'DiaObject',
    `select ${common}, pixel as "pixelId", 60000.0 + v as "validityStartMjdTai",
       case when v < 4 then 60001.0 + v end as "validityEndMjdTai" ${versions}`,
  );
  await insertQuery(
    db,
    'DiaSource',
    `select ${common}, pixel as "pixelId", id * 10 + v as "diaSourceId", v as visit, 60000.0 + v as "midpointMjdTai" ${versions}`,
  );
  await insertQuery(
    db,
    'DiaForcedSource',
    `select ${common}, v as visit, 60000.0 + v as "midpointMjdTai" ${versions}`,
  );
}

const region = 'CIRCLE 5 0 0.3';

/** Calls in the ways in which people write them, each with the reader's name. */
const calls = [
  `select count(*) from survey.get_dia_objects('${region}')`,
  `select count(*) from (values ('${region}'), ('CIRCLE 7 0 0.1')) as v (region), survey.get_dia_objects(v.region)`,
  `select count(*) from survey.get_dia_sources(60010, '${region}')`,
  `select count(*) from survey.get_dia_sources(60010, dia_object_ids => '{7, 8, 19000}')`,
  `select count(*) from survey.get_dia_sources(60010, dia_object_ids => array(select g::int8 from generate_series(1, 3000) g))`,
  `select count(*) from survey.get_dia_sources(60010, dia_object_ids => array(select "diaObjectId" from survey.get_dia_objects('${region}')))`,
  `select count(*) from survey.get_dia_sources_for_dia_objects('{7, 8}', 60001)`,
  `select count(*) from survey.get_dia_forced_sources(60010, '{7, 8, 19000}')`,
  `select count(*) from survey.get_dia_forced_sources(60010, region => '${region}')`,
];

/** How often tables of the APDB were read from end to end in this transaction. */
const scans = `
  select coalesce(sum(seq_scan), 0)::int as whole, sum(idx_scan)::int as indexed
  from pg_stat_xact_user_tables where schemaname = 'survey' and relname like 'Dia%'`;

async function scansOf(db: TestDatabase, run: () => Promise<unknown>) {
  await db.query('begin');
  const [before] = await db.query<{ whole: number; indexed: number }>(scans);
  await run();
  const [after] = await db.query<{ whole: number; indexed: number }>(scans);
  await db.query('commit');
  return { whole: after.whole - before.whole, indexed: after.indexed > before.indexed };
}

for (const index of ['baseline', 'pix_id_iov', 'last_object_table'])
  test(`no read scans a table, with and without statistics, in ${index}`, async (t) => {
    await using db = await database();
    await db.query(`select apdb.create('survey', json_build_object('dia_object_index', $1::text))`, [index]);
    await fill(db);
    if (index === 'last_object_table')
      await insertQuery(
        db,
        'DiaObjectLast',
        'select id as "diaObjectId", ra, decl as dec, pixel as "pixelId", 60004.0 as "validityStartMjdTai" from place',
      );
    const searched = { whole: 0, indexed: true };
    for (const prepare of [
      'set random_page_cost = 4',
      'analyze',
      'set plan_cache_mode = force_generic_plan',
    ]) {
      await db.query(prepare);
      for (const call of calls) t.deepEqual(await scansOf(db, () => db.query(call)), searched, call);
      await db.query(
        `prepare sources (float8, text, int8[]) as select count(*) from survey.get_dia_sources($1, $2, $3);
         prepare objects (text) as select count(*) from survey.get_dia_objects($1)`,
      );
      for (const execute of [
        `execute sources (60010, '${region}', null)`,
        `execute sources (60010, null, '{7, 8}')`,
        `execute objects ('${region}')`,
      ])
        t.deepEqual(await scansOf(db, () => db.query(execute)), searched, `${prepare}: ${execute}`);
      await db.query('deallocate all');
    }
  });

test('a read costs what it gives, not what the table holds', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  await fill(db);
  await db.query('vacuum analyze');
  const [{ plan }] = await db
    .query<{ plan: [{ Plan: Plan }] }>(
      `explain (analyze, timing off, format json) select * from survey.get_dia_objects('${region}')`,
    )
    .then((rows) =>
      rows.map((row) => ({ plan: (row as Record<string, unknown>)['QUERY PLAN'] as [{ Plan: Plan }] })),
    );
  const scan = leaves(plan[0].Plan).find((node) => node['Relation Name'] === 'DiaObject')!;
  t.is(scan['Index Name'], 'DiaObject_almagest_open_pixel');
  t.is(scan['Rows Removed by Filter'] ?? 0, 0);
});

// PostgreSQL never does so where an argument is a subquery.
test('every reader is put in place of its call, whatever its options', async (t) => {
  await using db = await database();
  await db.query(
    `select apdb.create('survey',
       '{"enable_replica": true, "dia_object_nightly": true, "dia_object_columns": ["diaObjectId"],
         "dia_object_columns_for_dedup": []}')`,
  );
  for (const call of [
    ...calls.filter((query) => !query.includes('array(')),
    `select * from survey.get_dia_objects_for_dedup(60000)`,
    `select * from survey.get_dia_object_chunks('{1}')`,
    `select * from survey.get_dia_source_chunks('{1}')`,
    `select * from survey.get_dia_forced_source_chunks('{1}')`,
  ]) {
    const plan = await db.query<{ 'QUERY PLAN': string }>(`explain ${call}`);
    t.deepEqual(
      plan.map((line) => line['QUERY PLAN']).filter((line) => /Function Scan on get_/.test(line)),
      [],
      call,
    );
  }
});

interface Plan {
  readonly Plans?: readonly Plan[];
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
}

const leaves = (plan: Plan): Plan[] => (plan.Plans ? plan.Plans.flatMap(leaves) : [plan]);
