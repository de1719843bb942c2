/** Taking Almagest out of a database; tables that surveys and loads made stay. */
import type pg from 'pg';
import { findInstallation, InstallError } from './install.ts';

/** Triggers, views and routines of our schemas, of which any may stand on any other. */
const entangled = `
  select format('trigger %I on %I.%I', t.tgname, n.nspname, c.relname) as name
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where not t.tgisinternal and n.nspname = any($1)
  union all
  select 'view ' || format('%I.%I', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'v' and n.nspname = any($1)
  union all
  select 'routine ' || p.oid::regprocedure::text
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = any($1)`;

/** Kinds of object in our schemas that nothing of ours stands on any more, those that depend on others first. */
const kinds = [
  {
    kind: 'table',
    names: `select format('%I.%I', n.nspname, c.relname) as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname = any($1)`,
  },
  {
    kind: 'type',
    names: `select format('%I.%I', n.nspname, t.typname) as name
            from pg_type t
            join pg_namespace n on n.oid = t.typnamespace
            left join pg_class c on c.oid = t.typrelid
            where n.nspname = any($1) and (t.typtype in ('d', 'e') or c.relkind = 'c')`,
  },
  { kind: 'schema', names: 'select quote_ident(nspname) as name from pg_namespace where nspname = any($1)' },
];

export const schemas = ['apdb', 'obscore', 'butler', 'sky', 'almagest'];

/** The event trigger that some registry's additions need; it belongs to the database, not to a schema. */
const eventTrigger = 'almagest_association_tables';

/**
 * Removes every object of Almagest in one transaction. Registries of images and APDBs stay, as the tables of their
 * clients that they are, without what Almagest keeps in them; only with `cascade` is that taken away. Where
 * something of the user's depends on an object (an index on positions, a view), nothing is removed unless
 * `cascade` says that those go too.
 * @throws InstallError where the database has no installation, or has registries or APDBs and `cascade` is not given
 */
export async function uninstall(client: pg.Client, cascade: boolean): Promise<void> {
  const present = await findInstallation(client);
  if (!present)
    throw new InstallError('Almagest is not installed in this database', 'name another with --database');
  const behaviour = cascade ? 'cascade' : 'restrict';
  await client.query('begin');
  try {
    await detachRegistries(client, cascade);
    await detachApdbs(client, cascade);
    if (present.method === 'extension') await client.query(`drop extension almagest ${behaviour}`);
    else await dropObjects(client, behaviour);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Triggers of a registry call our functions: without them its chains could no longer be edited by anybody. */
async function detachRegistries(client: pg.Client, cascade: boolean): Promise<void> {
  const known = await client.query(`select to_regclass('butler.registry') is not null as known`);
  if (!known.rows[0].known) return;
  const { rows } = await client.query('select name from butler.registry order by name');
  const names = rows.map((row) => row.name).join(', ');
  if (rows.length > 0 && !cascade)
    throw new InstallError(
      `the database has registries of images: ${names}`,
      "give each back to its clients first, select butler.detach('name'), or say --cascade, which does that; " +
        'all they hold stays either way',
    );
  for (const { name } of rows) await client.query('select butler.detach($1)', [name]);
  await client.query(`drop event trigger if exists ${eventTrigger}`);
}

/** Views and functions of an APDB would stay and no longer work. */
async function detachApdbs(client: pg.Client, cascade: boolean): Promise<void> {
  const known = await client.query(`select to_regclass('apdb.database') is not null as known`);
  if (!known.rows[0].known) return;
  const { rows } = await client.query('select name from apdb.database order by name');
  const names = rows.map((row) => row.name).join(', ');
  if (rows.length > 0 && !cascade)
    throw new InstallError(
      `the database has APDBs: ${names}`,
      "give each back to its clients first, select apdb.detach('name'), or say --cascade, which does that; " +
        'all they hold stays either way',
    );
  for (const { name } of rows) await client.query('select apdb.detach($1)', [name]);
}

async function dropObjects(client: pg.Client, behaviour: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(entangled, [schemas]);
  await dropInAnyOrder(
    client,
    rows.map((row) => row.name),
    behaviour,
  );
  for (const { kind, names } of kinds) {
    const found = await client.query(names, [schemas]);
    if (found.rows.length > 0)
      await client.query(`drop ${kind} ${found.rows.map((row) => row.name).join(', ')} ${behaviour}`);
  }
}

/** Drops what nothing stands on, again and again, until nothing is left; fails where a round drops nothing. */
async function dropInAnyOrder(client: pg.Client, names: readonly string[], behaviour: string): Promise<void> {
  const left: string[] = [];
  let failure: unknown;
  for (const name of names) {
    await client.query('savepoint one');
    try {
      await client.query(`drop ${name.replace(' ', ' if exists ')} ${behaviour}`);
    } catch (error) {
      await client.query('rollback to one');
      left.push(name);
      failure = error;
    }
    await client.query('release one');
  }
  if (left.length === 0) return;
  if (left.length === names.length) {
    // All at once, they fail only on what is not ours: that is what the user has to hear of.
    for (const kind of ['routine', 'view']) {
      const same = left.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
      if (same.length > 0) await client.query(`drop ${kind} ${same.join(', ')} ${behaviour}`);
    }
    throw failure;
  }
  await dropInAnyOrder(client, left, behaviour);
}
