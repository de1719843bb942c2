/** Taking Almagest out of a database; tables that surveys and loads made stay. */
import type pg from 'pg';
import { findInstallation, InstallError } from './install.ts';

/** Kinds of object in our schemas, those that depend on others first. */
const kinds = [
  {
    kind: 'view',
    names: `select format('%I.%I', n.nspname, c.relname) as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'v' and n.nspname = any($1)`,
  },
  {
    kind: 'routine',
    names: `select p.oid::regprocedure::text as name
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = any($1)`,
  },
  {
    kind: 'table',
    names: `select format('%I.%I', n.nspname, c.relname) as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname = any($1)`,
  },
  {
    kind: 'type',
    names: `select format('%I.%I', n.nspname, t.typname) as name
            from pg_type t join pg_namespace n on n.oid = t.typnamespace
            where n.nspname = any($1) and t.typtype in ('d', 'e')`,
  },
  { kind: 'schema', names: 'select quote_ident(nspname) as name from pg_namespace where nspname = any($1)' },
];

export const schemas = ['butler', 'sky', 'almagest'];

/**
 * Removes every object of Almagest in one transaction. Where something of the user's depends on one (an index
 * on positions, a view), nothing is removed unless `cascade` says that those go too.
 * @throws InstallError where the database has no installation
 */
export async function uninstall(client: pg.Client, cascade: boolean): Promise<void> {
  const present = await findInstallation(client);
  if (!present)
    throw new InstallError('Almagest is not installed in this database', 'name another with --database');
  const behaviour = cascade ? 'cascade' : 'restrict';
  await client.query('begin');
  try {
    if (present.method === 'extension') await client.query(`drop extension almagest ${behaviour}`);
    else
      for (const { kind, names } of kinds) {
        const { rows } = await client.query(names, [schemas]);
        if (rows.length > 0)
          await client.query(`drop ${kind} ${rows.map((row) => row.name).join(', ')} ${behaviour}`);
      }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
