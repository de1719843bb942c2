/** Association in SQL: matches, new versions, statistics. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { associate } from '../associate/associate.ts';
import { circleCells } from '../associate/cells.ts';
import { forcedCandidates } from '../associate/forced.ts';
import { checkRadius, matchSql } from '../associate/match.ts';
import { oneToOne } from '../associate/one_to_one.ts';
import { refuseBadPositions, unitParameters, visitSources } from '../associate/sources.ts';
import { updateStatistics } from '../associate/update.ts';

export const _circle_cells: Routine = routine(
  {
    args: [
      ['ra', 'plv8_float8array'],
      ['decl', 'plv8_float8array'],
      ['radius_arcsec', 'float8'],
      ['level', 'int4'],
    ],
    returns: {
      table: [
        ['place', 'int4'],
        ['cell', 'int8'],
      ],
    },
    volatility: 'immutable',
    comment:
      'The trixels of an HTM level that circles touch, and perhaps some near them: a row for each circle, by its place ' +
      'in the columns from 1, and trixel. ra, decl: centres, ICRS [deg].',
  },
  (ra, decl, radius, level) => {
    const { places, cells } = circleCells(ra, decl, radius, level);
    return places.map((place, i) => ({ place: place + 1, cell: BigInt(cells[i]!) }));
  },
);

export const _one_to_one: Routine = routine(
  {
    args: [
      ['left_ends', 'plv8_int4array'],
      ['right_ends', 'plv8_int4array'],
    ],
    returns: 'int4[]',
    volatility: 'immutable',
    comment:
      'Numbers, from 1, of the pairs that are matches when each takes its two ends away from those that follow. ' +
      'left_ends, right_ends: numbers of the ends of each pair, in the order in which pairs are taken.',
  },
  (left, right) => oneToOne(left, right),
);

export const _associate: Routine = routine(
  {
    ...changes,
    strict: false,
    rows: 1,
    args: [
      ['visit', 'int8'],
      ['radius_arcsec', 'float8'],
      ['detector', 'int4'],
      ['visit_time', 'float8'],
      ['sources', 'regclass'],
      ['apdb', 'name'],
    ],
    returns: {
      table: [
        ['sources', 'int8'],
        ['matched', 'int8'],
        ['new_objects', 'int8'],
      ],
    },
    comment: 'What apdb.associate does.',
  },
  (visit, radius, detector, visitTime, sources, apdb) => [
    associate(visitSources(openApdb(apdb), visit, detector, sources), radius ?? Number.NaN, visitTime),
  ],
);

export const _match: Routine = routine(
  {
    volatility: 'stable',
    parallel: 'unsafe',
    usesSql: true,
    strict: false,
    args: [
      ['visit', 'int8'],
      ['radius_arcsec', 'float8'],
      ['detector', 'int4'],
      ['sources', 'regclass'],
      ['apdb', 'name'],
    ],
    returns: {
      table: [
        ['dia_source_id', 'int8'],
        ['dia_object_id', 'int8'],
        ['distance_arcsec', 'float8'],
      ],
    },
    comment: 'What apdb.match gives.',
  },
  (visit, radius, detector, relation, apdb) => {
    const sources = visitSources(openApdb(apdb), visit, detector, relation);
    checkRadius(radius ?? Number.NaN);
    refuseBadPositions(sources);
    return sources.apdb.rows(
      `with ${matchSql(sources, radius ?? Number.NaN)}
       select s.id as dia_source_id, m.object as dia_object_id, m.distance as distance_arcsec
       from source s
       left join match m on m.source = s.id
       order by s.id`,
      [...unitParameters(sources), radius],
    );
  },
);

export const _forced_candidates: Routine = routine(
  {
    volatility: 'stable',
    parallel: 'unsafe',
    usesSql: true,
    strict: false,
    args: [
      ['visit', 'int8'],
      ['detector', 'int4'],
      ['min_sources', 'int4'],
      ['region', 'text'],
      ['known_days', 'float8'],
      ['visit_time', 'float8'],
      ['sources', 'regclass'],
      ['apdb', 'name'],
    ],
    returns: {
      table: [
        ['dia_object_id', 'int8'],
        ['ra', 'float8'],
        ['decl', 'float8'],
        ['n_dia_sources', 'int4'],
        ['last_dia_source_mjd_tai', 'float8'],
        ['detected', 'boolean'],
      ],
    },
    comment: 'What apdb.forced_candidates gives.',
  },
  (visit, detector, minSources, region, knownDays, visitTime, sources, apdb) =>
    forcedCandidates({
      sources: visitSources(openApdb(apdb), visit, detector, sources),
      minSources: minSources ?? 0,
      region,
      knownDays: knownDays ?? Number.POSITIVE_INFINITY,
      visitTime,
    }),
);

export const _update_statistics: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['dia_object_ids', 'text'],
      ['all_versions', 'boolean'],
      ['apdb', 'name'],
    ],
    returns: 'int8',
    comment:
      'What apdb.update_statistics does, of the ids as the text of an array, in which they stay what they are.',
  },
  (ids, allVersions, apdb) => updateStatistics(openApdb(apdb), ids, allVersions ?? false),
);
