/** How the queries of rows are run: few rows by indexes, many by hashes, and never by an instrument alone. */
import test from 'ava';
import type { TestDatabase } from '../../support/database.ts';
import { config, surveyRegistry } from '../survey_support.ts';

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Merge Cond'?: string;
  'Hash Cond'?: string;
  'Index Cond'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Node[];
}

const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

/** 300 visits and exposures of 20 detectors each, one instrument, a calexp and a raw for each. */
async function largeSurvey(): Promise<TestDatabase> {
  const db = await surveyRegistry();
  await db.query(`
    insert into r.detector (instrument, id, full_name) select 'Cam', n, 'L' || n from generate_series(4, 19) n;
    insert into r.exposure (instrument, id, day_obs, "group", physical_filter, obs_id)
      select 'Cam', n, 20190401, 'all', 'g1', 'e' || n from generate_series(11, 300) n;
    insert into r.visit (instrument, id, day_obs, physical_filter, name)
      select instrument, id, day_obs, physical_filter, 'v' || id from r.exposure where id > 10;
    insert into r.visit_definition (instrument, exposure, visit) select instrument, id, id from r.exposure where id > 10;
    insert into r.visit_detector_region (instrument, visit, detector, region)
      select 'Cam', v, d, sky.region_to_base64(sky.region_circle(v, d, 0.1))
      from generate_series(11, 300) v, generate_series(0, 19) d`);
  for (const [type, dimension, run] of [
    ['calexp', 'visit', 'runs/b'],
    ['raw', 'exposure', 'raw/all'],
  ])
    await db.query(
      `select count(*) from butler.insert_datasets($1, $2, (
         select json_agg(json_build_object('instrument', 'Cam', 'detector', d, $3::text, v))
         from generate_series(11, 300) v, generate_series(0, 19) d))`,
      [type, run, dimension],
    );
  await db.query(`select obscore._prepare_footprints('r')`);
  await db.query('analyze');
  return db;
}

for (const collection of [{}, { collection_type: 'RUN', collections: [] }])
  test(`all rows are joined by what tells them apart: ${JSON.stringify(collection)}`, async (t) => {
    await using db = await largeSurvey();
    await db.query('begin');
    const queries = await db.query<{ dataset_type: string; query: string }>(
      `select * from obscore._compile_rows($1, 'r')`,
      [JSON.stringify(config(collection))],
    );
    t.is(queries.length, 2);
    // Whatever the planner may be forbidden.
    for (const { query } of queries)
      for (const setting of [
        'enable_nestloop',
        'enable_hashjoin',
        'work_mem = 64; set local enable_hashagg',
      ]) {
        await db.query(`set local ${setting} = off`);
        const [{ 'QUERY PLAN': plan }] = await db.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
          `explain (analyze, timing off, format json) ${query}`,
        );
        await db.query(`reset ${setting.split('set local ').at(-1)}; reset work_mem`);
        const all = nodes(plan[0].Plan);
        for (const node of all) {
          const condition = node['Merge Cond'] ?? node['Hash Cond'];
          // The few filters are told apart by their names; rows of datasets never by an instrument alone.
          if (condition) t.notRegex(condition, /^\(\(?[^ ]*instrument[^ ]* = [^ ]*instrument[^ ]*\)?\)$/);
          t.true(node['Actual Rows'] <= 12_000, `${node['Node Type']} makes ${node['Actual Rows']} rows`);
        }
      }
  });

test('a few datasets are looked up by indexes, and the tables are not read', async (t) => {
  await using db = await largeSurvey();
  await db.query(`select obscore.create('r', $1::json)`, [JSON.stringify(config())]);
  await db.query('analyze');
  const log: string[] = [];
  db.client.on('notice', ({ message }) => log.push(message ?? ''));
  await db.query(`load 'auto_explain'`);
  await db.query(`
    set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off; set auto_explain.log_format = text; set client_min_messages = log`);
  await db.query(`
    update r.obscore set obs_id = null
    where registry_dataset_id in (select registry_dataset_id from r.obscore order by 1 limit 1)`);
  const [{ id, type }] = await db.query<{ id: string; type: bigint }>(
    `select d.id, d.dataset_type_id as type from r.obscore o join r.dataset d on d.id = o.registry_dataset_id where o.obs_id is null`,
  );
  log.length = 0;
  await db.query(`select r.almagest_obscore_apply_obscore_${type}(array[$1::uuid])`, [id]);
  const plans = log.filter((text) => text.includes('truth'));
  t.true(plans.length > 0);
  // The 300 exposures and visits of this survey are read as fast as ten of them are looked up.
  for (const plan of plans)
    for (const table of ['dataset_tags_\\d+', 'visit_detector_region', 'almagest_footprint', 'obscore'])
      t.notRegex(plan, new RegExp(`Seq Scan on ${table} `), table);
});
