/**
 * One set of inputs (migrations/, sql/, plv8/), three outputs: the extension's script, its upgrade script from
 * the release before, and the routines that the driver applies after the migrations.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundledSchemas, bundleSchema, type FunctionScript } from './bundle.ts';
import { literal } from './quote.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  /** As postgres-migrations computes it: SHA-1 of file name and content. */
  readonly hash: string;
}

export interface Release {
  readonly version: string;
  /** Number of the last migration that the release contains. */
  readonly lastMigration: number;
}

export interface Inputs {
  readonly version: string;
  /** What precedes everything: roles, the schema almagest and its table of migrations. */
  readonly bootstrap: string;
  readonly migrations: readonly Migration[];
  /** Functions, views, triggers, comments and privileges: replaced on every install. */
  readonly routines: string;
  /** Releases so far, oldest first; without the version in the making. */
  readonly releases: readonly Release[];
}

/** Schemas in the order in which they stand on one another. */
const schemas = ['almagest', 'sky', 'butler', 'obscore', 'apdb'];

export async function readInputs(root: string, version: string): Promise<Inputs> {
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
  const bundles = new Map<string, readonly FunctionScript[]>();
  for (const schema of bundledSchemas(path.join(root, 'plv8')))
    bundles.set(schema, await bundleSchema(path.join(root, 'plv8'), schema));
  const routines = schemas.flatMap((schema) => {
    const files = (kind: string) => sqlFiles(path.join(root, 'sql', schema, kind));
    return [
      `-- ${schema}\n`,
      ...inOrderOfNeed(schema, files('tables')),
      // Functions and views may need each other, whatever they are written in; triggers need both.
      ...inOrderOfNeed(schema, [...(bundles.get(schema) ?? []), ...files('functions'), ...files('views')]),
      ...inOrderOfNeed(schema, files('triggers')),
    ];
  });
  return {
    version,
    bootstrap: read('sql/bootstrap.sql'),
    migrations: readMigrations(path.join(root, 'migrations')),
    routines: [...routines, read('sql/privileges.sql')].join('\n').replaceAll('@VERSION@', version),
    releases: JSON.parse(read('migrations/releases.json')) as Release[],
  };
}

export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file, index) => {
      const [, number, name] = /^(\d{4})_(\w+)\.sql$/.exec(file) ?? [];
      if (Number(number) !== index + 1)
        throw new Error(`migrations/${file}: names are NNNN_name.sql with consecutive numbers from 0001`);
      const sql = readFileSync(path.join(directory, file), 'utf8');
      return {
        id: index + 1,
        name,
        sql,
        hash: createHash('sha1')
          .update(file + sql)
          .digest('hex'),
      };
    });
}

function sqlFiles(directory: string): FunctionScript[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      name: path.basename(file, '.sql'),
      sql: readFileSync(path.join(directory, file), 'utf8'),
    }));
}

/**
 * Files so ordered that each follows those whose objects it names: bodies in SQL-standard form (`return`,
 * `begin atomic`) are resolved when they are created.
 */
function inOrderOfNeed(schema: string, files: readonly FunctionScript[]): string[] {
  const ordered: FunctionScript[] = [];
  const visit = (file: FunctionScript, path: readonly FunctionScript[]) => {
    if (ordered.includes(file) || path.includes(file)) return;
    // Comments may name whom they like, and a bundle only runs once all is made.
    const needs = file.name === '_bundle' ? '' : file.sql.replace(/^comment on [^']*'(?:[^']|'')*';/gm, '');
    for (const other of files)
      if (new RegExp(`\\b${schema}\\.${other.name}\\b`).test(needs)) visit(other, [...path, file]);
    ordered.push(file);
  };
  for (const file of files) visit(file, []);
  return ordered.map(({ sql }) => sql);
}

/** Bodies given as strings may refer to one another in any order: they are checked when they first run. */
const preamble = `set local search_path = pg_catalog, pg_temp;
set local check_function_bodies = off;
set local client_min_messages = warning;
`;

/** What the driver runs, in one transaction, after the migrations. */
export function driverScript(inputs: Inputs): string {
  return preamble + inputs.routines;
}

/** `almagest--VERSION.sql`. */
export function extensionScript(inputs: Inputs): string {
  return [
    '\\echo Use "CREATE EXTENSION almagest CASCADE" to load this file. \\quit\n',
    preamble,
    inputs.bootstrap,
    ...inputs.migrations.map(applyMigration),
    inputs.routines,
    dumpedTables,
  ].join('\n');
}

/** `almagest--FROM--VERSION.sql`: the migrations since that release, and every routine anew. */
export function upgradeScript(inputs: Inputs, from: Release): string {
  return [
    `\\echo Use "ALTER EXTENSION almagest UPDATE TO '${inputs.version}'" to load this file. \\quit\n`,
    preamble,
    ...inputs.migrations.filter((migration) => migration.id > from.lastMigration).map(applyMigration),
    inputs.routines,
    dumpedTables,
  ].join('\n');
}

function applyMigration(migration: Migration): string {
  return `-- migration ${migration.id}
${migration.sql}
insert into almagest.migrations (id, name, hash)
values (${migration.id}, ${literal(migration.name)}, ${literal(migration.hash)});
`;
}

/** pg_dump leaves an extension's tables out unless told: the rows in them are the user's, so all but the migrations go in. */
const dumpedTables = `do $$
declare
  member regclass;
begin
  for member in
    select d.objid::regclass
    from pg_catalog.pg_depend d
    join pg_catalog.pg_class c on c.oid = d.objid
    where d.classid = 'pg_catalog.pg_class'::regclass
      and d.refclassid = 'pg_catalog.pg_extension'::regclass
      and d.refobjid = (select oid from pg_catalog.pg_extension where extname = 'almagest')
      and d.deptype = 'e'
      and c.relkind in ('r', 'S')
      and d.objid <> 'almagest.migrations'::regclass
  loop
    perform pg_catalog.pg_extension_config_dump(member, '');
  end loop;
end
$$;
`;
