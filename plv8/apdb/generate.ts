/** The views and functions of an APDB's own schema: made of its tables and options, and anew when these change. */

import { isNotReplaceable } from '../sqlstate.ts';
import { detachedDescription, exists, storedVisit } from './additions.ts';
import type { Apdb } from './apdb.ts';
import { apdbError } from './errors.ts';
import { readersSql } from './readers.ts';
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

/** The functions of these names that are there, with their arguments' types. */
function signatures(apdb: Apdb, names: readonly string[]): string[] {
  return apdb
    .rows<{ signature: string }>(
      `select p.oid::regprocedure::text as signature
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = $1::name and quote_ident(n.nspname) || '.' || quote_ident(p.proname) = any($2::text[])`,
      [apdb.name, names],
    )
    .map(({ signature }) => signature);
}

function drop({ apdb, views, functions }: Made & { readonly apdb: Apdb }): void {
  const found = signatures(apdb, functions);
  if (found.length > 0) plv8.execute(`drop function ${found.join(', ')}`);
  const there = views.filter((view) => exists(apdb, view));
  if (there.length > 0) plv8.execute(`drop view ${there.join(', ')}`);
}

/**
 * Before anything of ours is in the schema: nobody else's views and functions are to be replaced.
 * @throws ApdbStateError
 */
export function requireFreeNames(apdb: Apdb): void {
  const { views, functions } = madeBy([...viewsSql(apdb), ...readersSql(apdb)]);
  const stored = apdb.own('stored_visit');
  const [{ comment }] = apdb.rows<{ comment: string | null }>(
    `select obj_description(to_regclass($1), 'pg_class') as comment`,
    [stored],
  ) as [{ comment: string | null }];
  // Left by an Almagest that was dropped from the database without apdb.detach: all of it is ours.
  if (comment === storedVisit.description) return;
  const relations = apdb.rows<{ name: string }>(
    'select name from unnest($1::text[]) as n (name) where to_regclass(name) is not null',
    [comment === detachedDescription ? views : [...views, stored]],
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
 * Runs statements of `create or replace`. What cannot be replaced is dropped before: the functions, and only if need
 * be the views, on which others may have made theirs.
 */
function make(apdb: Apdb, statements: readonly string[], made: Made): void {
  const before: Made[] = [
    { views: [], functions: [] },
    { views: [], functions: made.functions },
  ];
  for (const dropped of before)
    try {
      plv8.subtransaction(() => {
        drop({ apdb, ...dropped });
        for (const statement of statements) plv8.execute(statement);
      });
      return;
    } catch (error) {
      if (!isNotReplaceable(error)) throw error;
    }
  drop({ apdb, ...made });
  for (const statement of statements) plv8.execute(statement);
}

/** Makes them, also anew, and lets the members of almagest_reader use them. */
export function generate(apdb: Apdb): void {
  const statements = [...viewsSql(apdb), ...readersSql(apdb)];
  const made = madeBy(statements);
  make(apdb, statements, made);
  const functions = madeFunctions(apdb, statements);
  const former = signatures(apdb, made.functions).filter((signature) => !functions.includes(signature));
  if (former.length > 0) plv8.execute(`drop function ${former.join(', ')}`);
  plv8.execute(`grant select on ${made.views.join(', ')} to almagest_reader`);
  plv8.execute(`revoke all on function ${functions.join(', ')} from public`);
  plv8.execute(`grant execute on function ${functions.join(', ')} to almagest_reader`);
}

/** Drops those that are there. */
export function dropGenerated(apdb: Apdb): void {
  drop({ apdb, ...madeBy([...viewsSql(apdb), ...readersSql(apdb)]) });
}
