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
  let updated = updateTable(apdb, 'DiaObject', which);
  if (apdb.options.dia_object_nightly) updated += updateTable(apdb, 'DiaObjectNightly', which);
  return updated;
}

function updateTable(apdb: Apdb, table: string, which: Which): bigint {
  const [ra, decl] = apdb.options.ra_dec_columns;
  const computed = statisticColumns(apdb);
  const assigned: [string, string][] = [
    ...[...computed].map(([name, sql]): [string, string] => [
      name,
      name === ra || name === decl ? `coalesce(${sql}, o.${q(name)})` : sql,
    ]),
    [apdb.options.htm_index_column, `coalesce(p.pixel, o.${apdb.pixel})`],
  ];
  const lastColumns = apdb.hasLast
    ? apdb.columns('DiaObjectLast').filter(({ name }) => assigned.some(([column]) => column === name))
    : [];
  const searched = `select o.*
    from ${apdb.table(table)} o
    where o.${id} = w.id and (${which.where})`;
  const last = apdb.hasLast
    ? `, last as (
      update ${apdb.table('DiaObjectLast')} l
      set ${lastColumns.map(({ name }) => `${q(name)} = c.${q(name)}`).join(', ')}
      from changed c
      where l.${id} = c.${id} and l.${start} = c.${start})`
    : '';
  const [{ n }] = apdb.rows<{ n: bigint }>(
    `with target as materialized (
      select row_number() over ()::int4 as number, o.${id} as id, o.${start} as start,
        o.${apdb.ra} as ra0, o.${apdb.decl} as decl0, o."validityEndMjdTai" as until
      from (${which.objects}) w
      cross join lateral (${searched} offset 0) o
    ), ${statisticsSql(apdb, which.sources, which.forcedSources)}, pixel as materialized (
      select u.number, u.pixel
      from (
        select array_agg(x.number) as numbers,
          sky.htm_ids(array_agg(x.pos_ra)::plv8_float8array, array_agg(x.mean_decl)::plv8_float8array,
            ${apdb.options.htm_level}) as pixels
        from statistic x
        where x.n > 0
      ) a, unnest(a.numbers, a.pixels) u (number, pixel)
    ), changed as (
      update ${apdb.table(table)} o
      set ${assigned.map(([name, sql]) => `${q(name)} = ${sql}`).join(', ')}
      from target t
      left join statistic x on x.number = t.number
      left join pixel p on p.number = t.number
      where o.${id} = t.id and o.${start} = t.start
      returning ${['diaObjectId', 'validityStartMjdTai', ...lastColumns.map(({ name }) => name)]
        .filter((name, i, all) => all.indexOf(name) === i)
        .map((name) => `o.${q(name)}`)
        .join(', ')}
    )${last}
    select count(*) as n from changed`,
    which.parameters,
  ) as [{ n: bigint }];
  return n;
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
        ? tables.map((table) => `select o.${id} as id from ${apdb.table(table)} o`).join(' union ')
        : 'select distinct i.id from unnest($1::text::int8[]) i (id)',
    where: allVersions ? 'true' : latest,
    parameters: ids === null ? [] : [ids],
  });
}
