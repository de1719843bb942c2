/** Configuration files of APDBs: today's YAML of dax_apdb's ApdbSqlConfig, and the INI files of the prototype of 2017. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkOptions } from '../../plv8/apdb/read_options.ts';
import { columnTypesOf } from '../../plv8/apdb/schema/definition.ts';
import { schema10 } from '../../plv8/apdb/schema/schema10.ts';
import { parseJson } from '../../plv8/config/exact_json.ts';
import { type Finding, Findings, Place } from '../../plv8/config/place.ts';
import { ConfigFileError } from '../config/error.ts';
import { readYaml, type Tree, treeJson } from '../config/yaml.ts';
import { iniConfig } from './config_ini.ts';

export interface ApdbConfig {
  /** As it is given, which may be of a database that is not PostgreSQL: see postgresUrl. */
  readonly url?: string;
  /** The schema of the tables. */
  readonly name?: string;
  readonly prefix: string;
  /** Options of apdb.create, by name. */
  readonly options: ReadonlyMap<string, Tree>;
  /** The Felis document of its tables, where it is not that of today. */
  readonly schemaFile?: string;
}

export interface ConfigFindings {
  readonly config: ApdbConfig;
  readonly complaints: readonly Finding[];
  /** What is in the file and has no effect. */
  readonly notices: readonly Finding[];
}

const guide = 'docs/apdb.md';

const isolationLevels = ['READ_COMMITTED', 'READ_UNCOMMITTED', 'REPEATABLE_READ', 'SERIALIZABLE'] as const;
const pixelizationKeys = ['htm_level', 'htm_max_ranges', 'htm_index_column'] as const;
const connectionKeys = [
  'isolation_level',
  'connection_pool',
  'connection_timeout',
  'extra_parameters',
] as const;
/** Options that apdb.create has by the same name. */
const optionKeys = [
  'read_sources_months',
  'read_forced_sources_months',
  'enable_replica',
  'replica_chunk_seconds',
  'dia_object_index',
  'ra_dec_columns',
  'dia_object_columns',
  'dia_object_columns_for_dedup',
] as const;
/** Options of this Almagest that dax_apdb has no more. */
const ownKeys = ['dia_object_nightly', 'object_last_replace', 'source_select'] as const;

const yamlKeys = [
  'implementation_type',
  'db_url',
  'namespace',
  'prefix',
  'schema_file',
  'ss_schema_file',
  'schema_name',
  'connection_config',
  'pixelization',
  ...optionKeys,
  ...ownKeys,
] as const;

/** The schema of today, as every configuration names it that says nothing of it. */
const standardSchema = /^resource:\/\/lsst\.sdm\.schemas\/apdb\.yaml$|\$\{SDM_SCHEMAS_DIR\}.*\/apdb\.yaml$/;

