/** Association: sources of a visit get their objects, and the objects new versions. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { stage } from '../store/stage.ts';
import { store } from '../store/store.ts';
import { checkRadius, matchSql } from './match.ts';
import type { Extra } from './measurements.ts';
import { given, ofVisit, refuseBadPositions, unitParameters, type VisitSources } from './sources.ts';
import { statisticColumns, statisticsSql } from './statistics.ts';
import { updateVersions } from './update.ts';

export interface Associated {
  /** Sources that got an object, and how many of these objects were there before and are new. */
  readonly sources: bigint;
  readonly matched: bigint;
  readonly new_objects: bigint;
}

interface Assignment {
  /** Arrays as text: ids stay in SQL. */
  readonly ids: string;
  readonly objects: string;
  readonly sources: bigint;
  readonly matched: bigint;
  /** A new object whose id another has. */
  readonly taken: string | null;
}

/** Finds the object of each source: that of its match, else a new one with the source's id. */
function assign(sources: VisitSources, radiusArcsec: number): Assignment {
  const { apdb } = sources;
  const objects = [apdb.table('DiaObject'), ...(nightly(apdb) ? [apdb.table('DiaObjectNightly')] : [])];
  const [found] = apdb.rows<Assignment>(
    `with ${matchSql(sources, radiusArcsec)}, assigned as (
       select s.id, coalesce(m.object, s.id) as object, m.object is not null as matched
       from source s
       left join match m on m.source = s.id
     )
     select coalesce(array_agg(a.id), '{}')::text as ids, coalesce(array_agg(a.object), '{}')::text as objects,
            count(*) as sources, count(*) filter (where a.matched) as matched,
            (min(a.id) filter (where not a.matched and (${objects
              .map((table) => `exists (select from ${table} o where o."diaObjectId" = a.id)`)
              .join(' or ')})))::text as taken
     from assigned a`,
    [...unitParameters(sources), radiusArcsec],
  ) as [Assignment];
  if (found.taken !== null)
    throw apdbError('ApdbStateError', `source ${found.taken} would make an object whose id is taken`, {
      detail: `There is a diaObjectId ${found.taken}, and it is not within ${radiusArcsec} arcsec of the source.`,
      hint: 'Give the source its diaObjectId, or associate with a larger radius.',
    });
  return found;
}

const nightly = (apdb: Apdb) => apdb.options.dia_object_nightly;

/** When the versions of a visit begin: as it was stored, else the latest middle of its exposures. */
export function timeOf(sources: VisitSources): number | null {
  const [{ time }] = sources.apdb.rows<{ time: number | null }>(
    `select coalesce(
       (select max(v.visit_time) from ${sources.apdb.own('stored_visit')} v
        where v.visit = $1::int8 and ($2::int4 is null or coalesce(v.detector, $2::int4) = $2::int4)),
       (select max(${given(sources, 'midpointMjdTai')}) from ${sources.relation} s where ${ofVisit(sources)})) as time`,
    unitParameters(sources),
  ) as [{ time: number | null }];
  return time;
}

/** What counts for objects beside the stored rows: the staged rows, where they are staged. */
function extras(sources: VisitSources): { sources?: Extra; forcedSources?: Extra } {
  const { apdb } = sources;
  if (sources.stored) return {};
  // A unit that is remembered is replaced by what is staged, or its store refused.
  const instead = `d.visit = $1::int8 and exists (
    select from ${apdb.own('stored_visit')} v
    where v.visit = $1::int8 and coalesce(v.detector, d.detector) = d.detector
      and ($2::int4 is null or d.detector = $2::int4))`;
  const staged: Extra = {
    relation: sources.relation,
    columns: sources.columns,
    where: ofVisit(sources),
    instead,
  };
  return { sources: staged, ...stagedForced(sources, instead) };
}

const stagedForcedSources = 'pg_temp.new_dia_forced_source';

