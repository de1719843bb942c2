/** Rows that no table keeps: those that a table of the same configuration would have. */
import test from 'ava';
import type { TestDatabase } from '../support/database.ts';
import { config, create, insertCalexps, insertRaws, surveyRegistry } from './survey_support.ts';

interface TypeRows {
  readonly dataset_type: string;
  readonly query: string;
}

/** Rows as text, in order, of a configuration without a table. */
async function rowsWithout(db: TestDatabase, options: Record<string, unknown>): Promise<string[]> {
  await db.query('begin');
  try {
    const types = await db.query<TypeRows>(`select * from obscore._compile_rows($1, 'r')`, [
      JSON.stringify(config(options)),
    ]);
    const rows = [];
    for (const { query } of types)
      rows.push(
        ...(await db.query<{ line: string }>(
          `select (to_jsonb(t) - 'complaints')::text as line from (${query}) as t`,
        )),
      );
    return rows.map(({ line }) => line).sort();
  } finally {
    await db.query('rollback');
  }
}

async function rowsOfTable(db: TestDatabase, options: Record<string, unknown>): Promise<string[]> {
  await create(db.client, { ...options, table_name: 'kept' });
  const rows = await db.query<{ line: string }>(`select to_jsonb(t)::text as line from r.kept as t`);
  await db.query(`select obscore.drop('kept')`);
  return rows.map(({ line }) => line).sort();
}

async function survey(): Promise<TestDatabase> {
  const db = await surveyRegistry();
  await insertRaws(db.client, 1, 2, 3);
  await insertCalexps(db.client, 'runs/b', 1, 2);
  await insertCalexps(db.client, 'runs/c', 2, 3);
  await db.query(
    `select butler.associate('best', array(select dataset_id from r.dataset_tags_00000002 limit 3))`,
  );
  return db;
}

const kinds: readonly (readonly [string, Record<string, unknown>])[] = [
  ['a chain', {}],
  ['runs by expressions', { collection_type: 'RUN', collections: ['runs/.*'] }],
  ['a tagged collection', { collection_type: 'TAGGED', collections: ['best'] }],
];

for (const [name, options] of kinds)
  test(`${name}: the rows of a table`, async (t) => {
    await using db = await survey();
    const before = await rowsWithout(db, options);
    t.true(before.length > 0);
    t.deepEqual(await db.query(`select from pg_class where relname like 'almagest\\_obscore%'`), []);
    t.deepEqual(before, await rowsOfTable(db, options));
    // Beside a table that is there its footprints serve.
    await create(db.client, { table_name: 'other' });
    t.deepEqual(await rowsWithout(db, options), before);
  });

test('types come in the configuration’s order; those that the registry lacks are left out', async (t) => {
  await using db = await survey();
  const { raw, calexp } = config().dataset_types as Record<string, unknown>;
  const names = async (types: object) =>
    (
      await db.query<TypeRows>(`select * from obscore._compile_rows($1, 'r')`, [
        JSON.stringify(config({ dataset_types: types })),
      ])
    ).map(({ dataset_type }) => dataset_type);
  t.deepEqual(await names({ raw, none: raw, calexp }), ['raw', 'calexp']);
  t.deepEqual(await names({ calexp, raw }), ['calexp', 'raw']);
});

test('twice in one transaction', async (t) => {
  await using db = await survey();
  await db.query('begin');
  for (let i = 0; i < 2; i++)
    await db.query(`select obscore._compile_rows($1, 'r')`, [JSON.stringify(config())]);
  await db.query('commit');
  t.deepEqual(await db.query(`select from pg_class where relname like 'almagest\\_footprint%'`), []);
});

test('a collection that is not there is an error', async (t) => {
  await using db = await survey();
  await t.throwsAsync(rowsWithout(db, { collections: ['none'] }), { code: 'BR001', message: /'none'/ });
});
