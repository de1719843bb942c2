/**
 * The functions that read an APDB, in its own schema: their rows have the columns of its tables, and its options
 * are written into them.
 *
 * Each is one statement that PostgreSQL puts in place of the call. Its plan does not depend on what the planner
 * knows of the arguments: ids and ranges of pixels are rows, and for each of them a subquery with OFFSET 0, which
 * the planner does not pull up, searches an index.
 */
import { type ActualColumn, type Apdb, q } from './apdb.ts';

interface Reader {
  readonly name: string;
  /** Declarations of the arguments; their types alone. */
  readonly args: string;
  readonly types: string;
  readonly columns: readonly ActualColumn[];
  readonly body: string;
  readonly comment: string;
}

const daysPerMonth = 30;

const list = (columns: readonly ActualColumn[], alias: string) =>
  columns.map(({ name }) => `${alias}.${q(name)}`).join(', ');

/** Columns of a table as clients know it: without the pixel. */
function shown(apdb: Apdb, table: string): readonly ActualColumn[] {
  return apdb.columns(table).filter(({ name }) => name !== apdb.options.htm_index_column);
}

/** The columns that an option names, in its order; all where it names none. */
function chosen(apdb: Apdb, table: string, names: readonly string[]): readonly ActualColumn[] {
  const columns = shown(apdb, table);
  if (names.length === 0) return columns;
  return names.flatMap((name) => columns.filter((column) => column.name === name));
}

/** Rows of a table whose pixels a region touches; `region` and `exact` are SQL expressions. */
function inRegion(
  apdb: Apdb,
  table: string,
  columns: readonly ActualColumn[],
  search: { region: string; exact: string; where: readonly string[] },
): string {
  const { htm_level, htm_max_ranges } = apdb.options;
  return `select ${list(columns, 'r')}
from apdb._pixels(${search.region}, ${htm_level}, ${htm_max_ranges}, ${search.exact}) as p
cross join lateral (
  select t.*
  from ${apdb.table(table)} as t
  where ${[`t.${apdb.pixel} between p.low and p.high`, ...search.where].join(' and ')}
  offset 0
) as r
where p.test is null or sky.region_contains(p.test, r.${apdb.ra}, r.${apdb.decl})`;
}

/** Rows of a table of some objects; `ids` is an SQL expression. */
function ofObjects(
  apdb: Apdb,
  table: string,
  columns: readonly ActualColumn[],
  search: { ids: string; where: readonly string[] },
): string {
  return `select ${list(columns, 'r')}
from (select distinct i.id from unnest(${search.ids}) as i (id) order by i.id) as o
cross join lateral (
  select t.*
  from ${apdb.table(table)} as t
  where ${['t."diaObjectId" = o.id', ...search.where].join(' and ')}
  offset 0
) as r`;
}

const open = 't."validityEndMjdTai" is null';

function diaObjects(apdb: Apdb): Reader {
  const table = apdb.hasLast ? 'DiaObjectLast' : 'DiaObject';
  const columns = chosen(apdb, table, apdb.options.dia_object_columns);
  const tables = apdb.hasLast || !apdb.options.dia_object_nightly ? [table] : [table, 'DiaObjectNightly'];
  return {
    name: 'get_dia_objects',
    args: 'region text, exact boolean default true',
    types: 'text, boolean',
    columns,
    body: tables
      .map((name) =>
        inRegion(apdb, name, columns, { region: '$1', exact: '$2', where: apdb.hasLast ? [] : [open] }),
      )
      .join('\nunion all\n'),
    comment:
      'Latest versions of the objects in a region, in no order. region: POS text [deg, ICRS] or base64. exact: ' +
      `false leaves the test of positions out, so that other objects of the pixels that the region touches come too.`,
  };
}

/** When a history begins: what the caller says, else some months before the visit; NULL for no history. */
function startOf(months: number, given: string): string {
  return months === 0 ? given : `coalesce(${given}, $1 - ${months * daysPerMonth})`;
}

