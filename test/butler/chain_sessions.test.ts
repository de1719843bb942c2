/** Several sessions at once on chains and their collections: one wins, the others wait and then get the named error. */
import test from 'ava';
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { edit, fails, flatIsRight, overtaken, register, registry, value } from './collection_support.ts';

async function collections(): Promise<TestDatabase> {
  const db = await registry();
  await register(db.client, 'RUN', 'r1', 'r2', 'r3', 'r4');
  await register(db.client, 'CHAINED', 'A', 'B', 'C');
  return db;
}

const chain = (db: TestDatabase, parent: string) => value<string[]>(db.client, 'get_chain', parent);

/** What the Data Butler's client does: the parent's row for update, then rows of the chain. */
async function clientPrepends(session: pg.Client, parent: string, child: string): Promise<void> {
  const { rows } = await session.query<{ id: bigint }>(
    'select collection_id as id from r.collection where name = $1 for update',
    [parent],
  );
  await session.query(
    `insert into r.collection_chain (parent, position, child)
     select $1, (select coalesce(min(position), 0) - 1 from r.collection_chain where parent = $1), collection_id
     from r.collection where name = $2`,
    [rows[0].id, child],
  );
}

test('a second edit of a chain waits for the first, and builds on what it made', async (t) => {
  await using db = await collections();
  await edit(db.client, 'set_chain', 'A', ['r1']);
  const [prepended] = await overtaken(
    db,
    (session) => edit(session, 'prepend_chain', 'A', ['r2', 'r3']),
    (session) => edit(session, 'prepend_chain', 'A', ['r3', 'r4']),
  );
  t.deepEqual(await prepended, ['r3', 'r4', 'r2', 'r1']);
  const [removed] = await overtaken(
    db,
    (session) => edit(session, 'prepend_chain', 'A', ['r1']),
    (session) => edit(session, 'remove_from_chain', 'A', ['r1', 'r4']),
  );
  t.deepEqual(await removed, ['r3', 'r2']);
  const [extended] = await overtaken(
    db,
    (session) => edit(session, 'remove_from_chain', 'A', ['r3']),
    (session) => edit(session, 'extend_chain', 'A', ['r3']),
  );
  t.deepEqual(await extended, ['r2', 'r3']);
  const [set] = await overtaken(
    db,
    (session) => edit(session, 'set_chain', 'A', ['r4', 'r1', 'r2']),
    (session) => edit(session, 'set_chain', 'A', ['r2', 'r4']),
  );
  t.deepEqual(await set, ['r2', 'r4']);
  await flatIsRight(t, db);
});

test('of two links that close a cycle from both ends, the second is refused', async (t) => {
  await using db = await collections();
  await edit(db.client, 'set_chain', 'B', ['C', 'r1']);
  const [call] = await overtaken(
    db,
    (session) => edit(session, 'set_chain', 'A', ['B']),
    (session) => edit(session, 'set_chain', 'C', ['r2', 'A']),
  );
  const error = await fails(t, call, 'CollectionCycleError');
  t.is(error.code, 'BR003');
  t.deepEqual([await chain(db, 'A'), await chain(db, 'C')], [['B'], []]);
  await flatIsRight(t, db);
});

test('a cycle between an edit of ours and one by another client is refused to whoever comes second', async (t) => {
  await using db = await collections();
  const [ours] = await overtaken(
    db,
    (session) => clientPrepends(session, 'A', 'B'),
    (session) => edit(session, 'set_chain', 'B', ['A']),
  );
  await fails(t, ours, 'CollectionCycleError');
  const [theirs] = await overtaken(
    db,
    (session) => edit(session, 'set_chain', 'B', ['C']),
    (session) => clientPrepends(session, 'C', 'A'),
  );
  await fails(t, theirs, 'CollectionCycleError');
  const [third] = await overtaken(
    db,
    (session) => clientPrepends(session, 'A', 'r1'),
    (session) => edit(session, 'prepend_chain', 'A', ['r2']),
  );
  t.deepEqual(await third, ['r2', 'r1', 'B']);
  await flatIsRight(t, db);
});

test('when many close the same cycle at once, exactly one link is missing in the end', async (t) => {
  await using db = await collections();
  const ring = ['A', 'B', 'C'];
  const sessions = await Promise.all(ring.map(() => db.connect()));
  for (let round = 0; round < 20; round++) {
    const calls = ring.map((parent, place) =>
      round % 2 === 0
        ? edit(sessions[place], 'set_chain', parent, [ring[(place + 1) % 3], 'r1'])
        : edit(sessions[place], 'extend_chain', parent, ['r2', ring[(place + 1) % 3]]),
    );
    const results = await Promise.allSettled(calls);
    const refused = results.filter((result) => result.status === 'rejected');
    t.is(refused.length, 1);
    t.regex((refused[0].reason as Error).message, /^CollectionCycleError: /);
    await flatIsRight(t, db);
    for (const parent of ring) await edit(db.client, 'set_chain', parent, []);
  }
});

test('transactions that edit the same chains in opposite orders wait for each other, and never for ever', async (t) => {
  await using db = await collections();
  const sessions = [await db.connect(), await db.connect()];
  const twice = async (session: pg.Client, parents: readonly string[], children: readonly string[]) => {
    for (let round = 0; round < 20; round++) {
      await session.query('begin');
      for (const parent of parents) await edit(session, 'set_chain', parent, children);
      await session.query('commit');
    }
  };
  await t.notThrowsAsync(
    Promise.all([
      twice(sessions[0], ['A', 'B', 'C'], ['r1', 'r2']),
      twice(sessions[1], ['C', 'B', 'A'], ['r3']),
    ]),
  );
  t.deepEqual(await chain(db, 'A'), await chain(db, 'C'));
  await flatIsRight(t, db);
});

