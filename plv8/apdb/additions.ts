/**
 * What an APDB has here beyond the tables of its client: the table of the visits that were stored, the nightly
 * table, and indexes. All of it stands beside tables that a client made as beside our own.
 */
import { type Apdb, q } from './apdb.ts';
import { makeTable, type TableSpec } from './ddl.ts';
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

interface AdditionalIndex {
  readonly name: string;
  readonly table: string;
  /** What follows the table's name: columns, predicate. */
  readonly sql: string;
}

/** Indexes by which versions are found and kept right; the names begin as the table's do. */
function additionalIndexes(apdb: Apdb): AdditionalIndex[] {
  const id = q('diaObjectId');
  if (apdb.hasLast) return [{ name: 'DiaObjectLast_almagest_id', table: 'DiaObjectLast', sql: `(${id})` }];
  const open = {
    name: 'DiaObject_almagest_open',
    table: 'DiaObject',
    sql: `(${id}) where ${q('validityEndMjdTai')} is null`,
  };
  return apdb.options.dia_object_index === 'pix_id_iov'
    ? [
        open,
        {
          name: 'DiaObject_almagest_version',
          table: 'DiaObject',
          sql: `(${id}, ${q('validityStartMjdTai')})`,
        },
      ]
    : [open];
}

function exists(apdb: Apdb, relation: string): boolean {
  const [{ known }] = apdb.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
    relation,
  ]) as [{ known: boolean }];
  return known;
}

/** Adds what is missing. */
export function addAdditions(apdb: Apdb): void {
  if (!exists(apdb, apdb.own('stored_visit'))) {
    makeTable(apdb, storedVisit, apdb.own('stored_visit'));
    plv8.execute(
      `create unique index stored_visit_unit on ${apdb.own('stored_visit')} (visit, coalesce(detector, ${noDetector}))`,
    );
  }
  for (const { name, table, sql } of additionalIndexes(apdb))
    if (!exists(apdb, apdb.table(name)))
      plv8.execute(`create unique index ${q(apdb.tableName(name))} on ${apdb.table(table)} ${sql}`);
  if (apdb.options.dia_object_nightly) makeNightly(apdb);
}

/** DiaObjectNightly has the columns of DiaObject and no index: rows only pass through it. */
function makeNightly(apdb: Apdb): void {
  const nightly = apdb.table('DiaObjectNightly');
  if (exists(apdb, nightly)) return;
  plv8.execute(
    `create table ${nightly} (like ${apdb.table('DiaObject')} including defaults including comments)`,
  );
  plv8.execute(
    `comment on table ${nightly} is 'Versions of objects since apdb.nightly_merge last brought them into DiaObject'`,
  );
  plv8.execute(`grant select on ${nightly} to almagest_reader`);
  plv8.execute(`grant insert, update, delete, truncate on ${nightly} to almagest_loader, almagest_owner`);
}
