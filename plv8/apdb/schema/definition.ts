/** What a schema of an APDB is: tables, their columns, keys and indexes, as data. */

/** `[name, type, unit, UCD, description]`; the type is PostgreSQL's, with `not null` and `default` as in DDL. */
export type ColumnRow = readonly [name: string, type: string, unit: string, ucd: string, description: string];

export interface Column {
  readonly name: string;
  /** int8, int4, int2, float8, float4, boolean, text, varchar(n), char(n), bytea or timestamptz. */
  readonly type: string;
  readonly notNull: boolean;
  /** An SQL literal. */
  readonly defaultSql?: string;
  readonly unit: string;
  readonly ucd: string;
  readonly description: string;
}

export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Values that no two rows have alike. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface Check {
  readonly name: string;
  /** An SQL expression of the table's columns. */
  readonly expression: string;
}

/** Columns that hold a key of another table. Those between the tables of an APDB are not made: rows come in any order. */
export interface Reference {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: string;
  readonly referenced: readonly string[];
}

export interface Table {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly indexes: readonly Index[];
  readonly uniqueKeys?: readonly UniqueKey[];
  readonly checks?: readonly Check[];
  readonly references?: readonly Reference[];
}

export interface Schema {
  readonly name: string;
  readonly version: string;
  readonly tables: readonly Table[];
}

/** Names that PostgreSQL keeps for columns of its own. */
export const systemColumns: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

export function columnOf([name, type, unit, ucd, description]: ColumnRow): Column {
  const [, base, notNull, defaultSql] = /^(\S+)( not null)?(?: default (.+))?$/.exec(type) ?? [];
  if (base === undefined) throw new Error(`the type of ${name} is ${type}`);
  return {
    name,
    type: base,
    notNull: notNull !== undefined,
    ...(defaultSql === undefined ? {} : { defaultSql }),
    unit,
    ucd,
    description,
  };
}

/** A table's columns by name, each with its type; undefined where there is no such table. */
export type ColumnTypes = (table: string) => ReadonlyMap<string, string> | undefined;

export const columnTypesOf =
  (schema: Schema): ColumnTypes =>
  (name) => {
    const table = schema.tables.find((one) => one.name === name);
    return table && new Map(table.columns.map((column) => [column.name, column.type]));
  };