test('a collection that is being removed cannot be added to a chain any more', async (t) => {
  await using db = await collections();
  const [ours] = await overtaken(
    db,
    (session) => value(session, 'remove_collection', 'r1'),
    (session) => edit(session, 'extend_chain', 'A', ['r2', 'r1']),
  );
  await fails(t, ours, 'MissingCollectionError');
  const [theirs] = await overtaken(
    db,
    (session) => value(session, 'remove_runs', ['r2'], true),
    (session) => clientPrepends(session, 'A', 'r2'),
  );
  await t.throwsAsync(theirs, { code: '23503' });
  t.deepEqual(await chain(db, 'A'), []);
  await flatIsRight(t, db);
});

test('a collection that is being added to a chain cannot be removed any more, unless it may be unlinked', async (t) => {
  await using db = await collections();
  for (const adds of [
    (session: pg.Client) => edit(session, 'extend_chain', 'A', ['r1']),
    (session: pg.Client) => clientPrepends(session, 'B', 'r1'),
  ]) {
    const [call] = await overtaken(db, adds, (session) => value(session, 'remove_collection', 'r1'));
    const error = await fails(t, call, 'OrphanedRecordError');
    t.regex(error.detail!, /'r1' is in '[AB]'/);
    await edit(db.client, 'set_chain', 'A', []);
    await edit(db.client, 'set_chain', 'B', []);
  }
  for (const adds of [
    (session: pg.Client) => edit(session, 'set_chain', 'A', ['r1', 'r2']),
    (session: pg.Client) => clientPrepends(session, 'A', 'r3'),
  ]) {
    const [call] = await overtaken(db, adds, (session) => value(session, 'remove_runs', ['r1', 'r3'], true));
    await t.notThrowsAsync(call);
    await register(db.client, 'RUN', 'r1', 'r3');
  }
  t.deepEqual(await chain(db, 'A'), ['r2']);
  await flatIsRight(t, db);
});

test('a chain that is removed while it is edited is gone, and its members are not', async (t) => {
  await using db = await collections();
  const [late] = await overtaken(
    db,
    (session) => value(session, 'remove_collection', 'A'),
    (session) => edit(session, 'set_chain', 'A', ['r1']),
  );
  await fails(t, late, 'MissingCollectionError');
  const [removal] = await overtaken(
    db,
    (session) => edit(session, 'set_chain', 'B', ['r1']),
    (session) => value(session, 'remove_collection', 'B'),
  );
  await t.notThrowsAsync(removal);
  const names = await db.query('select name from butler.query_collections()');
  t.deepEqual(
    names.map(({ name }) => name),
    ['C', 'r1', 'r2', 'r3', 'r4'],
  );
  await flatIsRight(t, db);
});

test('a name that several sessions register at once is made by one of them', async (t) => {
  await using db = await collections();
  const sessions = await Promise.all(Array.from({ length: 4 }, () => db.connect()));
  for (let round = 0; round < 10; round++) {
    const made = await Promise.all(sessions.map((session) => register(session, 'RUN', `run/${round}`)));
    t.is(made.flat().filter(Boolean).length, 1);
  }
  t.is((await db.query(`select from r.run`)).length, 14);
});

test('after random edits, removals and transactions of several sessions, every chain is flat as it should be', async (t) => {
  await using db = await registry();
  const chains = Array.from({ length: 8 }, (_, index) => `chain/${index}`);
  const runs = Array.from({ length: 12 }, (_, index) => `run/${index}`);
  await register(db.client, 'CHAINED', ...chains);
  await register(db.client, 'RUN', ...runs);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)];
  const some = () =>
    Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () =>
      pick(Math.random() < 0.4 ? chains : runs),
    );
  const act = async (session: pg.Client) => {
    const dice = Math.random();
    if (dice < 0.05) await value(session, 'remove_collection', pick(chains));
    else if (dice < 0.1) await value(session, 'remove_collection', pick(runs));
    else if (dice < 0.15) await value(session, 'remove_runs', [pick(runs)], true);
    else
      await edit(
        session,
        pick(['set_chain', 'prepend_chain', 'extend_chain', 'remove_from_chain']),
        pick(chains),
        some(),
      );
  };
  const expected = /^(CollectionCycleError|MissingCollectionError|OrphanedRecordError): /;
  let done = 0;
  const work = async (session: pg.Client) => {
    for (let round = 0; round < 60; round++) {
      const steps = Math.random() < 0.3 ? 3 : 1;
      if (steps > 1) await session.query('begin');
      try {
        // Not within a transaction: two that make the same names in different orders can only wait for ever.
        if (steps === 1 && Math.random() < 0.2) await register(session, 'CHAINED', ...chains);
        if (steps === 1 && Math.random() < 0.2) await register(session, 'RUN', ...runs);
        for (let step = 0; step < steps; step++) await act(session);
        if (steps > 1) await session.query('commit');
        done++;
      } catch (error) {
        t.regex((error as Error).message, expected);
        if (steps > 1) await session.query('rollback');
      }
    }
  };
  const sessions = await Promise.all(Array.from({ length: 6 }, () => db.connect()));
  await Promise.all(sessions.map(work));
  t.true(done > 60);
  await flatIsRight(t, db);
});
