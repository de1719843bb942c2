/** Association in SQL: matches, new versions, statistics. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { associate } from '../associate/associate.ts';
import { circleCells } from '../associate/cells.ts';
import { checkRadius, matchSql } from '../associate/match.ts';
import { oneToOne } from '../associate/one_to_one.ts';
import { refuseBadPositions, unitParameters, visitSources } from '../associate/sources.ts';

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
