/**
 * Sources of a visit and the objects that are theirs.
 *
 * Of all pairs of a source and an object within the radius, those are matches that a walk through the pairs finds
 * which takes the closest first and passes over sources and objects that have their match: one to one, and the same
 * in whatever order rows come. Equally close pairs go by the object's id, then by the source's.
 */
import type { Apdb } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { cellLevel } from './cells.ts';
import { given, isFree, ofVisit, type VisitSources } from './sources.ts';

/** @throws ApdbConfigError for what is no radius */
export function checkRadius(radiusArcsec: number): void {
  if (!(radiusArcsec >= 0 && radiusArcsec <= 648000))
    throw apdbError('ApdbConfigError', `${radiusArcsec} is not a radius in arcsec`, {
      hint: 'About the size of the image of a star serves: radius_arcsec => 1.',
    });
}

/** Latest versions of the objects that have a pixel among the cells, each with the place of its circle. */
function candidates(apdb: Apdb, level: number): string {
  const shift = 2 * (apdb.options.htm_level - level);
  const columns = `"diaObjectId" as id, t."validityStartMjdTai" as start, t.${apdb.ra} as ra, t.${apdb.decl} as decl`;
  const open = apdb.hasLast ? '' : ' and t."validityEndMjdTai" is null';
  // For each cell a search of the index, which OFFSET 0 makes of the subquery whatever the planner thinks of it.
  const indexed = `select c.place, o.*
    from cell c
    cross join lateral (
      select t.${columns}
      from ${apdb.table(apdb.hasLast ? 'DiaObjectLast' : 'DiaObject')} t
      where t.${apdb.pixel} between c.cell << ${shift} and ((c.cell + 1) << ${shift}) - 1${open}
      offset 0
    ) o`;
  if (apdb.hasLast || !apdb.options.dia_object_nightly) return indexed;
  return `${indexed}
    union all
    select c.place, t.${columns}
    from cell c
    join ${apdb.table('DiaObjectNightly')} t on t.${apdb.pixel} >> ${shift} = c.cell${open}`;
}

/**
 * Common table expressions: `source` (place, id, ra, decl) are the sources that are to have an object, `match`
 * (source, object, start, distance) those that have one of the objects that are there. $1 is the visit, $2 the
 * detector or NULL, $3 the radius [arcsec].
 */
export function matchSql(sources: VisitSources, radiusArcsec: number): string {
  const { apdb } = sources;
  const level = cellLevel(radiusArcsec, apdb.options.htm_level);
  const [ra, decl] = apdb.options.ra_dec_columns.map((name) => given(sources, name));
  return `source as materialized (
    select row_number() over (order by s.id)::int4 as place, s.*
    from (
      select ${given(sources, 'diaSourceId')} as id, ${ra} as ra, ${decl} as decl
      from ${sources.relation} s
      where ${ofVisit(sources)} and ${isFree(sources)}
    ) s
  ), cell as materialized (
    select c.place, c.cell
    from apdb._circle_cells(
      (select array_agg(s.ra order by s.place) from source s)::plv8_float8array,
      (select array_agg(s.decl order by s.place) from source s)::plv8_float8array,
      $3::float8, ${level}) c
  ), candidate as (
    ${candidates(apdb, level)}
  ), near as (
    select s.place, s.id as source, o.id as object, o.start,
           3600 * sky.angular_distance(s.ra, s.decl, o.ra, o.decl) as distance
    from candidate o
    join source s on s.place = o.place
  ), pair as materialized (
    select n.*, row_number() over (order by n.distance, n.object, n.source)::int4 as rank,
           dense_rank() over (order by n.object)::int4 as number
    from near n
    where n.distance <= $3::float8
      and not exists (
        select from ${sources.relation} s
        where ${ofVisit(sources)} and ${given(sources, 'diaObjectId')} = n.object)
  ), match as materialized (
    select p.source, p.object, p.start, p.distance
    from pair p
    join unnest(apdb._one_to_one(
      (select array_agg(p.place order by p.rank) from pair p)::plv8_int4array,
      (select array_agg(p.number order by p.rank) from pair p)::plv8_int4array)) k (rank) on k.rank = p.rank
  )`;
}
