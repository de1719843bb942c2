/** The table that a configuration makes: columns, comments, key and indexes in the catalog; and what is told of it. */
import test from 'ava';
import { create, surveyRegistry } from './survey_support.ts';

const ugly = `it's "a" \\ column é`;
const long = 'c'.repeat(63);

test('columns, types, comments and indexes are those of the configuration', async (t) => {
  await using db = await surveyRegistry();
  await create(db.client, {
    table_name: 'Observed "things"',
    extra_columns: {
      [ugly]: { template: '{visit:03d}', doc: `it's "so" \\ here` },
      [long]: 42,
      short: { template: '{run}', length: 32 },
      flag: true,
    },
    indices: { a: ugly, b: [long, ugly], c: ugly, d: 'footprint' },
  });
  const table = `r."Observed ""things"""`;
  const columns = await db.query<{ name: string; type: string; required: boolean; comment: string | null }>(
    `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required,
            col_description(attrelid, attnum) as comment
     from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [table],
  );
  t.is(columns.length, 36);
  t.deepEqual(
    columns.slice(26, 30).map(({ name, type, comment }) => [name, type, comment]),
    [
      [ugly, 'character varying', `it's "so" \\ here`],
      [long, 'bigint', 'A constant of the configuration'],
      ['short', 'character varying(32)', 'Made by the template {run}'],
      ['flag', 'boolean', 'A constant of the configuration'],
    ],
  );
  for (const { comment } of columns) t.truthy(comment);
  t.deepEqual(
    columns.filter(({ required }) => required).map(({ name }) => name),
    ['registry_dataset_id'],
  );
  const indexes = await db.query<{ name: string; columns: string[]; is_key: boolean }>(
    `select c.relname as name, i.indisprimary as is_key,
            array(select a.attname::text from unnest(i.indkey) with ordinality as k (attnum, n)
                  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by n) as columns
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1::regclass`,
    [table],
  );
  t.deepEqual(
    indexes.map(({ columns }) => columns.join('|')).sort(),
    ['footprint', 'registry_dataset_id', ugly, `${long}|${ugly}`].sort(),
  );
  for (const { name, is_key } of indexes)
    t.true(name.startsWith(is_key ? 'Observed "things"_pkey' : 'Observed "things"_idx_'), name);
});

test('what has no effect is a notice, and what is wrong an error with a line for each mistake', async (t) => {
  await using db = await surveyRegistry();
  const notices: string[] = [];
  db.client.on('notice', ({ message }) => notices.push(message ?? ''));
  await create(db.client, { use_butler_uri: false });
  t.true(notices.includes('use_butler_uri has no effect'));
  const error = await t.throwsAsync(
    create(db.client, { table_name: 'other', facility_name: null, batch: 1 }),
  );
  t.like(error, {
    code: 'OC001',
    message: 'ObsCoreConfigError: the configuration has 2 mistakes',
    detail:
      'batch: there is no such option: did you mean batch_size?\nfacility_name: expected a string, not null',
  });
  t.deepEqual(await db.query("select to_regclass('r.other') as found"), [{ found: null }]);
});

test('pgSphere is needed where its plugin is named', async (t) => {
  await using db = await surveyRegistry();
  const error = await t.throwsAsync(
    create(db.client, {
      spatial_plugins: {
        p: { cls: 'lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin', config: {} },
      },
    }),
  );
  t.like(error, { code: 'OC003' });
  t.regex(error?.message ?? '', /pgSphere/i);
});
