import test from 'ava';
import { database } from '../support/database.ts';

/** Runs as a role that has been granted nothing but what `memberOf` brings. */
async function asRole(
  memberOf: string | undefined,
  work: (query: (sql: string) => Promise<unknown[]>) => Promise<void>,
) {
  await using db = await database();
  const role = `visitor_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await db.client.query(`create role ${role} nologin`);
  try {
    if (memberOf) await db.client.query(`grant ${memberOf} to ${role}`);
    await db.client.query(`create table public.secret (id int8 primary key, ra float8, dec float8, note text);
                           insert into public.secret values (1, 10, 20, 'hidden')`);
    await db.client.query(`set role ${role}`);
    await work((sql) => db.query(sql));
  } finally {
    await db.client.query('reset role');
    await db.client.query(`drop owned by ${role}; drop role ${role}`);
  }
}

const denied = { message: /permission denied|must be owner/ };

test('a role without rights computes on the sky and reaches nothing else', async (t) => {
  await asRole(undefined, async (query) => {
    t.is((await query('select sky.angular_distance(0, 0, 0, 1)')).length, 1);
    for (const sql of [
      'select almagest.version()',
      'select * from almagest.migrations',
      'select * from almagest.load_log',
      'select * from public.secret',
      `select * from sky.nearest('public.secret', 10, 20, 1)`,
      `select sky.add_position_index('public.secret')`,
    ])
      await t.throwsAsync(query(sql), denied, sql);
  });
});

test('no almagest role can replace a function, or make one in our schemas', async (t) => {
  for (const role of ['almagest_reader', 'almagest_loader', 'almagest_owner'])
    await asRole(role, async (query) => {
      for (const sql of [
        `create or replace function almagest.version() returns text language sql as $$ select 'mine' $$`,
        'create function sky.mine() returns int language sql as $$ select 1 $$',
        'drop function almagest.version()',
        'alter function almagest.version() volatile',
        'create table almagest.mine (id int)',
      ])
        await t.throwsAsync(query(sql), denied, `${role}: ${sql}`);
    });
});

test('a reader reads the load log and cannot write it', async (t) => {
  await asRole('almagest_reader', async (query) => {
    t.is((await query('select almagest.version()')).length, 1);
    t.deepEqual(await query('select * from almagest.load_log'), []);
    await t.throwsAsync(query('delete from almagest.load_log'), denied);
    await t.throwsAsync(query('update almagest.migrations set hash = hash'), denied);
  });
});

test('a function that takes a table reads it with its caller’s rights', async (t) => {
  await asRole('almagest_owner', async (query) => {
    await t.throwsAsync(query(`select * from sky.nearest('public.secret', 10, 20, 1)`), denied);
    await t.throwsAsync(query(`select * from sky.xmatch('public.secret', 'public.secret', 1)`), denied);
  });
});

test('every function that is not inlined has its search_path pinned', async (t) => {
  await using db = await database();
  // A bundle only defines what the functions that reach into it run, under their own setting.
  const loose = await db.query<{ name: string }>(`
    select p.oid::regprocedure::text as name
    from pg_proc p
    join pg_language l on l.oid = p.prolang
    where p.pronamespace in ('almagest'::regnamespace, 'apdb'::regnamespace, 'butler'::regnamespace, 'obscore'::regnamespace, 'sky'::regnamespace)
      and not coalesce(array_to_string(p.proconfig, ',') like '%search_path=pg_catalog, pg_temp%', false)
      and (p.prosecdef
           or l.lanname = 'plpgsql'
           or l.lanname = 'plv8' and p.prosrc ~ 'plv8\\.(execute|prepare)' and p.proname <> '_bundle'
           or l.lanname = 'sql' and p.prosqlbody is null)`);
  t.deepEqual(loose, []);
});

test('operators planted in the caller’s search_path are not used', async (t) => {
  await using db = await database();
  await db.client.query(`
    create schema trap;
    create function trap.sprung(float8, float8) returns boolean language plpgsql as $$ begin raise 'sprung'; end $$;
    create function trap.sprung_number(float8, float8) returns float8 language plpgsql as $$ begin raise 'sprung'; end $$;
    create function trap.sprung_mixed(float8, int) returns float8 language plpgsql as $$ begin raise 'sprung'; end $$;
    create function trap.sqrt(float8) returns float8 language plpgsql as $$ begin raise 'sprung'; end $$;
    create function trap.cosd(float8) returns float8 language plpgsql as $$ begin raise 'sprung'; end $$;
    create operator trap.<= (leftarg = float8, rightarg = float8, function = trap.sprung);
    create operator trap.* (leftarg = float8, rightarg = float8, function = trap.sprung_number);
    create operator trap.- (leftarg = float8, rightarg = float8, function = trap.sprung_number);
    create operator trap.* (leftarg = float8, rightarg = int, function = trap.sprung_mixed);
    create operator trap./ (leftarg = float8, rightarg = int, function = trap.sprung_mixed);
    create table public.star (id int8 primary key, ra float8, dec float8);
    insert into star values (1, 10, 20);
    select sky.add_position_index('public.star');
    set search_path = trap, pg_catalog, public;`);
  t.deepEqual(
    await db.query('select ra from public.star where sky.in_cone(ra, dec, 10, 20, radius_arcsec => 5)'),
    [{ ra: 10 }],
  );
  t.is((await db.query('select sky.angular_distance(0, 0, 0, 1) as d')).length, 1);
  t.is((await db.query(`select * from sky.nearest('public.star', 10, 20, 1)`)).length, 1);
});
