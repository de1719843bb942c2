/** What can be exported: the rows of an ObsCore table, or those that a configuration would make. */
import type pg from 'pg';
import { columnsOf, keyColumns } from '../../plv8/obscore/columns.ts';
import { type ObsCoreConfig, type Origin, parseConfig } from '../../plv8/obscore/config.ts';
import type { ColumnType, OutputColumn } from '../formats/write/columns.ts';

/** Rows to be written, and how their configuration wants them written. */
export interface RowSource {
  /** A SELECT of the columns, in their order. */
  readonly query: string;
  readonly columns: readonly OutputColumn[];
  /** What an extra column means, by its name. */
  readonly docs: ReadonlyMap<string, string>;
  readonly origin: Origin | null;
  readonly nullString: string;
  readonly compression: string;
  /** Rows of a row group of Parquet. */
  readonly batchSize: number;
}

export class ExportError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'ExportError';
    this.hint = hint;
  }
}

const types: Readonly<Record<string, ColumnType>> = {
  boolean: 'boolean',
  smallint: 'int16',
  integer: 'int32',
  bigint: 'int64',
  'double precision': 'float64',
  text: 'string',
};

function typeOf(sqlType: string): ColumnType | undefined {
  return sqlType.startsWith('character varying') ? 'string' : types[sqlType];
}

/** What serves the table itself; pgSphere's columns, for which no format has a type, are left out like it. */
const internal = new Set(keyColumns.map(({ name }) => name));

function outputColumns(columns: readonly { name: string; sqlType: string }[]): OutputColumn[] {
  return columns.flatMap(({ name, sqlType }) => {
    const type = typeOf(sqlType);
    return type === undefined || internal.has(name) ? [] : [{ name, type }];
  });
}

function listOf(client: pg.Client, columns: readonly OutputColumn[]): string {
  return columns.map(({ name }) => client.escapeIdentifier(name)).join(', ');
}

function sourceOf(config: ObsCoreConfig, columns: readonly OutputColumn[], query: string): RowSource {
  return {
    query,
    columns,
    docs: new Map(config.extraColumns.flatMap(({ name, doc }) => (doc === null ? [] : [[name, doc]]))),
    origin: config.origin,
    nullString: config.csvNullString,
    compression: config.parquetCompression,
    batchSize: config.batchSize,
  };
}

/** The registry that is named, or that the session works on. */
export async function registryOf(client: pg.Client, registry: string | undefined): Promise<string> {
  const { rows } = await client.query<{ registry: string }>(
    'select coalesce($1::name, butler.current_registry()) as registry',
    [registry ?? null],
  );
  return rows[0].registry;
}

/** The rows of a table. @throws ExportError where the registry has no such ObsCore table */
export async function tableSource(
  client: pg.Client,
  tableName: string,
  registryGiven?: string,
): Promise<RowSource> {
  const registry = await registryOf(client, registryGiven);
  const { rows: definitions } = await client.query<{ config: string }>(
    'select config::text as config from obscore.definition where registry = $1 and table_name = $2',
    [registry, tableName],
  );
  if (definitions.length === 0)
    throw new ExportError(
      `registry ${registry} has no ObsCore table ${tableName}`,
      'almagest obscore list shows those that there are; --config FILE exports without one.',
    );
  const table = `${client.escapeIdentifier(registry)}.${client.escapeIdentifier(tableName)}`;
  const { rows } = await client.query<{ name: string; sqlType: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as "sqlType"
     from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped
     order by attnum`,
    [table],
  );
  const columns = outputColumns(rows);
  return sourceOf(
    parseConfig(definitions[0].config),
    columns,
    `select ${listOf(client, columns)} from ${table}`,
  );
}

/**
 * The rows that a configuration would make, without a table.
 * @param text the configuration as JSON
 * @throws ObsCoreConfigError
 */
export async function configSource(
  client: pg.Client,
  text: string,
  registryGiven?: string,
): Promise<RowSource> {
  const config = parseConfig(text);
  const registry = await registryOf(client, registryGiven);
  const { rows } = await client.query<{ query: string }>(
    'select query from obscore._compile_rows($1, $2::name)',
    [text, registry],
  );
  const columns = outputColumns(columnsOf(config));
  const list = listOf(client, columns);
  // Where the registry has none of the dataset types there are no rows, of columns that are known all the same.
  const none = `select ${columns.map(({ name }) => `null as ${client.escapeIdentifier(name)}`).join(', ')} where false`;
  const queries = rows.map(({ query }) => `select ${list} from (${query}) as made`);
  return sourceOf(config, columns, queries.join('\nunion all\n') || none);
}

/** The rows of a query of obscore.observation. */
export async function observationSource(client: pg.Client, query: string): Promise<RowSource> {
  const { rows } = await client.query<{ name: string; sqlType: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as "sqlType"
     from pg_attribute
     where attrelid = 'obscore.observation'::regclass and attnum > 0 and not attisdropped
     order by attnum`,
  );
  return {
    query,
    columns: outputColumns(rows),
    docs: new Map(),
    origin: null,
    nullString: '\\N',
    compression: 'snappy',
    batchSize: 10_000,
  };
}
