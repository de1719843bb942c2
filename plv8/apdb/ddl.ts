/** The tables of an APDB as SQL: those of its schema, with what the options add. */
import { type Apdb, q } from './apdb.ts';
import { apdbError } from './errors.ts';
import { replicaTablesOf } from './replica.ts';
import type { Check, Column, Schema, Table } from './schema/definition.ts';
import { staysInside } from './schema/expression.ts';

/** Rows whose key a table refers to go with those of the other, and change with them. */
export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** The other table; the key is its primary key. */
  readonly table: string;
}

export type TableSpec = Table & { readonly foreignKeys?: readonly ForeignKey[] };

const pixelTables = ['DiaObject', 'DiaObjectLast', 'DiaSource'];

function pixelColumn(name: string, level: number): Column {
  return {
    name,
    type: 'int8',
    notNull: true,
    unit: '',
    ucd: 'pos.healpix',
    description: `HTM pixel of the position, level ${level}`,
  };
}

/** A table of the schema with the column, the key and the indexes that the options of the APDB give it. */
function completed(apdb: Apdb, table: Table): Table {
  if (!pixelTables.includes(table.name)) return table;
  const { htm_index_column, htm_level, dia_object_index } = apdb.options;
  const columns = [...table.columns, pixelColumn(htm_index_column, htm_level)];
  const leads =
    table.name === 'DiaObjectLast' || (table.name === 'DiaObject' && dia_object_index === 'pix_id_iov');
  const primaryKey = leads ? [htm_index_column, ...table.primaryKey] : table.primaryKey;
  const indexes =
    table.name === 'DiaObjectLast'
      ? table.indexes
      : [...table.indexes, { name: `IDX_${table.name}_${htm_index_column}`, columns: [htm_index_column] }];
  return { ...table, columns, primaryKey, indexes };
}

/** The tables that an APDB has, in the order in which they are made. */
export function tablesOf(apdb: Apdb, schema: Schema): TableSpec[] {
  const tables = schema.tables
    .filter(({ name }) => name !== 'DiaObjectLast' || apdb.hasLast)
    .map((table) => completed(apdb, table));
  return apdb.options.enable_replica ? [...tables, ...replicaTablesOf(apdb, tables)] : tables;
}

function columnSql(column: Column): string {
  return [
    q(column.name),
    column.type,
    ...(column.defaultSql === undefined ? [] : [`default ${column.defaultSql}`]),
    ...(column.notNull ? ['not null'] : []),
  ].join(' ');
}

/** `what it is [unit; ucd]` */
export function columnComment(column: Column): string {
  const notes = [column.unit, column.ucd].filter((note) => note !== '').length > 0;
  return notes
    ? `${column.description} [${column.unit}${column.ucd === '' ? '' : `; ${column.ucd}`}]`
    : column.description;
}

function foreignKeySql(apdb: Apdb, { name, columns, table }: ForeignKey): string {
  const list = columns.map(q).join(', ');
  return `constraint ${q(apdb.prefix + name)} foreign key (${list}) references ${apdb.table(table)} (${list}) on update cascade on delete cascade`;
}

/** @throws ApdbConfigError where the expression is more than one */
function checkSql(apdb: Apdb, table: Table, { name, expression }: Check): string {
  if (!staysInside(expression))
    throw apdbError('ApdbConfigError', `the constraint ${name} of ${table.name} is not one expression`, {
      detail: expression,
      hint: 'Write it without comments, backslashes and dollar quotes.',
    });
  return `constraint ${q(apdb.prefix + name)} check (${expression})`;
}

/** The statements that make a table with its indexes, comments and rights; `name`, quoted, where it is not the client's. */
export function tableSql(apdb: Apdb, table: TableSpec, name = apdb.table(table.name)): string[] {
  const list = (columns: readonly string[]) => columns.map(q).join(', ');
  const lines = [
    ...table.columns.map(columnSql),
    ...(table.primaryKey.length > 0 ? [`primary key (${list(table.primaryKey)})`] : []),
    ...(table.uniqueKeys ?? []).map(
      (key) => `constraint ${q(apdb.prefix + key.name)} unique (${list(key.columns)})`,
    ),
    ...(table.checks ?? []).map((check) => checkSql(apdb, table, check)),
    ...(table.foreignKeys ?? []).map((key) => foreignKeySql(apdb, key)),
  ];
  return [
    `create table ${name} (\n  ${lines.join(',\n  ')}\n)`,
    ...table.indexes.map(
      (index) => `create index ${q(apdb.prefix + index.name)} on ${name} (${list(index.columns)})`,
    ),
    `comment on table ${name} is ${plv8.quote_literal(table.description)}`,
    ...table.columns.map(
      (column) =>
        `comment on column ${name}.${q(column.name)} is ${plv8.quote_literal(columnComment(column))}`,
    ),
    `grant select on ${name} to almagest_reader`,
    `grant insert, update, delete on ${name} to almagest_loader`,
    `grant all on ${name} to almagest_owner`,
  ];
}

export function makeTable(apdb: Apdb, table: TableSpec, name = apdb.table(table.name)): void {
  plv8.execute(tableSql(apdb, table, name).join(';\n'));
}