function diaSources(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaSource');
  const start = startOf(apdb.options.read_sources_months, '$4');
  const byRegion = apdb.options.source_select === 'by-fov';
  const region = byRegion
    ? `case when ${start} is null then null when $2 is null and $3 is null then '' else $2 end`
    : `case when ${start} is null or $3 is not null then null else coalesce($2, '') end`;
  const ids = byRegion
    ? `case when ${start} is not null and $2 is null then $3 end`
    : `case when ${start} is not null then $3 end`;
  return {
    name: 'get_dia_sources',
    args:
      'visit_time float8, region text default null, dia_object_ids int8[] default null, ' +
      'start_time float8 default null, exact boolean default true',
    types: 'float8, text, int8[], float8, boolean',
    columns,
    body: `${inRegion(apdb, 'DiaSource', columns, {
      region,
      exact: '$5',
      where: [`t."midpointMjdTai" > ${start}`],
    })}
union all
${ofObjects(apdb, 'DiaSource', columns, { ids, where: [`t."midpointMjdTai" >= ${start}`] })}`,
    comment:
      'History of sources, in no order: of a region (POS text [deg, ICRS] or base64) those with midpoints after ' +
      `start_time, of objects those at or after it; of both where ${byRegion ? 'no ids' : 'no region'} ` +
      `would be, the ${byRegion ? 'region' : 'objects'}. start_time: MJD TAI; where it is NULL, ` +
      (apdb.options.read_sources_months === 0
        ? 'there is no history'
        : `${apdb.options.read_sources_months * daysPerMonth} days before visit_time`) +
      '. exact: false leaves the test of positions out. ApdbStateError where neither a region nor ids are given.',
  };
}

function diaForcedSources(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaForcedSource');
  const start = startOf(apdb.options.read_forced_sources_months, '$3');
  return {
    name: 'get_dia_forced_sources',
    args: 'visit_time float8, dia_object_ids int8[], start_time float8 default null',
    types: 'float8, int8[], float8',
    columns,
    body: ofObjects(apdb, 'DiaForcedSource', columns, {
      ids: `case when ${start} is not null then $2 end`,
      where: [`t."midpointMjdTai" >= ${start}`],
    }),
    comment:
      'History of forced sources of objects with midpoints at or after start_time, in no order. start_time: MJD ' +
      'TAI; where it is NULL, ' +
      (apdb.options.read_forced_sources_months === 0
        ? 'there is no history.'
        : `${apdb.options.read_forced_sources_months * daysPerMonth} days before visit_time.`),
  };
}

function diaSourcesForDiaObjects(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaSource');
  return {
    name: 'get_dia_sources_for_dia_objects',
    args: 'dia_object_ids int8[], start_time float8',
    types: 'int8[], float8',
    columns,
    body: ofObjects(apdb, 'DiaSource', columns, { ids: '$1', where: ['t."midpointMjdTai" >= $2'] }),
    comment: 'Sources of objects with midpoints at or after start_time [MJD TAI], in no order.',
  };
}

function readerSql(apdb: Apdb, reader: Reader): string[] {
  const name = `${apdb.schema}.${reader.name}`;
  const result = reader.columns
    .map((column) => `${q(column.name)} ${column.type.replace(/\(.*\)/, '')}`)
    .join(', ');
  return [
    `create or replace function ${name}(${reader.args})
returns table (${result})
language sql stable parallel safe
as ${plv8.quote_literal(`\n${reader.body}\n`)}`,
    `comment on function ${name}(${reader.types}) is ${plv8.quote_literal(reader.comment)}`,
  ];
}

/** Statements that make the readers of an APDB whose tables are there. */
export function readersSql(apdb: Apdb): string[] {
  return [diaObjects, diaSources, diaForcedSources, diaSourcesForDiaObjects].flatMap((reader) =>
    readerSql(apdb, reader(apdb)),
  );
}
