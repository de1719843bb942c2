/** An ObsCore table as its definition says it is, and lookups of definitions. */
import { openRegistry, type Registry } from '../butler/registry.ts';
import { type ObsCoreConfig, parseConfig } from './config.ts';
import { obscoreError } from './errors.ts';

export type Mode = 'live' | 'manual' | 'matview';
export type OnError = 'record' | 'raise';

export interface Definition {
  readonly registry: Registry;
  /** Of the table in the registry's schema; not quoted. */
  readonly tableName: string;
  readonly mode: Mode;
  readonly onError: OnError;
  readonly published: boolean;
  readonly config: ObsCoreConfig;
  /** As it was given: JSON text, whose numbers and order of keys count. */
  readonly configText: string;
  /** Whether nobody else writes the table, which is being built: nothing is to be locked for the sake of others. */
  readonly isApart?: boolean;
}

interface DefinitionRow {
  readonly table_name: string;
  readonly mode: Mode;
  readonly on_error: OnError;
  readonly published: boolean;
  readonly config: string;
}

/** Configurations by their text: reading one costs more than looking it up. */
const configs = new Map<string, ObsCoreConfig>();

export function configOf(text: string): ObsCoreConfig {
  let config = configs.get(text);
  if (!config) {
    config = parseConfig(text);
    configs.set(text, config);
  }
  return config;
}

/** The same of a text that a user gave: what in it has no effect is said as a NOTICE. */
export function givenConfig(text: string): ObsCoreConfig {
  const config = configOf(text);
  for (const { path, complaint } of config.notices) plv8.elog(NOTICE, `${path} ${complaint}`);
  return config;
}

function toDefinition(registry: Registry, row: DefinitionRow): Definition {
  return {
    registry,
    tableName: row.table_name,
    mode: row.mode,
    onError: row.on_error,
    published: row.published,
    config: configOf(row.config),
    configText: row.config,
  };
}

const columns = 'table_name::text as table_name, mode, on_error, published, config::text as config';

/** All ObsCore tables of a registry, by name. */
export function definitionsOf(registry: Registry): Definition[] {
  return registry
    .rows<DefinitionRow>(
      `select ${columns} from obscore.definition where registry = $1::name order by table_name`,
      [registry.name],
    )
    .map((row) => toDefinition(registry, row));
}

export function findDefinition(registry: Registry, tableName: string): Definition | undefined {
  const [row] = registry.rows<DefinitionRow>(
    `select ${columns} from obscore.definition where registry = $1::name and table_name = $2::name`,
    [registry.name, tableName],
  );
  return row && toDefinition(registry, row);
}

/** @throws MissingObsCoreTableError */
export function definitionIn(registry: Registry, tableName: string): Definition {
  const found = findDefinition(registry, tableName);
  if (found) return found;
  const names = registry
    .rows<{ name: string }>(
      'select table_name::text as name from obscore.definition where registry = $1::name order by table_name',
      [registry.name],
    )
    .map(({ name }) => `'${name}'`);
  throw obscoreError(
    'MissingObsCoreTableError',
    `registry ${registry.name} has no ObsCore table '${tableName}'`,
    {
      hint:
        names.length > 0
          ? `It has ${names.join(', ')}.`
          : 'Make one: select obscore.create(registry, config).',
    },
  );
}

/**
 * The definition of an ObsCore table, as an SQL function's arguments name it.
 * @throws MissingRegistryError, MissingObsCoreTableError
 */
export function openDefinition(registry: string | null, tableName: string | null): Definition {
  return definitionIn(openRegistry(registry), tableName ?? 'obscore');
}
