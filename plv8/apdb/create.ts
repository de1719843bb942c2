/** Making an APDB: its schema, its tables, and what says to clients what it is. */
import { addAdditions } from './additions.ts';
import { Apdb, metadataKeys, oneAtATime } from './apdb.ts';
import { makeTable, type TableSpec, tableSql, tablesOf } from './ddl.ts';
import { generate, requireFreeNames } from './generate.ts';
import { changeableJson, frozenJson, readOptions } from './read_options.ts';
import { makeRoom, requireShortNames } from './room.ts';
import { columnTypesOf } from './schema/definition.ts';
import { readFelis } from './schema/felis.ts';
import { schema10 } from './schema/schema10.ts';
import { writeVersions } from './versions.ts';

interface Plan {
  readonly apdb: Apdb;
  readonly version: string;
  readonly tables: readonly TableSpec[];
}

/** What an APDB would be, as far as that can be said without making it. */
function planApdb(name: string, optionsText: string, prefix: string, felis: string | null): Plan {
  const schema = felis === null ? schema10 : readFelis(felis);
  const options = readOptions(optionsText, columnTypesOf(schema));
  const apdb = new Apdb(name, prefix, options);
  const tables = tablesOf(apdb, schema);
  requireShortNames(apdb, tables);
  return { apdb, version: schema.version, tables };
}

/**
 * The statements by which createApdb makes the schema and the tables of the client.
 * @throws ApdbConfigError
 */
export function createSql(...given: Parameters<typeof planApdb>): string[] {
  const { apdb, tables } = planApdb(...given);
  return [`create schema ${apdb.schema}`, ...tables.flatMap((table) => tableSql(apdb, table))];
}

/**
 * @param felis the JSON of a Felis document; today's tables where it is null
 * @throws ApdbConfigError; ApdbStateError where the name is taken
 */
export function createApdb(name: string, optionsText: string, prefix: string, felis: string | null): Apdb {
  oneAtATime();
  const { apdb, version, tables } = planApdb(name, optionsText, prefix, felis);
  makeRoom(apdb, tables);
  for (const table of tables) makeTable(apdb, table);
  writeVersions(apdb, version);
  apdb.setMetadata(metadataKeys.config, frozenJson(apdb.options));
  apdb.rows(
    `insert into apdb.database (name, prefix, options, origin) values ($1, $2, $3::json, 'created')`,
    [name, prefix, changeableJson(apdb.options)],
  );
  requireFreeNames(apdb);
  addAdditions(apdb);
  generate(apdb);
  return apdb;
}
