/** Which objects a visit's forced photometry is to measure. */
import type { Apdb } from '../apdb.ts';
import { inRegion } from '../read/reader.ts';
import { timeOf } from './associate.ts';
import { given, ofVisit, unitParameters, type VisitSources } from './sources.ts';

export interface ForcedRequest {
  readonly sources: VisitSources;
  readonly minSources: number;
  /** Objects known there are candidates as well; NULL for those detected alone. */
  readonly region: string | null;
  /** For how long after its last detection an object counts as known [d]. */
  readonly knownDays: number;
  readonly visitTime: number | null;
}

export interface ForcedCandidate {
  readonly dia_object_id: bigint;
  readonly ra: number;
  readonly decl: number;
  readonly n_dia_sources: number;
  readonly last_dia_source_mjd_tai: number | null;
  readonly detected: boolean;
}

const shown = (apdb: Apdb, alias: string) =>
  `${alias}."diaObjectId" as id, ${alias}.${apdb.ra} as ra, ${alias}.${apdb.decl} as decl,
   ${alias}."nDiaSources" as n, ${alias}."lastDiaSourceMjdTai" as last`;

/** The latest versions of the objects in `found (id)`. */
function latest(apdb: Apdb): string {
  const open = apdb.hasLast ? '' : 'and o."validityEndMjdTai" is null';
  const indexed = `select l.*
    from found f
    cross join lateral (
      select ${shown(apdb, 'o')}
      from ${apdb.table(apdb.hasLast ? 'DiaObjectLast' : 'DiaObject')} o
      where o."diaObjectId" = f.id ${open}
      offset 0
    ) l`;
  if (apdb.hasLast || !apdb.options.dia_object_nightly) return indexed;
  return `${indexed}
    union all
    select ${shown(apdb, 'o')}
    from found f
    join ${apdb.table('DiaObjectNightly')} o on o."diaObjectId" = f.id ${open}`;
}

/** Latest versions in the region $4, as rows of the columns of `shown`. */
function known(apdb: Apdb): string {
  const names = ['diaObjectId', ...apdb.options.ra_dec_columns, 'nDiaSources', 'lastDiaSourceMjdTai'];
  const table = apdb.hasLast ? 'DiaObjectLast' : 'DiaObject';
  const columns = names.flatMap((name) => apdb.columns(table).filter((column) => column.name === name));
  const where = apdb.hasLast ? [] : ['t."validityEndMjdTai" is null'];
  const tables = apdb.hasLast || !apdb.options.dia_object_nightly ? [table] : [table, 'DiaObjectNightly'];
  return tables
    .map((name) => inRegion(apdb, { table: name, columns, where }, '$4::text', 'true'))
    .join('\nunion all\n');
}

/** Whether the session has versions that are on their way in. */
function stagedVersions(apdb: Apdb): boolean {
  const [{ there }] = apdb.rows<{ there: boolean }>(
    `select to_regclass('pg_temp.new_dia_object') is not null as there`,
  ) as [{ there: boolean }];
  return there;
}

/** Candidates by id. Versions that are staged count before those that are stored. */
export function forcedCandidates(request: ForcedRequest): ForcedCandidate[] {
  const { sources, region } = request;
  const { apdb } = sources;
  const id = given(sources, 'diaObjectId');
  const staged =
    !sources.stored && stagedVersions(apdb)
      ? `select ${shown(apdb, 'o')} from pg_temp.new_dia_object o join found f on f.id = o."diaObjectId"`
      : `select null::int8 as id, null::float8 as ra, null::float8 as decl, null::int4 as n, null::float8 as last where false`;
  const around =
    region === null
      ? ''
      : `union all
    select k.*, false as detected
    from (${known(apdb)}) k (id, ra, decl, n, last)
    where k.last >= $5::float8 - $6::float8
      and not exists (select from found f where f.id = k.id)`;
  return apdb.rows<ForcedCandidate>(
    `with found as materialized (
      select distinct ${id} as id from ${sources.relation} s where ${ofVisit(sources)} and ${id} <> 0
    ), staged as materialized (
      ${staged}
    ), candidate as (
      select s.*, true as detected from staged s
      union all
      select l.*, true as detected from (${latest(apdb)}) l
      where not exists (select from staged s where s.id = l.id)
      ${around}
    )
    select c.id as dia_object_id, c.ra, c.decl, c.n as n_dia_sources, c.last as last_dia_source_mjd_tai, c.detected
    from candidate c
    where c.n >= $3::int4
    order by c.id`,
    [
      ...unitParameters(sources),
      request.minSources,
      ...(region === null ? [] : [region, request.visitTime ?? timeOf(sources), request.knownDays]),
    ],
  );
}
