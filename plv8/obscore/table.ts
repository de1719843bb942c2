/** SQL that makes an ObsCore table: columns, comments, key and indexes. */
import { entityName } from '../butler/names.ts';
import type { Registry } from '../butler/registry.ts';
import { columnsOf } from './columns.ts';
import type { ObsCoreConfig } from './config.ts';
import { obscoreError } from './errors.ts';
import { sqlText } from './format/compile.ts';

/** What holds the rows: a table, or a materialized view of the same columns. */
export type Kind = 'table' | 'materialized view';

export interface TableIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly method: 'btree' | 'gist';
}

/**
 * The schema of pgSphere's types, quoted.
 * @throws ObsCoreStateError where the extension is not installed
 */
export function pgsphereSchema(): string {
  const [row] = plv8.execute(
    `select quote_ident(n.nspname) as schema
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_sphere'`,
  ) as { schema: string }[];
  if (row) return row.schema;
  throw obscoreError('ObsCoreStateError', 'spatial_plugins asks for pgSphere, which this database lacks', {
    hint: 'Let a superuser run: create extension pg_sphere. Or leave the plugin out: positions are searched without it.',
  });
}

/** The type of a column with its schema. */
export function qualifiedType(sqlType: string): string {
  return sqlType === 'spoly' || sqlType === 'spoint' ? `${pgsphereSchema()}.${sqlType}` : sqlType;
}

/** `create table` without key and indexes, which are cheaper to make once the rows are there; then its comments. */
export function createTable(registry: Registry, tableName: string, config: ObsCoreConfig): string[] {
  const columns = columnsOf(config).map(
    ({ name, sqlType }) =>
      `${plv8.quote_ident(name)} ${qualifiedType(sqlType)}${name === 'registry_dataset_id' ? ' not null' : ''}`,
  );
  return [
    `create table ${registry.table(tableName)} (\n  ${columns.join(',\n  ')}\n)`,
    ...comments(registry, tableName, config, 'table'),
  ];
}

/** `comment on` the table and each of its columns. */
export function comments(registry: Registry, tableName: string, config: ObsCoreConfig, kind: Kind): string[] {
  const table = registry.table(tableName);
  return [
    `comment on ${kind} ${table} is ${sqlText(
      'ObsCore: one row for each observation, kept by the schema obscore from the datasets of this registry',
    )}`,
    ...columnsOf(config).map(
      ({ name, comment }) => `comment on column ${table}.${plv8.quote_ident(name)} is ${sqlText(comment)}`,
    ),
  ];
}

/** The name of the index or constraint by which a dataset's row is found. */
export function keyName(tableName: string): string {
  return entityName(tableName, 'pkey');
}

/** The indexes beside the key, named as the Data Butler names them. */
export function indexesOf(tableName: string, config: ObsCoreConfig): readonly TableIndex[] {
  const index = (columns: readonly string[], method: TableIndex['method'] = 'btree'): TableIndex => ({
    name: entityName(tableName, 'idx', ...columns),
    columns,
    method,
  });
  const { pgsphere } = config;
  const asked = config.indices.filter((columns) => columns.length !== 1 || columns[0] !== 'footprint');
  return [
    ...asked.map((columns) => index(columns)),
    index(['footprint']),
    ...(pgsphere ? [index([pgsphere.regionColumn], 'gist'), index([pgsphere.positionColumn], 'gist')] : []),
  ];
}

/** The key and the indexes, once the rows are there. */
export function createIndexes(
  registry: Registry,
  tableName: string,
  config: ObsCoreConfig,
  kind: Kind = 'table',
): string[] {
  const table = registry.table(tableName);
  const key = plv8.quote_ident(keyName(tableName));
  return [
    kind === 'table'
      ? `alter table ${table} add constraint ${key} primary key (registry_dataset_id)`
      : `create unique index ${key} on ${table} (registry_dataset_id)`,
    ...indexesOf(tableName, config).map(
      ({ name, columns, method }) =>
        `create index ${plv8.quote_ident(name)} on ${table} using ${method} (${columns.map((column) => plv8.quote_ident(column)).join(', ')})`,
    ),
  ];
}
