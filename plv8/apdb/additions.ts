/**
 * What an APDB has here beyond the tables of its client: the table of the visits that were stored, the nightly
 * table, and indexes. All of it stands beside tables that a client made as beside our own.
 */

import { isUniqueViolation } from '../sqlstate.ts';
import { type Apdb, q } from './apdb.ts';
import { makeTable, type TableSpec } from './ddl.ts';
import { apdbError } from './errors.ts';
import { columnOf } from './schema/definition.ts';

/** Stands for no detector in the index that keeps the units apart. */
export const noDetector = -1;

export const storedVisit: TableSpec = {
  name: 'stored_visit',
  description: 'Visits, or detectors of visits, that were stored: each once, however often it is sent',
  columns: (
    [
      ['visit', 'int8 not null', '', 'meta.id;obs', 'Visit'],
      ['detector', 'int4', '', 'meta.id;instr', 'Detector; NULL where the visit was stored as a whole'],
      ['visit_time', 'float8 not null', 'd', 'time.epoch', 'When the versions of its objects begin: MJD TAI'],
      ['n_objects', 'int8 not null', '', 'meta.number', 'Versions of objects that were stored'],
      ['n_sources', 'int8 not null', '', 'meta.number', 'Sources that were stored'],
      ['n_forced_sources', 'int8 not null', '', 'meta.number', 'Forced sources that were stored'],
      ['dia_object_ids', 'int8[] not null', '', 'meta.id;src', 'The objects of which it stored versions'],
      ['stored_at', 'timestamptz not null default now()', '', 'time.processing', 'When it was stored'],
    ] as const
  ).map(columnOf),
  primaryKey: [],
  indexes: [],
};

/** What its comment is while the APDB is detached. */
export const detachedDescription =
  'Visits that were stored before the APDB was detached: apdb.attach goes on from them';

interface AdditionalIndex {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  /** What follows the table's name: columns, predicate. */
  readonly sql: string;
}

/** Indexes by which versions are found and kept right; the names begin as the table's do. */
function additionalIndexes(apdb: Apdb): AdditionalIndex[] {
  const id = q('diaObjectId');
  if (apdb.hasLast)
    return [{ name: 'DiaObjectLast_almagest_id', table: 'DiaObjectLast', unique: true, sql: `(${id})` }];
  const open = `where ${q('validityEndMjdTai')} is null`;
  const table = 'DiaObject';
  const indexes = [
    { name: 'DiaObject_almagest_open', table, unique: true, sql: `(${id}) ${open}` },
    // What reading the objects of a field costs does not grow with their histories.
    { name: 'DiaObject_almagest_open_pixel', table, unique: false, sql: `(${apdb.pixel}) ${open}` },
  ];
  if (apdb.options.dia_object_index === 'pix_id_iov')
    indexes.push({
      name: 'DiaObject_almagest_version',
      table,
      unique: true,
      sql: `(${id}, ${q('validityStartMjdTai')})`,
    });
  return indexes;
}

/** Whether a table, view or index of this quoted name is there. */
export function exists(apdb: Apdb, relation: string): boolean {
  const [row] = apdb.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [relation]);
  return row!.known;
}

/**
 * Adds what is missing.
 * @throws ApdbStateError where rows of a client stand against an index
 */
export function addAdditions(apdb: Apdb): void {
  if (!exists(apdb, apdb.own('stored_visit'))) {
    makeTable(apdb, storedVisit, apdb.own('stored_visit'));
    plv8.execute(
      `create unique index stored_visit_unit on ${apdb.own('stored_visit')} (visit, coalesce(detector, ${noDetector}))`,
    );
  }
  plv8.execute(
    `comment on table ${apdb.own('stored_visit')} is ${plv8.quote_literal(storedVisit.description)}`,
  );
  for (const index of additionalIndexes(apdb))
    if (!exists(apdb, apdb.table(index.name))) makeIndex(apdb, index);
  if (apdb.options.dia_object_nightly) makeNightly(apdb);
}

