/** `almagest apdb schema`: the tables of an APDB, or of any Felis document, and the SQL that makes them. */
import { Command } from 'commander';
import type { Schema, Table } from '../../../plv8/apdb/schema/definition.ts';
import { apdbSchema } from '../../../plv8/apdb/schema/required.ts';
import { schema10 } from '../../../plv8/apdb/schema/schema10.ts';
import { readFelisFile } from '../../apdb/felis.ts';
import { type Tree, treeJson } from '../../config/yaml.ts';
import { formatResult } from '../../db/result-table.ts';
import { withClient } from '../call.ts';
import { databaseOption, UsageError } from '../options.ts';
import { assignment } from './assignment.ts';
import type { JsonOptions } from './call.ts';
import { felisJson, reading } from './create.ts';

interface SchemaOptions extends JsonOptions {
  readonly from?: string;
  readonly sql?: boolean;
  readonly prefix: string;
  readonly set?: ReadonlyMap<string, Tree>;
}

/** Columns as rows: name, type, unit, UCD, description. */
function columnTable(table: Table): string {
  const header = ['column', 'type', 'unit', 'ucd', 'description'];
  return formatResult({
    columns: header.map((name) => ({ name, rightAligned: false })),
    rows: table.columns.map((column) => [
      column.name,
      `${column.type}${column.notNull ? ' not null' : ''}${column.defaultSql === undefined ? '' : ` default ${column.defaultSql}`}`,
      column.unit,
      column.ucd,
      column.description,
    ]),
  });
}

const parenthesised = (columns: readonly string[]): string => `(${columns.join(', ')})`;

function tableText(table: Table): string {
  const keys = [
    ...(table.primaryKey.length > 0 ? [`primary key ${parenthesised(table.primaryKey)}`] : []),
    ...table.indexes.map(({ name, columns }) => `index ${name} ${parenthesised(columns)}`),
    ...(table.uniqueKeys ?? []).map(({ name, columns }) => `unique ${name} ${parenthesised(columns)}`),
    ...(table.checks ?? []).map(({ name, expression }) => `check ${name} (${expression})`),
    ...(table.references ?? []).map(
      ({ name, columns, table: other, referenced }) =>
        `reference ${name} ${parenthesised(columns)} to ${other} ${parenthesised(referenced)}`,
    ),
  ];
  const about = table.description.replace(/\s+/g, ' ').trim();
  return [
    about === '' ? table.name : `${table.name}: ${about}`,
    ...keys.map((key) => `  ${key}`),
    columnTable(table),
  ].join('\n');
}

/** Prints a schema; exit status 1 where it cannot be that of an APDB. */
async function show(name: string | undefined, options: SchemaOptions): Promise<void> {
  let schema: Schema = schema10;
  if (options.from !== undefined) {
    const { schema: read, complaints } = await reading(options.from, readFelisFile);
    for (const { path, complaint } of complaints) console.error(`${path}: ${complaint}`);
    if (read === undefined) {
      process.exitCode = 1;
      return;
    }
    schema = read;
  }
  const tables = schema.tables.filter((table) => name === undefined || table.name === name);
  if (tables.length === 0)
    throw new UsageError(
      `${schema.name} has no table ${name}`,
      `it has ${schema.tables.map((table) => table.name).join(', ')}`,
    );
  if (options.json) {
    console.log(JSON.stringify({ ...schema, tables }));
    return;
  }
  console.log(`${schema.name} ${schema.version}\n`);
  console.log(tables.map(tableText).join('\n\n'));
  if (name !== undefined) return;
  for (const { path, complaint } of apdbSchema(schema).complaints)
    console.log(`note: no schema of an APDB: ${path}: ${complaint}`);
}

/** Prints what apdb.create would run. */
async function printSql(name: string, options: SchemaOptions): Promise<void> {
  const schema = options.from === undefined ? null : await felisJson(options.from);
  await withClient(options, async (client) => {
    const { rows } = await client.query<{ statement: string }>(
      'select statement from apdb.create_sql($1::name, $2::json, $3, $4::json) as statement',
      [name, treeJson(options.set ?? new Map()), options.prefix, schema],
    );
    const statements = rows.map(({ statement }) => statement);
    console.log(options.json ? JSON.stringify(statements) : `${statements.join(';\n\n')};`);
  });
}

export function schemaCommand(): Command {
  return databaseOption(new Command('schema'))
    .argument('[name]', 'one table; with --sql, the name of the APDB')
    .option('--from <file>', 'a Felis document, YAML (default: ApdbSchema 10.0.0)')
    .option(
      '--sql',
      'the statements by which create would make the tables; asks a database where Almagest is installed',
    )
    .option('--prefix <text>', 'with --sql: what the names of tables begin with', '')
    .option('--set <name=value>', 'with --sql: an option; repeat it for more', assignment)
    .option('--json', 'for programs')
    .description('show tables, columns, units and keys of an APDB, or of a Felis document')
    .action((name: string | undefined, options: SchemaOptions) =>
      options.sql ? printSql(name ?? 'apdb', options) : show(name, options),
    )
    .addHelpText(
      'after',
      `
Exit status: 1 where the document is wrong; each mistake is shown with its path.

Examples:
  almagest apdb schema DiaObject
  almagest apdb schema --from apdb.yaml
  almagest apdb schema survey --sql --set dia_object_index=pix_id_iov`,
    );
}
