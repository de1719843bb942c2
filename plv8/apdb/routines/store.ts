/** Storing in SQL: staging tables, visits. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { mergeNightly } from '../store/nightly.ts';
import { stage as makeStaging } from '../store/stage.ts';
import { store as storeVisit } from '../store/store.ts';

const apdbArgument = ['apdb', 'name', 'apdb.current_apdb()'] as const;

export const stage: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [apdbArgument],
    returns: 'void',
    comment:
      'Makes the temporary tables new_dia_object, new_dia_source and new_dia_forced_source, once a session: they have ' +
      'the columns of DiaObject, DiaSource and DiaForcedSource, no constraints, and lose their rows at the end of the ' +
      'transaction. COPY puts the rows of a visit there, apdb.store takes them. MissingApdbError.',
  },
  (apdb) => {
    makeStaging(openApdb(apdb));
    return undefined;
  },
);

export const store: Routine = routine(
  {
    ...changes,
    strict: false,
    rows: 1,
    args: [
      ['visit_time', 'float8'],
      ['visit', 'int8', 'null'],
      ['detector', 'int4', 'null'],
      ['objects', 'regclass', 'null'],
      ['sources', 'regclass', 'null'],
      ['forced_sources', 'regclass', 'null'],
      ['on_conflict', 'text', "'error'"],
      ['remember', 'boolean', 'true'],
      apdbArgument,
    ],
    returns: {
      table: [
        ['stored', 'boolean'],
        ['objects', 'int8'],
        ['closed', 'int8'],
        ['sources', 'int8'],
        ['forced_sources', 'int8'],
      ],
    },
    comment:
      'Stores the rows of a visit, all or none: new versions of objects, which close those of before, sources and forced ' +
      'sources. visit_time: MJD TAI, when the versions begin. objects, sources, forced_sources: relations with columns ' +
      'of the names of the tables, or the same in snake_case; NULL: the tables of apdb.stage. Pixels that are NULL are ' +
      'filled in. visit, detector: the unit under which the visit is remembered; by default those that all sources have. ' +
      'remember: false for rows that are not all of a visit: no unit is looked for or remembered. ' +
      'on_conflict: error, skip (a unit that was stored, or rows that are there, are left) or update (they are replaced). ' +
      'Gives whether the unit was stored, and how many versions were written and closed, sources and forced sources ' +
      'written. ApdbDataError, ApdbStateError.',
  },
  (visitTime, visit, detector, objects, sources, forcedSources, onConflict, remember, apdb) => [
    storeVisit({
      apdb,
      time: visitTime,
      visit,
      detector,
      relations: { DiaObject: objects, DiaSource: sources, DiaForcedSource: forcedSources },
      onConflict,
      remember: remember ?? true,
    }),
  ],
);

export const nightly_merge: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [apdbArgument],
    returns: 'int8',
    comment:
      'Brings the versions of objects that wait in DiaObjectNightly (option dia_object_nightly) into DiaObject, and ' +
      'gives their number. Visits may be stored meanwhile; VACUUM ANALYZE both tables after it. MissingApdbError.',
  },
  (apdb) => mergeNightly(openApdb(apdb)),
);