function readSchemaFile(place: Place): string | null {
  const file = place.optional((text) => text.named());
  if (file === null || standardSchema.test(file)) return null;
  if (/^\w+:\/\//.test(file)) return place.complain('expected the name of a file') ?? null;
  return file;
}

/** How the client of Python connects is checked, and is its own affair. */
function checkConnection(place: Place): void {
  const fields = place.given ? place.options(connectionKeys) : undefined;
  if (fields === undefined) return;
  fields.isolation_level.optional((text) => text.word(isolationLevels));
  fields.connection_pool.optional((flag) => flag.boolean());
  fields.connection_timeout.optional((number) => number.number());
  fields.extra_parameters.optional((object) => object.entries());
  place.note('has no effect: it is for the client of Python');
}

const mapOf = (tree: Tree | undefined): ReadonlyMap<string, Tree> =>
  tree instanceof Map ? (tree as ReadonlyMap<string, Tree>) : new Map();

function yamlConfig(text: string, findings: Findings): ApdbConfig {
  const { tree, complaints } = readYaml(text);
  findings.complaints.push(...complaints);
  const none = { prefix: '', options: new Map() };
  if (/^\s*import lsst\.dax\.apdb/m.test(text)) {
    findings.complaints.splice(0);
    findings.complaints.push({
      path: '$',
      complaint: 'is a configuration of pex_config: apdb-cli convert-legacy-config makes YAML of it',
    });
    return none;
  }
  if (complaints.length > 0 && tree === null) return none;
  const fields = new Place(parseJson(treeJson(tree)), [], findings).options(yamlKeys);
  if (fields === undefined) return none;
  if (fields.implementation_type.text() !== 'sql' && typeof fields.implementation_type.value === 'string')
    fields.implementation_type.complain('expected "sql": this is a configuration of another kind of APDB');
  const url = fields.db_url.optional((place) => place.named());
  const name = fields.namespace.optional((place) => place.named());
  const prefix = fields.prefix.optional((place) => place.text());
  const schemaFile = readSchemaFile(fields.schema_file);
  checkConnection(fields.connection_config);
  if (fields.pixelization.given) fields.pixelization.options(pixelizationKeys);
  for (const key of ['ss_schema_file', 'schema_name'] as const)
    if (fields[key].given) fields[key].note('has no effect');
  const whole = mapOf(tree);
  const pixelization = mapOf(whole.get('pixelization'));
  const options = new Map<string, Tree>();
  for (const key of [...optionKeys, ...ownKeys]) if (whole.has(key)) options.set(key, whole.get(key) ?? null);
  for (const key of pixelizationKeys)
    if (pixelization.has(key)) options.set(key, pixelization.get(key) ?? null);
  return {
    ...(url === null ? {} : { url }),
    ...(name === null ? {} : { name }),
    prefix: prefix ?? '',
    options,
    ...(schemaFile === null ? {} : { schemaFile }),
  };
}

/** A file that begins with a section is one of 2017. */
const isIni = (text: string): boolean =>
  /^\[[\w ]+\]\s*$/.test(
    text.split(/\r?\n/).find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? '',
  );

/** Reads a configuration, and says all that is wrong with it. */
export function checkConfig(text: string): ConfigFindings {
  const findings = new Findings();
  const ini = isIni(text);
  const config = ini ? iniConfig(text, findings) : yamlConfig(text, findings);
  const place = (path: string) => {
    const [option = ''] = path.split(/[.[]/);
    if (ini) return `l1db.${path}`;
    return (pixelizationKeys as readonly string[]).includes(option) ? `pixelization.${path}` : path;
  };
  // Columns of another schema are for the database to look for, which reads it.
  const { complaints } = checkOptions(
    treeJson(config.options),
    config.schemaFile === undefined ? columnTypesOf(schema10) : undefined,
  );
  findings.complaints.push(...complaints.map(({ path, complaint }) => ({ path: place(path), complaint })));
  return { config, complaints: findings.complaints, notices: findings.notices };
}

/**
 * The configuration in a file. The name of a schema's file is relative to it.
 * @throws ConfigFileError with a line for each mistake in its detail
 */
export async function readConfigFile(file: string): Promise<ApdbConfig & { notices: readonly Finding[] }> {
  const { config, complaints, notices } = checkConfig(await readFile(file, 'utf8'));
  if (complaints.length > 0) throw new ConfigFileError(complaints, guide, file);
  const { schemaFile } = config;
  return {
    ...config,
    ...(schemaFile === undefined ? {} : { schemaFile: resolve(dirname(file), schemaFile) }),
    notices,
  };
}

/**
 * A URL of SQLAlchemy's as one of libpq's, or undefined where it is of another kind of database:
 * `postgresql+psycopg2://host/db` is `postgresql://host/db`.
 */
export function postgresUrl(url: string): string | undefined {
  const rest = /^postgres(?:ql)?(?:\+\w+)?:(\/\/.*)$/s.exec(url)?.[1];
  return rest === undefined ? undefined : `postgresql:${rest}`;
}
