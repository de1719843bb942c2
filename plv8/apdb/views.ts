/** Views of an APDB for analysts: snake_case names, comments with units and UCDs, no pixels. */
import { type Apdb, q } from './apdb.ts';
import { bandViewSql } from './associate/bands.ts';
import { columnComment } from './ddl.ts';
import { schema10 } from './schema/schema10.ts';
import { snakeCase } from './snake_case.ts';

interface ViewColumn {
  readonly name: string;
  readonly sql: string;
  readonly comment: string;
}

/** Comments of a table's columns as they are in the database; where a client made the table, as ours would be. */
export function columnComments(apdb: Apdb, table: string): Map<string, string> {
  const known = schema10.tables.find(({ name }) => name === table)?.columns ?? [];
  const written = apdb.rows<{ name: string; comment: string }>(
    `select attname::text as name, col_description(attrelid, attnum) as comment
     from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and col_description(attrelid, attnum) is not null`,
    [apdb.table(table)],
  );
  return new Map([
    ...known.map((column) => [column.name, columnComment(column)] as const),
    ...written.map(({ name, comment }) => [name, comment] as const),
  ]);
}

/** All columns of a table but the pixel; two whose names would be the same keep the client's. */
function viewColumns(apdb: Apdb, table: string, alias: string): ViewColumn[] {
  const columns = apdb.columns(table).filter(({ name }) => name !== apdb.options.htm_index_column);
  const texts = columnComments(apdb, table);
  const names = columns.map(({ name }) => snakeCase(name));
  return columns.map(({ name }, i) => ({
    name: names.indexOf(names[i]!) === names.lastIndexOf(names[i]!) ? names[i]! : name,
    sql: `${alias}.${q(name)}`,
    comment: texts.get(name) ?? name,
  }));
}

function viewSql(
  apdb: Apdb,
  name: string,
  comment: string,
  columns: readonly ViewColumn[],
  query: string,
): string[] {
  const view = apdb.own(name);
  return [
    `create or replace view ${view} as\n${query}`,
    [
      `comment on view ${view} is ${plv8.quote_literal(comment)}`,
      ...columns.map(
        (column) => `comment on column ${view}.${q(column.name)} is ${plv8.quote_literal(column.comment)}`,
      ),
    ].join(';\n'),
  ];
}

const list = (columns: readonly ViewColumn[]) =>
  columns.map(({ name, sql }) => `  ${sql} as ${q(name)}`).join(',\n');

/** A relation with every version of every object, those of this night among them. */
function allVersions(apdb: Apdb): string {
  const columns = apdb.columns('DiaObject').map(({ name }) => q(name));
  const from = (table: string) => `select ${columns.join(', ')} from ${apdb.table(table)}`;
  return apdb.options.dia_object_nightly
    ? `(${from('DiaObject')} union all ${from('DiaObjectNightly')})`
    : apdb.table('DiaObject');
}

function objectViews(apdb: Apdb): string[] {
  const columns = viewColumns(apdb, 'DiaObject', 'o');
  const selected = `select\n${list(columns)}\nfrom ${allVersions(apdb)} o`;
  // A client that keeps DiaObjectLast closes no version: the latest is the one that stands there.
  const latest = apdb.hasLast
    ? `\njoin ${apdb.table('DiaObjectLast')} l on l."diaObjectId" = o."diaObjectId" and l."validityStartMjdTai" = o."validityStartMjdTai"`
    : '\nwhere o."validityEndMjdTai" is null';
  const at = apdb.own('dia_object_at');
  return [
    ...viewSql(
      apdb,
      'dia_object',
      'Objects that were detected in difference images, with every version of each',
      columns,
      selected,
    ),
    ...viewSql(apdb, 'dia_object_latest', 'The latest version of each object', columns, selected + latest),
    `create or replace function ${at}(mjd_tai float8)
returns setof ${apdb.own('dia_object')}
language sql stable parallel safe
as $$
select *
from ${apdb.own('dia_object')}
where validity_start_mjd_tai <= mjd_tai
  and (validity_end_mjd_tai > mjd_tai or validity_end_mjd_tai is null)
$$`,
    `comment on function ${at}(float8) is
'Objects as they were known at a time (MJD TAI, days): of each the version that was valid then.'`,
  ];
}

function tableView(apdb: Apdb, table: string, comment: string): string[] {
  const columns = viewColumns(apdb, table, 's');
  return viewSql(
    apdb,
    snakeCase(table),
    comment,
    columns,
    `select\n${list(columns)}\nfrom ${apdb.table(table)} s`,
  );
}

/** What a light curve tells of a point, as far as sources and forced sources know it. */
const curveColumns = [
  'diaObjectId',
  'midpointMjdTai',
  'band',
  'psfFlux',
  'psfFluxErr',
  'scienceFlux',
  'scienceFluxErr',
  'visit',
  'detector',
  'ra',
  'dec',
  'timeWithdrawnMjdTai',
];

/** Comments that hold for sources and forced sources alike. */
const curveComments: Readonly<Record<string, string>> = {
  diaObjectId: 'Object that was measured [; meta.id;src]',
  visit: 'Visit in whose image it was measured [; meta.id;obs.image]',
  detector: 'Detector in whose image it was measured [; meta.id;obs.image]',
};

function lightcurve(apdb: Apdb): string[] {
  const tables = ['DiaSource', 'DiaForcedSource'] as const;
  const types = new Map(
    tables.flatMap((table) => apdb.columns(table).map(({ name, type }) => [name, type] as const)),
  );
  const names = curveColumns.filter((name) => types.has(name));
  const texts = new Map([
    ...columnComments(apdb, 'DiaForcedSource'),
    ...columnComments(apdb, 'DiaSource'),
    ...Object.entries(curveComments),
  ]);
  const branch = (table: (typeof tables)[number], kind: string, id: string) =>
    [
      'select',
      `  ${[
        ...names.map((name) =>
          apdb.hasColumn(table, name)
            ? `s.${q(name)} as ${snakeCase(name)}`
            : `null::${types.get(name)} as ${snakeCase(name)}`,
        ),
        `'${kind}'::text as kind`,
        `${apdb.hasColumn(table, id) ? `s.${q(id)}` : 'null::int8'} as source_id`,
      ].join(',\n  ')}`,
      `from ${apdb.table(table)} s`,
      'where s."diaObjectId" <> 0',
    ].join('\n');
  return viewSql(
    apdb,
    'lightcurve',
    'Every measurement of an object: the sources that were found, and the forced photometry at its position',
    [
      ...names.map((name) => ({ name: snakeCase(name), sql: '', comment: texts.get(name) ?? name })),
      { name: 'kind', sql: '', comment: 'source: a detection, of DiaSource; forced: of DiaForcedSource' },
      { name: 'source_id', sql: '', comment: 'diaSourceId or diaForcedSourceId [; meta.id]' },
    ],
    [
      branch('DiaSource', 'source', 'diaSourceId'),
      branch('DiaForcedSource', 'forced', 'diaForcedSourceId'),
    ].join('\nunion all\n'),
  );
}

/** Statements that make the views, and the function that gives objects as of a time, each followed by its comments. */
export function viewsSql(apdb: Apdb): string[] {
  return [
    ...objectViews(apdb),
    ...tableView(apdb, 'DiaSource', 'Detections in difference images'),
    ...tableView(
      apdb,
      'DiaForcedSource',
      'Photometry in difference images at the positions of known objects',
    ),
    ...lightcurve(apdb),
    ...bandViewSql(apdb),
  ];
}
