/** APDBs that clients made: adopted, and given back. */
import { addAdditions, exists, removeAdditions } from './additions.ts';
import { Apdb, metadataKeys, oneAtATime, openApdb } from './apdb.ts';
import { tablesOf } from './ddl.ts';
import { apdbError } from './errors.ts';
import { dropGenerated, generate, requireFreeNames } from './generate.ts';
import { defaultOptions } from './options.ts';
import { readFrozen } from './read_options.ts';
import { schema10 } from './schema/schema10.ts';
import { requireVersions } from './versions.ts';

/** Columns without which nothing works; a schema of another version may lack any of the others. */
const needed: Readonly<Record<string, readonly string[]>> = {
  DiaObject: ['diaObjectId', 'validityStartMjdTai', 'validityEndMjdTai', 'nDiaSources'],
  DiaObjectLast: ['diaObjectId', 'validityStartMjdTai'],
  DiaSource: ['diaSourceId', 'diaObjectId', 'visit', 'detector', 'midpointMjdTai'],
  DiaForcedSource: ['diaObjectId', 'visit', 'detector', 'midpointMjdTai'],
};

/** @throws ApdbStateError where tables are missing, or columns of them */
function requireTables(apdb: Apdb): void {
  const { htm_index_column, ra_dec_columns } = apdb.options;
  const missing = tablesOf(apdb, schema10).flatMap(({ name }) => {
    const there = apdb.columns(name).map((column) => column.name);
    if (there.length === 0)
      return name === 'DiaObject_To_Object_Match' ? [] : [`there is no table ${apdb.tableName(name)}`];
    const placed = ['DiaObject', 'DiaObjectLast', 'DiaSource'].includes(name);
    const lacks = [...(needed[name] ?? []), ...(placed ? [htm_index_column, ...ra_dec_columns] : [])].filter(
      (column) => !there.includes(column),
    );
    return lacks.length === 0 ? [] : [`${apdb.tableName(name)} lacks ${lacks.join(', ')}`];
  });
  if (missing.length > 0)
    throw apdbError('ApdbStateError', `the APDB '${apdb.name}' lacks tables or columns`, {
      detail: missing.join('\n'),
    });
}

/** @throws ApdbStateError where the schema holds no APDB with that prefix */
function requireApdb(apdb: Apdb): void {
  const [{ present }] = apdb.rows<{ present: boolean }>(
    'select exists (select from pg_namespace where nspname = $1::name) as present',
    [apdb.name],
  ) as [{ present: boolean }];
  if (!present || !exists(apdb, apdb.table('metadata')))
    throw apdbError(
      'ApdbStateError',
      present
        ? `the schema '${apdb.name}' holds no APDB: it has no table ${apdb.tableName('metadata')}`
        : `there is no schema '${apdb.name}'`,
      {
        hint: `Say what the names of its tables begin with, if with anything: select apdb.attach('name', 'prefix'). A new APDB is made by: select apdb.create(${plv8.quote_literal(apdb.name)}).`,
      },
    );
}

/** Adopts an APDB that a client made; completes one that is here already. */
export function attachApdb(name: string, prefix: string): void {
  oneAtATime();
  const unread = new Apdb(name, prefix, defaultOptions);
  const [known] = unread.rows<{ prefix: string }>('select prefix from apdb.database where name = $1', [name]);
  if (known !== undefined && known.prefix !== prefix)
    throw apdbError(
      'ApdbStateError',
      `the APDB '${name}' is here already, and its tables begin with '${known.prefix}'`,
    );
  requireApdb(unread);
  requireVersions(unread);
  const frozen = readFrozen(unread.getMetadata(metadataKeys.config) ?? '{}');
  const apdb = new Apdb(name, prefix, { ...defaultOptions, ...frozen });
  requireTables(apdb);
  if (known !== undefined) {
    refreshApdb(name);
    return;
  }
  requireFreeNames(apdb);
  apdb.rows(`insert into apdb.database (name, prefix, origin) values ($1, $2, 'attached')`, [name, prefix]);
  addAdditions(apdb);
  generate(apdb);
}

/** Makes what is missing of ours, and views and functions anew. */
export function refreshApdb(name: string): void {
  oneAtATime();
  const apdb = openApdb(name);
  addAdditions(apdb);
  generate(apdb);
}

/** Takes away what is ours, and forgets the APDB; its client's tables stay. */
export function detachApdb(name: string): void {
  oneAtATime();
  const apdb = openApdb(name);
  dropGenerated(apdb);
  removeAdditions(apdb);
  apdb.rows('delete from apdb.database where name = $1', [name]);
}
