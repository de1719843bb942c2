/** What readers of APDBs call. */
import { type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { replicaChunks, rowCounts, unassociatedObjects } from '../read/counts.ts';
import { encoded, pixelRanges, regionOf } from '../read/pixels.ts';

/** How a routine behaves that looks at an APDB. */
const looks = { volatility: 'stable', strict: false, usesSql: true } as const;

const anApdb = ['apdb', 'name', 'apdb.current_apdb()'] as const;

export const _pixels: Routine = routine(
  {
    args: [
      ['region', 'text'],
      ['level', 'int4'],
      ['max_ranges', 'int4'],
      ['exact', 'boolean'],
    ],
    returns: {
      table: [
        ['low', 'int8'],
        ['high', 'int8'],
        ['test', 'bytea'],
      ],
    },
    volatility: 'immutable',
    cost: 10000,
    rows: 64,
    comment:
      'Ranges of HTM ids of a level that hold every position of a region, for searches of a column of ids. ' +
      'region: POS text or base64. exact: test is the encoded region where positions in a range are still to be ' +
      'tested by sky.region_contains, NULL where all of them are inside; without exact NULL everywhere. max_ranges: ' +
      'as for sky.htm_envelope. Error 22P02 and 22P03 for what is no region, ApdbStateError for empty text.',
  },
  (text, level, maxRanges, exact) => {
    if (text.trim() === '')
      throw apdbError('ApdbStateError', 'neither a region nor ids of objects are given', {
        hint: "Give region => 'CIRCLE 150.1 2.2 0.5' [deg], or dia_object_ids; an empty list is '{}', not NULL.",
      });
    const region = regionOf(text);
    const test = encoded(region);
    return pixelRanges(region, level, maxRanges, exact).map(({ low, high, inside }) => ({
      low,
      high,
      test: inside || !exact ? null : test,
    }));
  },
);

export const contains_visit_detector: Routine = routine(
  {
    ...looks,
    args: [['visit', 'int8'], ['detector', 'int4'], anApdb],
    returns: 'boolean',
    comment:
      'Whether the APDB has a source or a forced source of a detector of a visit. NULL where an argument is. ' +
      'MissingApdbError.',
  },
  (visit, detector, name) => {
    const apdb = openApdb(name);
    if (visit === null || detector === null) return null;
    const has = (table: string) =>
      `exists (select from ${apdb.table(table)} where visit = $1 and detector = $2::int4)`;
    const [{ found }] = apdb.rows<{ found: boolean }>(
      `select ${has('DiaSource')} or ${has('DiaForcedSource')} as found`,
      [visit, detector],
    );
    return found;
  },
);

export const count_unassociated_objects: Routine = routine(
  {
    ...looks,
    args: [anApdb],
    returns: 'int8',
    comment: 'How many objects have only one source, by their latest versions. MissingApdbError.',
  },
  (name) => {
    const apdb = openApdb(name);
    const [{ n }] = apdb.rows<{ n: bigint }>(
      `select count(*) as n from (${unassociatedObjects(apdb)}) as unassociated`,
    );
    return n;
  },
);

export const table_row_counts: Routine = routine(
  {
    ...looks,
    args: [anApdb],
    returns: {
      table: [
        ['table_name', 'text'],
        ['n_rows', 'int8'],
      ],
    },
    rows: 4,
    comment:
      'How many rows the tables of objects, sources and forced sources have, counted, with DiaObjectLast and ' +
      'DiaObjectNightly where the APDB has them. table_name: with its prefix. MissingApdbError.',
  },
  (name) => {
    const apdb = openApdb(name);
    return apdb.rows<{ table_name: string; n_rows: bigint }>(rowCounts(apdb));
  },
);

export const _replica_chunks_query: Routine = routine(
  {
    ...looks,
    args: [['apdb', 'name']],
    returns: 'text',
    comment: 'The statement of apdb.replica_chunks; NULL where the APDB is not made for replication.',
  },
  (name) => replicaChunks(openApdb(name)),
);
