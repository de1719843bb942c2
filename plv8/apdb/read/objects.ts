/** Readers of objects: the latest versions in a region, and what deduplication looks at. */
import { type ActualColumn, type Apdb, metadataKeys, q } from '../apdb.ts';
import { chosen, inRegion, list, type Reader, type Search } from './reader.ts';

/** The table that says what the latest versions are. */
const latestTable = (apdb: Apdb) => (apdb.hasLast ? 'DiaObjectLast' : 'DiaObject');

const open = 't."validityEndMjdTai" is null';

/** The latest versions in a region; `region` and `exact` are SQL expressions. */
export function latestInRegion(
  apdb: Apdb,
  columns: readonly ActualColumn[],
  region: string,
  exact: string,
): string {
  const search: Search = { table: latestTable(apdb), columns, where: apdb.hasLast ? [] : [open] };
  const latest = inRegion(apdb, search, region, exact);
  if (apdb.hasLast || !apdb.options.dia_object_nightly) return latest;
  return `${latest}\nunion all\n${nightlyInRegion(apdb, columns, region, exact)}`;
}

/** The latest versions that are still in DiaObjectNightly, which has no index: it is read once. */
function nightlyInRegion(
  apdb: Apdb,
  columns: readonly ActualColumn[],
  region: string,
  exact: string,
): string {
  const { htm_level, htm_max_ranges } = apdb.options;
  const pixels = (test: string) => `t.${apdb.pixel} <@ (
    select range_agg(int8range(p.low, p.high, '[]'))
    from apdb._pixels(${region}, ${htm_level}, ${htm_max_ranges}, ${exact}) as p
    where ${test}
  )`;
  return `select ${list(columns, 't')}
from ${apdb.table('DiaObjectNightly')} as t
where ${open} and (
  ${pixels('p.test is null')}
  or ${pixels('p.test is not null')}
  and sky.region_contains(
    (
      select p.test
      from apdb._pixels(${region}, ${htm_level}, ${htm_max_ranges}, ${exact}) as p
      where p.test is not null
      limit 1
    ), t.${apdb.ra}, t.${apdb.decl})
)`;
}

/** The columns of objects that the options want read. */
const objectColumns = (apdb: Apdb) => chosen(apdb, latestTable(apdb), apdb.options.dia_object_columns);

export function diaObjects(apdb: Apdb): Reader {
  const columns = objectColumns(apdb);
  return {
    name: 'get_dia_objects',
    args: [
      ['region', 'text'],
      ['exact', 'boolean', 'true'],
    ],
    row: { name: 'dia_object_row', table: latestTable(apdb), columns },
    body: latestInRegion(apdb, columns, '$1', '$2'),
    comment:
      'Latest versions of the objects in a region, in no order. region: POS text [deg, ICRS] or base64. exact: ' +
      'false leaves the test of positions out, so that other objects of the pixels that the region touches come too.',
  };
}

/** What the last deduplication left in the metadata, as MJD TAI; NULL before the first. */
function dedupTime(apdb: Apdb): string {
  return `(
    select extract(epoch from (m.value::json ->> 'dedup_time_iso_tai')::timestamp) / 86400 + 40587
    from ${apdb.table('metadata')} as m
    where m.name = ${plv8.quote_literal(metadataKeys.dedup)}
  )::float8`;
}

export function diaObjectsForDedup(apdb: Apdb): Reader {
  const table = latestTable(apdb);
  const names = apdb.options.dia_object_columns_for_dedup;
  const required = ['diaObjectId', 'validityStartMjdTai'].filter((name) => !names.includes(name));
  const columns = chosen(apdb, table, names.length === 0 ? [] : [...required, ...names]);
  const tables = apdb.hasLast || !apdb.options.dia_object_nightly ? [table] : [table, 'DiaObjectNightly'];
  const same = list(columns, 't') === list(objectColumns(apdb), 't');
  const since = `coalesce($1, ${dedupTime(apdb)}, '-infinity')`;
  return {
    name: 'get_dia_objects_for_dedup',
    args: [['since', 'float8', 'null']],
    row: { name: same ? 'dia_object_row' : 'dia_object_dedup_row', table, columns },
    body: tables
      .map(
        (name) => `select ${list(columns, 't')}
from ${apdb.table(name)} as t
where t.${q('validityStartMjdTai')} >= ${since}`,
      )
      .join('\nunion all\n'),
    comment:
      `Versions of objects since a time, ${apdb.hasLast ? 'the latest of each object' : 'every version'}, in no ` +
      'order. since: MJD TAI; where it is NULL, the time of apdb.reset_dedup, and before that from the beginning.',
  };
}
