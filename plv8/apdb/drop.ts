/** APDBs dropped, with all they hold. */

import { isDependedOn } from '../sqlstate.ts';
import { storedVisit } from './additions.ts';
import { Apdb, oneAtATime, openApdb, replicaTableNames } from './apdb.ts';
import { apdbError } from './errors.ts';
import { dropGenerated } from './generate.ts';
import { defaultOptions } from './options.ts';
import { schema10 } from './schema/schema10.ts';

/** The tables that are there, quoted: all that an APDB can have. */
function tablesThere(apdb: Apdb): string[] {
  const names = [...schema10.tables.map(({ name }) => name), 'DiaObjectNightly', ...replicaTableNames];
  return apdb
    .rows<{ name: string }>(
      `select name from unnest($1::text[]) as n (name) join pg_class c on c.oid = to_regclass(name)
       where c.relkind in ('r', 'p')`,
      [[...names.map((name) => apdb.table(name)), apdb.own(storedVisit.name)]],
    )
    .map(({ name }) => name);
}

/** Drops an APDB; its schema too, where apdb.create made it and it is then empty. */
export function dropApdb(name: string): void {
  oneAtATime();
  const [known] = plv8.execute('select prefix, origin from apdb.database where name = $1', [name]) as {
    prefix: string;
    origin: string;
  }[];
  if (known === undefined) {
    openApdb(name);
    throw apdbError('MissingApdbError', `there is no APDB '${name}'`);
  }
  const bare = new Apdb(name, known.prefix, defaultOptions);
  // Where somebody dropped its tables already, it is to be forgotten all the same.
  const tables = tablesThere(bare);
  if (tables.includes(bare.table('metadata'))) dropGenerated(openApdb(name));
  if (tables.length > 0) plv8.execute(`drop table ${tables.join(', ')}`);
  bare.rows('delete from apdb.database where name = $1', [name]);
  if (known.origin === 'created' && name !== 'public') dropEmptySchema(bare);
}

function dropEmptySchema(apdb: Apdb): void {
  if (apdb.rows('select from pg_namespace where nspname = $1::name', [apdb.name]).length === 0) return;
  try {
    plv8.subtransaction(() => plv8.execute(`drop schema ${apdb.schema}`));
  } catch (error) {
    if (!isDependedOn(error)) throw error;
    plv8.elog(NOTICE, `the schema ${apdb.schema} stays: it holds more than the APDB`);
  }
}
