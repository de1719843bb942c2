/** APDBs in SQL: made, adopted, given back, dropped, and their options. */
import { changes, type Routine, routine } from '../../routine.ts';
import { metadataKeys, openApdb, readableApdbs } from '../apdb.ts';
import { attachApdb, detachApdb, refreshApdb } from '../attach.ts';
import { createApdb, createSql } from '../create.ts';
import { dropApdb } from '../drop.ts';
import { setOptions } from '../set_options.ts';

export const _create: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['name', 'name'],
      ['options', 'text'],
      ['prefix', 'text'],
      ['schema', 'text'],
    ],
    returns: 'void',
    comment: "What apdb.create does, of the JSON's text, in which numbers keep their spelling.",
  },
  (name, options, prefix, schema) => {
    createApdb(name ?? '', options ?? '{}', prefix ?? '', schema);
    return undefined;
  },
);

export const _create_sql: Routine = routine(
  {
    args: [
      ['name', 'name'],
      ['options', 'text'],
      ['prefix', 'text'],
      ['schema', 'text'],
    ],
    returns: { setof: 'text' },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment: "What apdb.create_sql gives, of the JSON's text.",
  },
  (name, options, prefix, schema) => createSql(name ?? '', options ?? '{}', prefix ?? '', schema),
);

export const attach: Routine = routine(
  {
    ...changes,
    args: [
      ['name', 'name'],
      ['prefix', 'text', "''"],
    ],
    returns: 'void',
    comment:
      'Adopts an APDB that a dax_apdb client made in this schema, its tables beginning with the prefix: adds the table ' +
      'stored_visit, indexes, views and readers, and changes nothing else. Where it is adopted already, adds what is ' +
      'missing. ApdbStateError where the schema holds no APDB, or rows stand against an index; ' +
      'IncompatibleVersionError where its schema or its client is of another version. Needs the rights of the owner ' +
      'of its tables and of almagest_owner.',
  },
  (name, prefix) => {
    attachApdb(name, prefix);
    return undefined;
  },
);

export const detach: Routine = routine(
  {
    ...changes,
    args: [['name', 'name']],
    returns: 'void',
    comment:
      'Takes away all that apdb.attach or apdb.create added to the tables of the client, and forgets the APDB: what ' +
      'it holds stays, for its clients, and so does the table stored_visit where it has rows. MissingApdbError; ' +
      'ApdbStateError where versions wait for apdb.nightly_merge.',
  },
  (name) => {
    detachApdb(name);
    return undefined;
  },
);

export const refresh: Routine = routine(
  {
    ...changes,
    args: [['name', 'name']],
    returns: 'void',
    comment:
      "Makes the views, functions and row types of an APDB's schema anew, and adds what is missing of indexes and tables: after " +
      'an update of Almagest, or when columns were added. MissingApdbError.',
  },
  (name) => {
    refreshApdb(name);
    return undefined;
  },
);

export const drop: Routine = routine(
  {
    ...changes,
    args: [['name', 'name']],
    returns: 'void',
    comment:
      'Drops an APDB with all it holds, and its schema where apdb.create made it an APDB and nothing else is in it. ' +
      'MissingApdbError where there is no such APDB; an error where views or tables of others depend on it.',
  },
  (name) => {
    dropApdb(name);
    return undefined;
  },
);

export const _set_options: Routine = routine(
  {
    ...changes,
    args: [
      ['name', 'name'],
      ['options', 'text'],
    ],
    returns: 'void',
    comment: "What apdb.set_options does, of the JSON's text.",
  },
  (name, options) => {
    setOptions(name, options);
    return undefined;
  },
);

export const options: Routine = routine(
  {
    args: [['apdb', 'name', 'apdb.current_apdb()']],
    returns: 'json',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'All options of an APDB: those that were frozen when it was made, and the others. MissingApdbError.',
  },
  (name) => openApdb(name).options,
);

export const _databases: Routine = routine(
  {
    args: [],
    returns: {
      table: [
        ['name', 'name'],
        ['dia_object_index', 'text'],
        ['enable_replica', 'boolean'],
        ['schema_version', 'text'],
      ],
    },
    volatility: 'stable',
    usesSql: true,
    rows: 10,
    comment: 'What the metadata of APDBs says of them, as far as the caller may read it.',
  },
  () =>
    readableApdbs().map((name) => {
      const apdb = openApdb(name);
      return {
        name,
        dia_object_index: apdb.options.dia_object_index,
        enable_replica: apdb.options.enable_replica,
        schema_version: apdb.getMetadata(metadataKeys.schemaVersion) ?? null,
      };
    }),
);
