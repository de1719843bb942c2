/**
 * Rules of the visits that were stored: their rows are there, all of them. Others may have come beside them, with the
 * histories that alerts carry.
 */
import type { Apdb } from '../apdb.ts';
import { id, start } from '../store/versions.ts';
import { findings, type Rule } from './rule.ts';
import { versionTablesOf } from './versions.ts';

const unit = `format('visit %s%s', u.visit, ', detector ' || u.detector)`;

export function unitRules(apdb: Apdb): Rule[] {
  const stored = apdb.own('stored_visit');
  const version = versionTablesOf(apdb)
    .map((table) => `select 1 from ${table} o where o.${id} = v.id and o.${start} = u.visit_time`)
    .join(' union all ');
  return [
    {
      query: findings(
        'a visit lacks a version of an object',
        'v.id',
        `format('%s at MJD %s', ${unit}, u.visit_time)`,
        `${stored} u, unnest(u.dia_object_ids) v (id) where not exists (${version})`,
      ),
      repair: [],
    },
    ...(['DiaSource', 'DiaForcedSource'] as const).map((table) => ({
      query: findings(
        `a visit lacks rows of ${table}`,
        'null',
        `format('%s: %s instead of %s', ${unit}, u.found, u.wanted)`,
        `(
          select u.visit, u.detector, u.${table === 'DiaSource' ? 'n_sources' : 'n_forced_sources'} as wanted,
                 coalesce((
                   select sum(n.rows) from counted n
                   where n.visit = u.visit and case when u.detector is null
                     then not exists (select 1 from ${stored} d where d.visit = n.visit and d.detector = n.detector)
                     else n.detector = u.detector end
                 ), 0) as found
          from ${stored} u
        ) u where u.found < u.wanted`,
      ).replace(
        /^select/,
        `with counted as materialized (
           select visit, detector, count(*) as rows from ${apdb.table(table)} group by visit, detector
         )
         select`,
      ),
      repair: [],
    })),
  ];
}
