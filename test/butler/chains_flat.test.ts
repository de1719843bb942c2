import test from 'ava';
import fc from 'fast-check';
import { database, type TestDatabase } from '../support/database.ts';

const runs = [1, 2, 3, 4, 5];
const chains = [6, 7, 8, 9, 10, 11];

/** A registry with five runs, `r1` to `r5`, and six chains, `c6` to `c11`. */
async function withCollections(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(
    `insert into deep.collection (collection_id, name, type)
     select id, case when id <= 5 then 'r' else 'c' end || id, case when id <= 5 then 1 else 3 end
     from generate_series(1, 11) as id`,
  );
  return db;
}

type Links = Map<number, number[]>;

/** Members of a chain by the rule: depth first, the first occurrence wins. */
function flatten(links: Links, chain: number): number[] {
  const found: number[] = [];
  const visit = (node: number) => {
    if (runs.includes(node)) {
      if (!found.includes(node)) found.push(node);
    } else for (const child of links.get(node) ?? []) visit(child);
  };
  visit(chain);
  return found;
}

function reaches(links: Links, from: number, to: number): boolean {
  return (links.get(from) ?? []).some((child) => child === to || reaches(links, child, to));
}

async function flat(db: TestDatabase): Promise<Record<string, number[]>> {
  const rows = await db.query<{ parent: string; children: string[] }>(
    `select parent, array_agg(child::text order by rank) as children, array_agg(rank order by rank) as ranks
     from deep.collection_flat group by parent`,
  );
  return Object.fromEntries(rows.map(({ parent, children }) => [parent, children.map(Number)]));
}

test('collection_flat holds the members of each chain, depth first, whatever the edits', async (t) => {
  await using db = await withCollections();
  const links: Links = new Map();
  const edit = fc.record({
    chain: fc.constantFrom(...chains),
    children: fc.uniqueArray(fc.constantFrom(...runs, ...chains), { maxLength: 6 }),
  });
  for (const { chain, children } of fc.sample(edit, { numRuns: 150, seed: 7 })) {
    const cyclic = children.some((child) => child === chain || reaches(links, child, chain));
    const work = async () => {
      await db.query('begin');
      await db.query('delete from deep.collection_chain where parent = $1', [chain]);
      await db.query(
        `insert into deep.collection_chain (parent, position, child)
         select $1, place * 3 - 7, child from unnest($2::int8[]) with ordinality as u (child, place)`,
        [chain, children],
      );
      await db.query('commit');
    };
    if (cyclic) {
      await t.throwsAsync(work(), { message: /^CollectionCycleError: chain '\w+' would contain itself/ });
      await db.query('rollback');
    } else {
      await work();
      links.set(chain, children);
    }
    t.deepEqual(
      await flat(db),
      Object.fromEntries(
        chains.map((each) => [String(each), flatten(links, each)]).filter(([, found]) => found.length > 0),
      ),
    );
  }
  const ranks = await db.query<{ dense: boolean }>(
    `select bool_and(ranks = array(select generate_series(0, cardinality(ranks) - 1))) as dense
     from (select array_agg(rank order by rank) as ranks from deep.collection_flat group by parent) each`,
  );
  t.deepEqual(ranks, [{ dense: true }]);
});

test('changed, removed and truncated links, and removed chains, are followed', async (t) => {
  await using db = await withCollections();
  await db.query(
    'insert into deep.collection_chain values (6, 0, 1), (6, 1, 2), (7, 0, 6), (7, 1, 3), (8, 0, 2), (8, 1, 7)',
  );
  t.deepEqual(await flat(db), { 6: [1, 2], 7: [1, 2, 3], 8: [2, 1, 3] });
  await db.query('update deep.collection_chain set child = 5 where parent = 6 and position = 0');
  t.deepEqual(await flat(db), { 6: [5, 2], 7: [5, 2, 3], 8: [2, 5, 3] });
  await db.query('update deep.collection_chain set parent = 9 where parent = 6');
  t.deepEqual(await flat(db), { 7: [3], 8: [2, 3], 9: [5, 2] });
  await db.query('delete from deep.collection where collection_id = 8');
  t.deepEqual(await flat(db), { 7: [3], 9: [5, 2] });
  await db.query('truncate deep.collection_chain');
  t.deepEqual(await flat(db), {});
});

test('a cycle says the way round', async (t) => {
  await using db = await withCollections();
  await db.query('insert into deep.collection_chain values (6, 0, 7), (7, 0, 8), (6, 1, 8)');
  const error = await t.throwsAsync<Error & { code: string; detail: string }>(
    db.query('insert into deep.collection_chain values (8, 0, 6)'),
  );
  t.is(error.code, 'BR003');
  t.is(error.detail, 'The way round is c8 > c6 > c8.');
  await t.throwsAsync(
    db.query('update deep.collection_chain set child = 6 where parent = 6 and position = 0'),
    {
      message: /CollectionCycleError/,
    },
  );
});

test('two sessions that would make a cycle from both ends: one fails, at either isolation level', async (t) => {
  for (const level of ['read committed', 'repeatable read']) {
    await using db = await withCollections();
    const other = await db.connect();
    await db.query(`begin isolation level ${level}`);
    await other.query(`begin isolation level ${level}`);
    await other.query('select from deep.collection_chain');
    await db.query('insert into deep.collection_chain values (6, 0, 7)');
    const waiting = other.query('insert into deep.collection_chain values (7, 0, 6)');
    const failed = t.throwsAsync(waiting, { message: /CollectionCycleError|could not serialize/ });
    await db.query('commit');
    await failed;
    await other.query('rollback');
    t.deepEqual(await db.query('select parent::int, child::int from deep.collection_chain'), [
      { parent: 6, child: 7 },
    ]);
  }
});

test('a role that may edit chains needs no other right', async (t) => {
  await using db = await withCollections();
  await db.query('begin');
  await db.query('set local role almagest_loader');
  await db.query('insert into deep.collection_chain values (6, 0, 1)');
  t.deepEqual(await flat(db), { 6: [1] });
  await db.query('set local role almagest_reader');
  await t.throwsAsync(db.query('delete from deep.collection_flat'), { message: /permission denied/ });
});

test('a thousand runs in nested chains stay flat', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(
    `insert into deep.collection (collection_id, name, type)
     select id, 'run' || id, 1 from generate_series(1, 1000) as id
     union all select 1000 + id, 'chain' || id, 3 from generate_series(1, 25) as id`,
  );
  // Each chain holds the next one twice over by way of its own members: the paths to the last are 2^24.
  await db.query(
    `insert into deep.collection_chain
     select 1000 + n, 0, 1001 + n from generate_series(1, 24) n
     union all select 1000 + n, 1, 1002 + n from generate_series(1, 23) n
     union all select 1025, id, id from generate_series(1, 1000) id`,
  );
  t.deepEqual(
    await db.query(`select count(*)::int, count(distinct child)::int as members from deep.collection_flat`),
    [{ count: 25_000, members: 1000 }],
  );
  await db.query('insert into deep.collection_chain values (1001, 2, 1000)');
  await t.throwsAsync(db.query('insert into deep.collection_chain values (1025, 1001, 1001)'), {
    message: /CollectionCycleError/,
  });
});
