/** The views, functions and types of an APDB's own schema: made of its tables and options, and anew when these change. */

import { isDependedOn, isNotReplaceable } from '../sqlstate.ts';
import { detachedDescription, exists, storedVisit } from './additions.ts';
import type { Apdb } from './apdb.ts';
import { apdbError } from './errors.ts';
import {
  createRowType,
  describeRowType,
  isMade,
  type RowType,
  rowTypeNames,
  rowTypesThere,
} from './read/row_type.ts';
import { readersSql, rowTypes } from './readers.ts';
import { viewsSql } from './views.ts';

interface Made {
  /** Quoted names, with the schema. */
  readonly views: readonly string[];
  readonly functions: readonly string[];
}

/** A name as PostgreSQL quotes it, with its schema. */
const part = '(?:"(?:[^"]|"")*"|[\\w$]+)';
const name = `${part}\\.${part}`;

/** What statements make. */
function madeBy(statements: readonly string[]): Made {
  const names = (kind: string) => [
    ...new Set(
      statements.flatMap(
        (statement) => new RegExp(`^\\s*create or replace ${kind} (${name})`).exec(statement)?.[1] ?? [],
      ),
    ),
  ];
  return { views: names('view'), functions: names('function') };
}

/** The functions of these names that are there, with their arguments' types; where types are given, whose rows are of these. */
function signatures(apdb: Apdb, names: readonly string[], types: readonly string[] | null = null): string[] {
  return apdb
    .rows<{ signature: string }>(
      `select p.oid::regprocedure::text as signature
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = $1::name and quote_ident(n.nspname) || '.' || quote_ident(p.proname) = any($2::text[])
         and ($3::text[] is null or p.prorettype = any($3::text[]::regtype[]))`,
      [apdb.name, names, types],
    )
    .map(({ signature }) => signature);
}

interface Dropped extends Made {
  /** With their arguments' types. */
  readonly functions: readonly string[];
  readonly types: readonly string[];
}

/** Drops what is there; of views those that are. */
function drop(apdb: Apdb, { views, functions, types }: Dropped): void {
  if (functions.length > 0) plv8.execute(`drop function ${functions.join(', ')}`);
  if (types.length > 0) plv8.execute(`drop type ${types.join(', ')}`);
  const there = views.filter((view) => exists(apdb, view));
  if (there.length > 0) plv8.execute(`drop view ${there.join(', ')}`);
}

/**
 * Before anything of ours is in the schema: nobody else's views and functions are to be replaced.
 * @throws ApdbStateError
 */
export function requireFreeNames(apdb: Apdb): void {
  const { views, functions } = madeBy([...viewsSql(apdb), ...readersSql(apdb)]);
  const types = rowTypeNames.map((type) => apdb.own(type));
  const stored = apdb.own('stored_visit');
  const [{ comment }] = apdb.rows<{ comment: string | null }>(
    `select obj_description(to_regclass($1), 'pg_class') as comment`,
    [stored],
  ) as [{ comment: string | null }];
  // Left by an Almagest that was dropped from the database without apdb.detach: all of it is ours.
  if (comment === storedVisit.description) return;
  const relations = apdb.rows<{ name: string }>(
    `select name from unnest($1::text[]) as n (name)
     where to_regclass(name) is not null or to_regtype(name) is not null`,
    [[...views, ...(comment === detachedDescription ? [] : [stored]), ...types]],
  );
  const taken = [...relations.map(({ name }) => name), ...signatures(apdb, functions)];
  if (taken.length > 0)
    throw apdbError('ApdbStateError', `the schema '${apdb.name}' has what Almagest would make in it`, {
      detail: `It has ${taken.join(', ')}.`,
      hint: 'Give them other names, or move them to another schema.',
    });
}

/** The functions that statements make, by what their comments say of their arguments; quoted, as PostgreSQL has them. */
function madeFunctions(apdb: Apdb, statements: readonly string[]): string[] {
  const named = statements.flatMap(
    (statement) => new RegExp(`^\\s*comment on function (${name}\\([^)]*\\))`).exec(statement)?.[1] ?? [],
  );
  return apdb
    .rows<{ signature: string }>('select n::regprocedure::text as signature from unnest($1::text[]) as n', [
      named,
    ])
    .map(({ signature }) => signature);
}

/**
 * Runs statements of `create or replace`. What cannot be replaced is dropped before: types whose columns changed with
 * their functions; the other functions, and only if need be the views, on which others may have made theirs.
 * @throws ApdbStateError where something of others depends on what is dropped
 */
function make(apdb: Apdb, statements: readonly string[], types: readonly RowType[], made: Made): void {
  const current = types.filter((type) => isMade(apdb, type));
  const kept = current.map((type) => apdb.own(type.name));
  const outdated = rowTypesThere(apdb).filter((type) => !kept.includes(type));
  const all = [
    ...types.filter((type) => !current.includes(type)).map((type) => createRowType(apdb, type)),
    ...types.map((type) => describeRowType(apdb, type)),
    ...statements,
  ];
  const functions = signatures(apdb, made.functions);
  const dropped: Dropped[] = [
    { views: [], functions: signatures(apdb, made.functions, outdated), types: outdated },
    { views: [], functions, types: outdated },
    { views: made.views, functions, types: outdated },
  ];
  for (const before of dropped)
    try {
      plv8.subtransaction(() => {
        drop(apdb, before);
        for (const statement of all) plv8.execute(statement);
      });
      return;
    } catch (error) {
      if (isDependedOn(error)) throw dependedOn(apdb, error.detail);
      if (before === dropped.at(-1) || !isNotReplaceable(error)) throw error;
    }
}

function dependedOn(apdb: Apdb, detail: string | null | undefined): Error {
  return apdbError(
    'ApdbStateError',
    `the views and functions of the APDB '${apdb.name}' cannot be made anew: others depend on them`,
    {
      detail: detail ?? '',
      hint: 'Drop what depends on them, call this again, and make it anew.',
    },
  );
}

/** Makes them, also anew, and lets the members of almagest_reader use them. */
export function generate(apdb: Apdb): void {
  const statements = [...viewsSql(apdb), ...readersSql(apdb)];
  const made = madeBy(statements);
  const types = rowTypes(apdb);
  make(apdb, statements, types, made);
  const functions = madeFunctions(apdb, statements);
  const former = signatures(apdb, made.functions).filter((signature) => !functions.includes(signature));
  if (former.length > 0) plv8.execute(`drop function ${former.join(', ')}`);
  plv8.execute(`grant select on ${made.views.join(', ')} to almagest_reader`);
  plv8.execute(
    `grant usage on type ${types.map((type) => apdb.own(type.name)).join(', ')} to almagest_reader`,
  );
  plv8.execute(`revoke all on function ${functions.join(', ')} from public`);
  plv8.execute(`grant execute on function ${functions.join(', ')} to almagest_reader`);
}

/** Drops those that are there. */
export function dropGenerated(apdb: Apdb): void {
  const { views, functions } = madeBy([...viewsSql(apdb), ...readersSql(apdb)]);
  drop(apdb, { views, functions: signatures(apdb, functions), types: rowTypesThere(apdb) });
}