function stagedForced(sources: VisitSources, instead: string): { forcedSources?: Extra } {
  const { apdb } = sources;
  const [{ there }] = apdb.rows<{ there: boolean }>('select to_regclass($1) is not null as there', [
    stagedForcedSources,
  ]) as [{ there: boolean }];
  if (!there) return {};
  return {
    forcedSources: {
      relation: stagedForcedSources,
      columns: new Map(apdb.columns('DiaForcedSource').map(({ name }) => [name, name])),
      where: `s.visit = $1::int8 and ($2::int4 is null or s.detector = $2::int4)`,
      instead,
    },
  };
}

/** Whether a version o begins later than the visit. By object, never by time, is it searched: the sum sees to that. */
const isLater = 'o."validityStartMjdTai" + 0 > $3::float8';

/**
 * `target` of the statistics: the objects of the visit's sources, each with the position of one of its sources.
 * Where a later version is there, what comes at its time or later does not count. $3 is the visit's time.
 */
function targetSql(sources: VisitSources): string {
  const { apdb } = sources;
  const [ra, decl] = apdb.options.ra_dec_columns.map((name) => given(sources, name));
  const id = given(sources, 'diaObjectId');
  const later = (table: string) =>
    `(select min(o.start)
      from (
        select o."validityStartMjdTai" as start
        from ${apdb.table(table)} o
        where o."diaObjectId" = s.id and ${isLater}
        offset 0
      ) o)`;
  const night = nightly(apdb)
    ? {
        join: `left join (
          select o."diaObjectId" as id, min(o."validityStartMjdTai") as start
          from ${apdb.table('DiaObjectNightly')} o
          where o."validityStartMjdTai" > $3::float8
          group by o."diaObjectId") n on n.id = s.id`,
        until: `least(${later('DiaObject')}, n.start)`,
      }
    : { join: '', until: later('DiaObject') };
  return `target as materialized (
    select row_number() over ()::int4 as number, s.id, $3::float8 as start, s.ra as ra0, s.decl as decl0, ${night.until} as until
    from (
      select distinct on (${id}) ${id} as id, ${ra} as ra, ${decl} as decl
      from ${sources.relation} s
      where ${ofVisit(sources)} and ${id} <> 0
        and ${given(sources, 'timeWithdrawnMjdTai')} is null
      order by ${id}, ${given(sources, 'diaSourceId')}
    ) s
    ${night.join}
  )`;
}

/** Columns of DiaObject that are no statistics: a new version has what the version of before has. */
function carriedColumns(apdb: Apdb, computed: ReadonlyMap<string, string>): string[] {
  const own = ['diaObjectId', 'validityStartMjdTai', 'validityEndMjdTai', apdb.options.htm_index_column];
  return apdb
    .columns('DiaObject')
    .map(({ name }) => name)
    .filter((name) => !computed.has(name) && !own.includes(name));
}

/**
 * Writes new versions of the objects of the visit's sources into a table with the columns of DiaObject; gives whether
 * some of the objects have later ones.
 */
function writeVersions(sources: VisitSources, into: string, time: number): boolean {
  const { apdb } = sources;
  const { sources: staged, forcedSources } = extras(sources);
  const computed = statisticColumns(apdb);
  const carried = carriedColumns(apdb, computed);
  const columns: [string, string][] = [
    ['diaObjectId', 'x.object'],
    ['validityStartMjdTai', '$3::float8'],
    ...computed,
    ...carried.map((name): [string, string] => [name, `p.${q(name)}`]),
  ];
  const before = (table: string) =>
    `select o.* from ${apdb.table(table)} o
     where o."diaObjectId" = x.object and o."validityStartMjdTai" <= $3::float8
     order by o."validityStartMjdTai" desc limit 1`;
  const previous =
    carried.length > 0
      ? `left join lateral (${
          nightly(apdb)
            ? `select * from ((${before('DiaObject')}) union all (${before('DiaObjectNightly')})) o
               order by o."validityStartMjdTai" desc limit 1`
            : before('DiaObject')
        }) p on true`
      : '';
  const parameters = [...unitParameters(sources), time];
  const id = given(sources, 'diaObjectId');
  apdb.rows(
    `delete from ${into} o using ${sources.relation} s
     where o."diaObjectId" = ${id} and ${ofVisit(sources)}`,
    unitParameters(sources),
  );
  const [{ late }] = apdb.rows<{ late: boolean }>(
    `with ${targetSql(sources)}, ${statisticsSql(apdb, staged, forcedSources)}, written as (
       insert into ${into} (${columns.map(([name]) => q(name)).join(', ')})
       select ${columns.map(([, sql]) => sql).join(', ')}
       from statistic x
       ${previous}
     )
     select coalesce(bool_or(t.until is not null), false) as late from target t`,
    parameters,
  ) as [{ late: boolean }];
  return late;
}

