/** Versions of objects brought to the statistics that their sources have. */
import { type Apdb, q } from '../apdb.ts';
import type { Extra } from './measurements.ts';
import { statisticColumns, statisticsSql } from './statistics.ts';

/** Which versions are brought up to date. */
export interface Which {
  /** A query of the objects' ids, as `id`. */
  readonly objects: string;
  /** Which of their versions, behind the alias o. */
  readonly where: string;
  readonly parameters: readonly unknown[];
  /** What counts beside the stored rows. */
  readonly sources?: Extra;
  readonly forcedSources?: Extra;
}

const id = '"diaObjectId"';
const start = '"validityStartMjdTai"';

/**
 * Computes the statistics of versions anew; gives how many versions there are. An object without sources keeps its
 * position. Versions in DiaObjectLast follow.
 */
export function updateVersions(apdb: Apdb, which: Which): bigint {
  const [{ n }] = apdb.rows<{ n: bigint }>(updateSql(apdb, 'DiaObject', which), which.parameters) as [
    { n: bigint },
  ];
  if (!apdb.options.dia_object_nightly) return n;
  const [night] = apdb.rows<{ n: bigint }>(updateSql(apdb, 'DiaObjectNightly', which), which.parameters) as [
    { n: bigint },
  ];
  return n + night.n;
}

/** Brings rows to new values; those of DiaObjectNightly, which has no key, by a join. */
function replaceSql(apdb: Apdb, table: string, columns: readonly string[]): string {
  const assigned = (from: string) =>
    columns
      .filter((name) => name !== 'diaObjectId' && name !== 'validityStartMjdTai')
      .map((name) => `${q(name)} = ${from}.${q(name)}`)
      .join(', ');
  if (table === 'DiaObjectNightly')
    return `update ${apdb.table(table)} o set ${assigned('c')} from computed c
      where o.${id} = c.${id} and o.${start} = c.${start}`;
  const names = columns.map(q).join(', ');
  const last = table === 'DiaObjectLast';
  return `insert into ${apdb.table(table)} as o (${names})
      select ${names} from computed${last ? ' c where c.is_last' : ''}
      on conflict (${id}${last ? '' : `, ${start}`}) do update set ${assigned('excluded')}
      ${last ? `where o.${start} = excluded.${start}` : ''}`;
}

function updateSql(apdb: Apdb, table: string, which: Which): string {
  const [ra, decl] = apdb.options.ra_dec_columns;
  const statistics = statisticColumns(apdb);
  const value = (name: string): string => {
    if (name === apdb.options.htm_index_column) return `coalesce(p.pixel, t.${q(name)})`;
    const sql = statistics.get(name);
    if (sql === undefined) return `t.${q(name)}`;
    return name === ra || name === decl ? `coalesce(${sql}, t.${q(name)})` : sql;
  };
  const columns = apdb.columns('DiaObject');
  const isLast = apdb.hasLast
    ? `exists (
        select from ${apdb.table('DiaObjectLast')} l where l.${id} = t.${id} and l.${start} = t.${start})`
    : 'false';
  const replaced = (target: string) =>
    replaceSql(
      apdb,
      target,
      apdb.columns(target).map(({ name }) => name),
    );
  return `with target as materialized (
      select row_number() over ()::int4 as number, o.${id} as id, o.${start} as start,
        o.${apdb.ra} as ra0, o.${apdb.decl} as decl0, o."validityEndMjdTai" as until, o.*
      from (${which.objects}) w
      cross join lateral (
        select o.*
        from ${apdb.table(table)} o
        where o.${id} = w.id and (${which.where})
        offset 0
      ) o
    ), ${statisticsSql(apdb, which.sources, which.forcedSources)}, pixel as materialized (
      select u.number, u.pixel
      from (
        select array_agg(x.number) as numbers,
          sky.htm_ids(array_agg(x.pos_ra)::plv8_float8array, array_agg(x.mean_decl)::plv8_float8array,
            ${apdb.options.htm_level}) as pixels
        from statistic x
        where x.n > 0
      ) a, unnest(a.numbers, a.pixels) u (number, pixel)
    ), computed as materialized (
      select ${columns.map(({ name, type }) => `(${value(name)})::${type} as ${q(name)}`).join(', ')},
        ${isLast} as is_last
      from target t
      left join statistic x on x.number = t.number
      left join pixel p on p.number = t.number
    ), replaced as (
      ${replaced(table)}
    )${apdb.hasLast ? `, last as (${replaced('DiaObjectLast')})` : ''}
    select count(*) as n from computed`;
}

/**
 * Brings the latest versions of objects, or all versions of them, to the statistics of their sources; null for all
 * objects.
 */
export function updateStatistics(apdb: Apdb, ids: string | null, allVersions: boolean): bigint {
  const tables = apdb.options.dia_object_nightly ? ['DiaObject', 'DiaObjectNightly'] : ['DiaObject'];
  const latest = apdb.hasLast
    ? `exists (select from ${apdb.table('DiaObjectLast')} l where l.${id} = o.${id} and l.${start} = o.${start})`
    : 'o."validityEndMjdTai" is null';
  return updateVersions(apdb, {
    objects:
      ids === null
        ? tables.map((table) => `select distinct o.${id} as id from ${apdb.table(table)} o`).join(' union ')
        : 'select distinct i.id from unnest($1::text::int8[]) i (id)',
    where: allVersions ? 'true' : latest,
    parameters: ids === null ? [] : [ids],
  });
}
