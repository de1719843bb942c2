/** The views and functions of an APDB's own schema: made of its tables and options, and anew when these change. */
import type { Apdb } from './apdb.ts';
import { readersSql } from './readers.ts';
import { viewsSql } from './views.ts';

interface Made {
  /** Quoted names, with the schema. */
  readonly views: readonly string[];
  readonly functions: readonly string[];
}

/** What statements make. */
function madeBy(statements: readonly string[]): Made {
  const names = (kind: string) => [
    ...new Set(
      statements.flatMap(
        (statement) => new RegExp(`^\\s*create or replace ${kind} ([^\\s(]+)`).exec(statement)?.[1] ?? [],
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
  if (views.length > 0) plv8.execute(`drop view if exists ${views.join(', ')}`);
}

/** Makes them anew, and lets the members of almagest_reader use them. */
export function generate(apdb: Apdb): void {
  const statements = [...viewsSql(apdb), ...readersSql(apdb)];
  const made = madeBy(statements);
  drop({ apdb, ...made });
  for (const statement of statements) plv8.execute(statement);
  if (made.views.length > 0) plv8.execute(`grant select on ${made.views.join(', ')} to almagest_reader`);
  const functions = signatures(apdb, made.functions).join(', ');
  if (functions !== '') {
    plv8.execute(`revoke all on function ${functions} from public`);
    plv8.execute(`grant execute on function ${functions} to almagest_reader`);
  }
}

/** Drops those that are there. */
export function dropGenerated(apdb: Apdb): void {
  drop({ apdb, ...madeBy([...viewsSql(apdb), ...readersSql(apdb)]) });
}
