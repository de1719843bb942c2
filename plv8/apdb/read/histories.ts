/** Readers of sources and forced sources: the histories of a region, or of objects. */
import type { Apdb } from '../apdb.ts';
import { latestInRegion } from './objects.ts';
import { distinctIds, inRegion, ofObjects, type Reader, shown } from './reader.ts';

const daysPerMonth = 30;

/** SQL expressions of what a history is asked for by. */
interface Asked {
  readonly region: string;
  readonly ids: string;
  /** MJD TAI. */
  readonly start: string;
}

/** What is searched, as SQL: where there is no start, neither region nor ids; otherwise one of them. */
function searched(apdb: Apdb, { region, ids, start }: Asked): Asked {
  const nothing = `when ${start} is null then null`;
  const neither = `when ${region} is null and ${ids} is null then ''`;
  return apdb.options.source_select === 'by-fov'
    ? {
        region: `case ${nothing} ${neither} else ${region} end`,
        ids: `case ${nothing} when ${region} is null then ${ids} end`,
        start,
      }
    : {
        region: `case ${nothing} ${neither} when ${ids} is null then ${region} end`,
        ids: `case ${nothing} else ${ids} end`,
        start,
      };
}

/** When a history begins: what the caller says, else some months before the visit; NULL for no history. */
function startOf(months: number, given: string): string {
  return months === 0 ? given : `coalesce(${given}, $1 - ${months * daysPerMonth})`;
}

function startComment(months: number): string {
  return (
    'start_time: MJD TAI; where it is NULL, ' +
    (months === 0 ? 'there is no history' : `${months * daysPerMonth} days before visit_time`)
  );
}

const midpoint = 't."midpointMjdTai"';

const byWhich = (apdb: Apdb): string =>
  `Where both are given, the ${apdb.options.source_select === 'by-fov' ? 'region' : 'ids'} count. ` +
  'ApdbStateError where neither is.';

export function diaSources(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaSource');
  const months = apdb.options.read_sources_months;
  const { region, ids, start } = searched(apdb, { region: '$2', ids: '$3', start: startOf(months, '$4') });
  const table = 'DiaSource';
  return {
    name: 'get_dia_sources',
    args: [
      ['visit_time', 'float8'],
      ['region', 'text', 'null'],
      ['dia_object_ids', 'int8[]', 'null'],
      ['start_time', 'float8', 'null'],
      ['exact', 'boolean', 'true'],
    ],
    row: { name: 'dia_source_row', table, columns },
    body: [
      inRegion(apdb, { table, columns, where: [`${midpoint} > ${start}`] }, region, '$5'),
      ofObjects(apdb, { table, columns, where: [`${midpoint} >= ${start}`] }, distinctIds(ids)),
    ].join('\nunion all\n'),
    comment:
      'History of sources, in no order: those in a region (POS text [deg, ICRS] or base64) with midpoints after ' +
      `start_time, or those of objects with midpoints at or after it. ${startComment(months)}. exact: false leaves ` +
      `the test of positions out. ${byWhich(apdb)}`,
  };
}

export function diaForcedSources(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaForcedSource');
  const months = apdb.options.read_forced_sources_months;
  const { region, ids, start } = searched(apdb, { region: '$4', ids: '$2', start: startOf(months, '$3') });
  const id = columns.filter(({ name }) => name === 'diaObjectId');
  const objects = `select distinct i.id
from (
  select u.id from unnest(${ids}) as u (id)
  union all
  (${latestInRegion(apdb, id, region, '$5')})
) as i (id)
order by i.id`;
  return {
    name: 'get_dia_forced_sources',
    args: [
      ['visit_time', 'float8'],
      ['dia_object_ids', 'int8[]', 'null'],
      ['start_time', 'float8', 'null'],
      ['region', 'text', 'null'],
      ['exact', 'boolean', 'true'],
    ],
    row: { name: 'dia_forced_source_row', table: 'DiaForcedSource', columns },
    body: ofObjects(apdb, { table: 'DiaForcedSource', columns, where: [`${midpoint} >= ${start}`] }, objects),
    comment:
      'History of forced sources, in no order: those of objects, or of the objects whose latest versions are in a ' +
      `region (POS text [deg, ICRS] or base64), with midpoints at or after start_time. ${startComment(months)}. ` +
      `exact: false leaves the test of positions out. ${byWhich(apdb)}`,
  };
}

export function diaSourcesForDiaObjects(apdb: Apdb): Reader {
  const columns = shown(apdb, 'DiaSource');
  return {
    name: 'get_dia_sources_for_dia_objects',
    args: [
      ['dia_object_ids', 'int8[]'],
      ['start_time', 'float8'],
    ],
    row: { name: 'dia_source_row', table: 'DiaSource', columns },
    body: ofObjects(apdb, { table: 'DiaSource', columns, where: [`${midpoint} >= $2`] }, distinctIds('$1')),
    comment: 'Sources of objects with midpoints at or after start_time [MJD TAI], in no order.',
  };
}
