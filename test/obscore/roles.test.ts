/** Who may do what with ObsCore tables: those who make them, pipelines that write the registry, readers, strangers. */
import { randomUUID } from 'node:crypto';
import test from 'ava';
import type pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { create, insertCalexps, insertRaws, isTrue, surveyRegistry } from './survey_support.ts';

/** Runs a body with roles of its own, members of others, each as a session; they are dropped afterwards. */
async function withRoles<T>(
  db: TestDatabase,
  members: readonly (string | null)[],
  body: (...sessions: pg.Client[]) => Promise<T>,
): Promise<T> {
  const names = members.map(() => `"role ${randomUUID()}"`);
  for (const [i, name] of names.entries())
    await db.query(`create role ${name}; ${members[i] === null ? '' : `grant ${members[i]} to ${name}`}`);
  try {
    const sessions: pg.Client[] = [];
    for (const name of names) {
      const session = await db.connect();
      await session.query(`set role ${name}`);
      sessions.push(session);
    }
    return await body(...sessions);
  } finally {
    for (const name of names)
      await db.query(`reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`);
  }
}

const denied = { code: '42501' };

test('an owner makes, rebuilds, verifies and drops; a loader writes the registry, and the table follows', async (t) => {
  await using db = await surveyRegistry();
  await db.query(
    `grant create on database ${(await db.query<{ name: string }>('select current_database() as name'))[0].name} to almagest_owner`,
  );
  await withRoles(db, ['almagest_owner', 'almagest_loader'], async (owner, loader) => {
    await t.throwsAsync(create(owner), denied);
    const [{ role }] = (await owner.query<{ role: string }>('select quote_ident(current_user) as role')).rows;
    await db.query(`alter schema r owner to ${role};
      do $$ declare t regclass; begin
        for t in select oid from pg_class where relnamespace = 'r'::regnamespace and relkind = 'r' loop
          execute format('alter table %s owner to %s', t, '${role}');
        end loop;
      end $$`);
    await insertCalexps(loader, 'runs/b', 1);
    t.is(await create(owner), 4);
    await insertCalexps(loader, 'runs/c', 1, 2);
    await insertRaws(loader, 1);
    await loader.query('delete from r.visit_detector_region where visit = 2 and detector = 1');
    await loader.query(`select butler.prepend_chain('DR', '{runs/b}')`);
    await loader.query(`select butler.remove_runs('{runs/c}', true)`);
    await isTrue(t, owner);
    await isTrue(t, loader);
    await owner.query('select obscore.rebuild()');
    await insertCalexps(loader, 'runs/b', 3);
    await isTrue(t, owner);
    await t.throwsAsync(loader.query('delete from r.obscore'), denied);
    await t.throwsAsync(loader.query('select obscore.rebuild()'), denied);
    await t.throwsAsync(loader.query('select obscore.drop()'), denied);
    await t.throwsAsync(loader.query('select obscore.refresh()'), denied);
    await t.throwsAsync(create(loader, { table_name: 'mine' }), denied);
    await owner.query('select obscore.drop()');
  });
});

test('a reader reads the table, the errors and ivoa.obscore, and nobody else does', async (t) => {
  await using db = await surveyRegistry();
  await insertCalexps(db.client, 'runs/b', 1);
  await create(db.client);
  await create(db.client, { table_name: 'snapshot' }, 'matview');
  await db.query('select obscore.rebuild(); select obscore.rebuild($$snapshot$$)'.replaceAll('$$', "'"));
  await withRoles(db, ['almagest_reader', null], async (reader, stranger) => {
    for (const relation of ['r.obscore', 'r.snapshot', 'ivoa.obscore', 'obscore.error', 'obscore.tables'])
      await t.notThrowsAsync(reader.query(`select * from ${relation}`), relation);
    await isTrue(t, reader);
    await t.throwsAsync(
      reader
        .query('select * from obscore.verify(repair => true)')
        .then(() => reader.query('select obscore.refresh()')),
      denied,
    );
    for (const relation of ['r.obscore', 'ivoa.obscore', 'obscore.tables'])
      await t.throwsAsync(stranger.query(`select * from ${relation}`), denied, relation);
    await t.throwsAsync(stranger.query('select obscore.rebuild()'), denied);
  });
});

test('a pipeline with a role of its own, that knows nothing of Almagest, writes the registry', async (t) => {
  await using db = await surveyRegistry();
  await insertRaws(db.client, 1);
  await insertCalexps(db.client, 'runs/c', 1);
  await create(db.client);
  await withRoles(db, [null], async (pipeline) => {
    const [{ role }] = (await pipeline.query<{ role: string }>('select quote_ident(current_user) as role'))
      .rows;
    await db.query(`grant usage on schema r to ${role}; grant select, insert, update, delete on all tables in schema r to ${role};
                    revoke all on r.obscore, r.almagest_obscore_member, r.almagest_obscore_pending, r.almagest_obscore_lock from ${role}`);
    await pipeline.query(`
      with made as (
        insert into r.dataset (id, dataset_type_id, run_id, ingest_date)
        select gen_random_uuid(), 2, collection_id, 0 from r.collection where name = 'runs/c' returning *)
      insert into r.dataset_tags_00000002 (dataset_type_id, dataset_id, collection_id, instrument, detector, visit)
      select 2, id, run_id, 'Cam', 1, 7 from made`);
    await pipeline.query(
      'delete from r.dataset where id = (select dataset_id from r.dataset_tags_00000001 limit 1)',
    );
    await pipeline.query(`update r.visit set target_name = 'renamed' where id = 1`);
    await t.throwsAsync(pipeline.query('select * from r.obscore'), denied);
  });
  await isTrue(t, db.client);
  t.is((await db.query(`select from r.obscore where lsst_visit = 7`)).length, 1);
});