function makeIndex(apdb: Apdb, { name, table, unique, sql }: AdditionalIndex): void {
  const create = `create ${unique ? 'unique ' : ''}index ${q(apdb.tableName(name))} on ${apdb.table(table)} ${sql}`;
  try {
    plv8.subtransaction(() => plv8.execute(create));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw apdbError(
      'ApdbStateError',
      `${apdb.tableName(table)} of the APDB '${apdb.name}' has a version twice`,
      {
        detail: error.detail ?? '',
        hint: `Nothing may stand against: ${create}. Close or delete versions, then call this again.`,
      },
    );
  }
}

/**
 * DiaObjectNightly has the columns of DiaObject and, as rows only pass through it, no index but those by which versions
 * are found and kept right.
 */
function makeNightly(apdb: Apdb): void {
  const nightly = apdb.table('DiaObjectNightly');
  if (exists(apdb, nightly)) {
    addNewColumns(apdb, nightly);
    return;
  }
  plv8.execute(
    `create table ${nightly} (like ${apdb.table('DiaObject')} including defaults including comments)`,
  );
  plv8.execute(
    `create unique index ${q(apdb.tableName('DiaObjectNightly_almagest_version'))}
     on ${nightly} (${q('diaObjectId')}, ${q('validityStartMjdTai')})`,
  );
  if (!apdb.hasLast)
    plv8.execute(
      `create unique index ${q(apdb.tableName('DiaObjectNightly_almagest_open'))}
       on ${nightly} (${q('diaObjectId')}) where ${q('validityEndMjdTai')} is null`,
    );
  plv8.execute(
    `comment on table ${nightly} is 'Versions of objects since apdb.nightly_merge last brought them into DiaObject'`,
  );
  plv8.execute(`grant select on ${nightly} to almagest_reader`);
  plv8.execute(`grant insert, update, delete, truncate on ${nightly} to almagest_loader`);
  plv8.execute(`grant all on ${nightly} to almagest_owner`);
}

/** DiaObject may have got columns since. */
function addNewColumns(apdb: Apdb, nightly: string): void {
  for (const { name, type } of apdb.columns('DiaObject'))
    if (!apdb.hasColumn('DiaObjectNightly', name))
      plv8.execute(`alter table ${nightly} add column ${q(name)} ${type}`);
}

function hasRows(apdb: Apdb, table: string): boolean {
  return exists(apdb, table) && apdb.rows(`select from ${table} limit 1`).length > 0;
}

/**
 * Takes the nightly table away.
 * @throws ApdbStateError where versions are in it
 */
export function removeNightly(apdb: Apdb): void {
  const nightly = apdb.table('DiaObjectNightly');
  if (hasRows(apdb, nightly))
    throw apdbError(
      'ApdbStateError',
      `${apdb.tableName('DiaObjectNightly')} of the APDB '${apdb.name}' holds versions`,
      {
        hint: `Bring them into DiaObject first: select apdb.nightly_merge(${plv8.quote_literal(apdb.name)}).`,
      },
    );
  if (exists(apdb, nightly)) plv8.execute(`drop table ${nightly}`);
}

/** Takes away what was added; the visits that were stored are remembered, for nothing else knows them. */
export function removeAdditions(apdb: Apdb): void {
  removeNightly(apdb);
  for (const { name } of additionalIndexes(apdb))
    if (exists(apdb, apdb.table(name))) plv8.execute(`drop index ${apdb.table(name)}`);
  const stored = apdb.own('stored_visit');
  if (hasRows(apdb, stored)) {
    plv8.execute(`comment on table ${stored} is ${plv8.quote_literal(detachedDescription)}`);
    plv8.elog(NOTICE, `${stored} stays: it says which visits were stored`);
  } else if (exists(apdb, stored)) plv8.execute(`drop table ${stored}`);
}
