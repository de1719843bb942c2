/** The table that `--create` makes from a file's columns. */
import { typeNames } from '../db/copy/codecs.ts';
import { type FragmentSqlToken, type QuerySqlToken, sql } from '../db/pool.ts';
import type { Column, TableReader } from '../formats/table.ts';
import { keyColumns, type NamedColumn, newColumnNames } from './columns.ts';
import { LoadError } from './errors.ts';

/** `description [unit; ucd]`, with the file's own name and type where it says nothing else. */
export function columnComment(column: Column): string {
  const { unit, ucd, description, name, storedAs } = column;
  const known = ucd === undefined ? (unit ?? '') : `${unit ?? ''}; ${ucd}`;
  return (description ?? `${name} (${storedAs})`) + (known === '' ? '' : ` [${known}]`);
}

function columnType(column: Column): FragmentSqlToken {
  // The names come from our own table of types, not from the file.
  return { ...sql.fragment``, sql: typeNames[column.type] + (column.shape === undefined ? '' : '[]') };
}

/** Comments cannot be parameters, so that the text is quoted here. */
function quoteLiteral(text: string): FragmentSqlToken {
  const body = text.replaceAll('\0', '').replaceAll("'", "''").replaceAll('\\', '\\\\');
  return { ...sql.fragment``, sql: ` E'${body}'` };
}

/**
 * The statements that make a table and describe it. A column is NOT NULL where the file says that every row has a
 * value and no rule makes some NULL.
 * @param nullable columns that rules may turn to NULL
 * @param key columns of the table's primary key, none without
 * @throws LoadError for a key that is no column of the file
 */
export function createStatements(
  table: { readonly schema: string; readonly name: string },
  reader: TableReader,
  chosen: readonly NamedColumn[],
  nullable: ReadonlySet<Column>,
  key: readonly string[],
): QuerySqlToken[] {
  const identifier = sql.identifier([table.schema, table.name]);
  const columns = newColumnNames(chosen);
  if (columns.length === 0) throw new LoadError('the file has no columns to make a table of');
  if (columns.length > 1600) {
    throw new LoadError(`the file has ${columns.length} columns, a table at most 1600`, {
      hint: 'Name those that are wanted by --columns.',
    });
  }
  const definitions = columns.map(({ column, name }) => {
    const notNull = column.nullable || nullable.has(column) ? sql.fragment`` : sql.fragment` not null`;
    return sql.fragment`${sql.identifier([name])} ${columnType(column)}${notNull}`;
  });
  if (key.length > 0) {
    const keyNames = keyColumns(
      key,
      columns.map(({ name }) => name),
    );
    const parts = sql.join(
      keyNames.map((name) => sql.identifier([name])),
      sql.fragment`, `,
    );
    definitions.push(sql.fragment`primary key (${parts})`);
  }
  const statements = [sql.unsafe`create table ${identifier} (${sql.join(definitions, sql.fragment`, `)})`];
  const about = [reader.name, reader.description]
    .filter((text) => text !== undefined && text !== '')
    .join(': ');
  if (about !== '') statements.push(sql.unsafe`comment on table ${identifier} is ${quoteLiteral(about)}`);
  for (const { column, name } of columns) {
    const path = sql.identifier([table.schema, table.name, name]);
    statements.push(sql.unsafe`comment on column ${path} is ${quoteLiteral(columnComment(column))}`);
  }
  return statements;
}
