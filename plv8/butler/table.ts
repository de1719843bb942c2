/** A table of a registry as data, and the SQL that makes it, named in every part as the Data Butler names it. */
import { entityName } from './names.ts';
import type { Registry } from './registry.ts';

export interface ColumnSpec {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string;
  /** An SQL expression. */
  readonly defaultTo?: string;
}

export interface ForeignKeySpec {
  readonly table: string;
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly cascade?: boolean;
}

export interface TableSpec {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ColumnSpec[];
  readonly primaryKey: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  readonly indexes?: readonly (readonly string[])[];
  readonly foreignKeys?: readonly ForeignKeySpec[];
  /** A column whose values are taken from a sequence, by whoever inserts: it has no default. */
  readonly sequenceOf?: string;
}

export function column(name: string, type: string, comment: string): ColumnSpec {
  return { name, type, nullable: false, comment };
}

export function nullable(spec: ColumnSpec): ColumnSpec {
  return { ...spec, nullable: true };
}

/** The sequence of an automatic key: `collection_seq_collection_id`. */
export function sequenceName(table: string, column: string): string {
  return entityName(table, 'seq', column);
}

/** Statements that make tables, first without their foreign keys, so that they may refer to one another. */
export function createTables(registry: Registry, specs: readonly TableSpec[]): string[] {
  return [
    ...specs.flatMap((spec) => createTable(registry, spec)),
    ...specs.flatMap((spec) =>
      (spec.foreignKeys ?? []).map((key) => addForeignKey(registry, spec.name, key)),
    ),
  ];
}

function columnList(names: readonly string[]): string {
  return names.map((name) => plv8.quote_ident(name)).join(', ');
}

function createTable(registry: Registry, spec: TableSpec): string[] {
  const { name, columns, primaryKey, unique = [], sequenceOf } = spec;
  const table = registry.table(name);
  const parts = [
    ...columns.map(
      (part) =>
        `${plv8.quote_ident(part.name)} ${part.type}${part.defaultTo ? ` default ${part.defaultTo}` : ''}${part.nullable ? '' : ' not null'}`,
    ),
    `constraint ${plv8.quote_ident(entityName(name, 'pkey'))} primary key (${columnList(primaryKey)})`,
    ...unique.map(
      (names) =>
        `constraint ${plv8.quote_ident(entityName(name, 'unq', ...names))} unique (${columnList(names)})`,
    ),
  ];
  return [
    ...(sequenceOf === undefined
      ? []
      : [`create sequence ${registry.table(sequenceName(name, sequenceOf))}`]),
    `create table ${table} (\n  ${parts.join(',\n  ')}\n)`,
    ...indexesOf(spec).map(
      ([label, names]) =>
        `create index ${plv8.quote_ident(entityName(name, label, ...names))} on ${table} (${columnList(names)})`,
    ),
    `comment on table ${table} is ${plv8.quote_literal(spec.comment)}`,
    ...columns.map(
      (part) =>
        `comment on column ${table}.${plv8.quote_ident(part.name)} is ${plv8.quote_literal(part.comment)}`,
    ),
  ];
}

/** The plain indexes: those asked for, and one for each foreign key that no other index has for its columns. */
function indexesOf({ primaryKey, unique = [], indexes = [], foreignKeys = [] }: TableSpec) {
  const known = new Set([primaryKey, ...unique, ...indexes].map((names) => names.join()));
  return [
    ...indexes.map((names) => ['idx', names] as const),
    ...foreignKeys
      .filter(({ source }) => !known.has(source.join()))
      .map(({ source }) => ['fkidx', source] as const),
  ];
}

function addForeignKey(registry: Registry, name: string, key: ForeignKeySpec): string {
  const label = entityName('fkey', name, key.table, ...key.target, ...key.source);
  return `alter table ${registry.table(name)} add constraint ${plv8.quote_ident(label)}
  foreign key (${columnList(key.source)}) references ${registry.table(key.table)} (${columnList(key.target)})${
    key.cascade ? ' on delete cascade' : ''
  }`;
}

/** What members of the almagest roles may do with tables and their sequences. */
export function grantRights(registry: Registry, specs: readonly TableSpec[]): string[] {
  if (specs.length === 0) return [];
  const tables = specs.map(({ name }) => registry.table(name)).join(', ');
  const sequences = specs
    .flatMap(({ name, sequenceOf }) => (sequenceOf === undefined ? [] : [sequenceName(name, sequenceOf)]))
    .map((name) => registry.table(name))
    .join(', ');
  return [
    `grant select on ${tables} to almagest_reader`,
    `grant insert, update, delete on ${tables} to almagest_loader`,
    `grant all on ${tables} to almagest_owner`,
    ...(sequences === ''
      ? []
      : [
          `grant select on sequence ${sequences} to almagest_reader`,
          `grant usage on sequence ${sequences} to almagest_loader`,
          `grant all on sequence ${sequences} to almagest_owner`,
        ]),
  ];
}