export function associate(sources: VisitSources, radiusArcsec: number, visitTime: number | null): Associated {
  const { apdb } = sources;
  checkRadius(radiusArcsec);
  if (!sources.stored) stage(apdb, true);
  refuseBadPositions(sources);
  const found = assign(sources, radiusArcsec);
  apdb.rows(
    `update ${sources.relation} s
     set ${q(sources.columns.get('diaObjectId')!)} = a.object
     from unnest($3::text::int8[], $4::text::int8[]) a (id, object)
     where ${given(sources, 'diaSourceId')} = a.id and ${ofVisit(sources)}`,
    [...unitParameters(sources), found.ids, found.objects],
  );
  const time = visitTime ?? timeOf(sources);
  const { sources: count, matched } = found;
  if (time !== null) {
    if (!sources.stored) {
      if (writeVersions(sources, 'pg_temp.new_dia_object', time)) updateLater(sources, time);
    } else if (count > 0n && storeVersions(sources, time)) updateLater(sources, time);
  }
  return { sources: count, matched, new_objects: count - matched };
}

const versions = 'pg_temp.associated_dia_object';

/** Stores new versions of the objects of sources that are stored; gives whether some of them have later ones. */
function storeVersions(sources: VisitSources, time: number): boolean {
  const { apdb } = sources;
  plv8.execute(`drop table if exists ${versions}`);
  plv8.execute(
    `create temporary table ${versions} on commit drop as select * from ${apdb.table('DiaObject')} with no data`,
  );
  const late = writeVersions(sources, versions, time);
  // Searches by index of all that it does: it knows how many rows there are.
  plv8.execute(`select set_config('enable_nestloop', 'on', true)`);
  store({
    apdb: apdb.name,
    time,
    visit: null,
    detector: null,
    relations: { DiaObject: versions, DiaSource: undefined, DiaForcedSource: undefined },
    onConflict: 'update',
  });
  plv8.execute(`select set_config('enable_nestloop', 'off', true)`);
  const ofUnit = `select s."diaObjectId" from ${sources.relation} s
    where ${ofVisit(sources)} and s."diaObjectId" <> 0 and coalesce(v.detector, s.detector) = s.detector`;
  apdb.rows(
    `update ${apdb.own('stored_visit')} v
     set dia_object_ids = u.ids, n_objects = cardinality(u.ids)
     from ${apdb.own('stored_visit')} w
     cross join lateral (
       select array(select unnest(w.dia_object_ids) union ${ofUnit.replaceAll('v.detector', 'w.detector')}) as ids
     ) u
     where v.visit = $1::int8 and w.visit = v.visit and w.detector is not distinct from v.detector
       and ($2::int4 is null or coalesce(v.detector, $2::int4) = $2::int4)`,
    unitParameters(sources),
  );
  plv8.execute(`drop table ${versions}`);
  return late;
}

/** Versions that begin later than a visit that comes late hold its sources as well. */
function updateLater(sources: VisitSources, time: number): void {
  const { apdb } = sources;
  const id = given(sources, 'diaObjectId');
  updateVersions(apdb, {
    objects: `select distinct ${id} as id from ${sources.relation} s where ${ofVisit(sources)} and ${id} <> 0`,
    where: isLater,
    parameters: [...unitParameters(sources), time],
    ...extras(sources),
  });
}
