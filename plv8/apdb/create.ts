/** Making an APDB: its schema, its tables, and what says to clients what it is. */
import { addAdditions } from './additions.ts';
import { Apdb, metadataKeys } from './apdb.ts';
import { makeTable, tablesOf } from './ddl.ts';
import { generate } from './generate.ts';
import { changeableJson, frozenJson, readOptions } from './read_options.ts';
import { columnTypesOf } from './schema/definition.ts';
import { schema10 } from './schema/schema10.ts';

/** The versions of the client's code that these tables are for. */
const codeVersion = '1.2.1';
const replicaVersion = '1.0.0';

/** @throws ApdbConfigError; ApdbStateError where the name is taken */
export function createApdb(name: string, optionsText: string, prefix: string): Apdb {
  const options = readOptions(optionsText, columnTypesOf(schema10));
  const apdb = new Apdb(name, prefix, options);
  plv8.execute(`create schema ${apdb.schema}`);
  plv8.execute(`grant usage on schema ${apdb.schema} to almagest_reader`);
  plv8.execute(`grant create on schema ${apdb.schema} to almagest_owner`);
  for (const table of tablesOf(apdb, schema10)) makeTable(apdb, table);
  apdb.setMetadata(metadataKeys.schemaVersion, schema10.version);
  apdb.setMetadata(metadataKeys.codeVersion, codeVersion);
  if (options.enable_replica) apdb.setMetadata(metadataKeys.replicaVersion, replicaVersion);
  apdb.setMetadata(metadataKeys.config, frozenJson(options));
  apdb.rows(
    `insert into apdb.database (name, prefix, options, origin) values ($1, $2, $3::json, 'created')`,
    [name, prefix, changeableJson(options)],
  );
  addAdditions(apdb);
  generate(apdb);
  return apdb;
}
