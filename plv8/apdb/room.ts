/** Where an APDB is made: a schema that is not there yet, or has room for it. */

import { utf8 } from '../utf8.ts';
import { type Apdb, q } from './apdb.ts';
import type { TableSpec } from './ddl.ts';
import { apdbError } from './errors.ts';

const longest = 63;

/** @throws ApdbConfigError where a prefix makes names too long for PostgreSQL, which would cut them */
export function requireShortNames(apdb: Apdb, tables: readonly TableSpec[]): void {
  const long = tables
    .flatMap((table) => [
      apdb.tableName(table.name),
      ...table.indexes.map(({ name }) => apdb.prefix + name),
      ...[...(table.uniqueKeys ?? []), ...(table.checks ?? []), ...(table.foreignKeys ?? [])].map(
        ({ name }) => apdb.prefix + name,
      ),
    ])
    .filter((name) => utf8(name).length > longest);
  if (long.length > 0)
    throw apdbError('ApdbConfigError', `the prefix '${apdb.prefix}' is too long`, {
      detail: long
        .map((name) => `${name} has ${utf8(name).length} bytes: PostgreSQL keeps ${longest}`)
        .join('\n'),
    });
}

/**
 * Makes the schema where there is none. One with other things in it serves an APDB with a prefix, where none of
 * its names is taken.
 * @throws ApdbStateError
 */
export function makeRoom(apdb: Apdb, tables: readonly TableSpec[]): void {
  const { name } = apdb;
  if (name === '')
    throw apdbError('ApdbConfigError', 'an APDB needs a name', {
      hint: "It is that of its schema: select apdb.create('survey').",
    });
  const [state] = apdb.rows<{
    known: boolean;
    present: boolean;
    extensions: boolean;
    relations: string[] | null;
  }>(
    `select exists (select from apdb.database where name = $1::name) as known,
            exists (select from pg_namespace where nspname = $1::name) as present,
            exists (select from pg_depend d join pg_namespace n on n.oid = d.objid
                    where d.classid = 'pg_namespace'::regclass and d.deptype = 'e' and n.nspname = $1::name) as extensions,
            (select array_agg(c.relname::text order by c.relname)
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = $1::name and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
               and not exists (select from pg_depend d
                               where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')) as relations`,
    [name],
  );
  const { known, present, extensions, relations } = state!;
  const there = relations ?? [];
  if (known)
    throw apdbError('ApdbStateError', `there is an APDB '${name}' already`, {
      hint: `Take another name, or remove it first with all it holds: select apdb.drop(${plv8.quote_literal(name)}).`,
    });
  if (extensions)
    throw apdbError('ApdbStateError', `the schema '${name}' is an extension's`, {
      hint: 'An APDB has a schema of its own: name one that does not exist yet.',
    });
  const taken = tables.map((table) => apdb.tableName(table.name)).filter((table) => there.includes(table));
  if (taken.length > 0)
    throw apdbError('ApdbStateError', `the schema '${name}' has tables of an APDB already`, {
      detail: `It has ${taken.join(', ')}.`,
      hint: `If a client made them: select apdb.attach(${plv8.quote_literal(name)}${apdb.prefix === '' ? '' : `, ${plv8.quote_literal(apdb.prefix)}`}).`,
    });
  if (there.length > 0 && apdb.prefix === '')
    throw apdbError('ApdbStateError', `the schema '${name}' is not empty`, {
      detail: `It has ${there.slice(0, 5).join(', ')}${there.length > 5 ? ', …' : ''}.`,
      hint: 'Name one that does not exist yet; or give the tables a prefix, and they stand among the others.',
    });
  if (!present) plv8.execute(`create schema ${q(name)}`);
  plv8.execute(`grant usage on schema ${q(name)} to almagest_reader`);
  // Among tables of others, who may make more of them is not for us to say.
  if (there.length === 0) plv8.execute(`grant create on schema ${q(name)} to almagest_owner`);
}
