/** Objects that end: the validity of their open version is closed. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { finite, type Ids, ids, listed, refuseMissing, versionsOf, versionTables } from './given.ts';
import { recordInsertion } from './records.ts';

interface Found {
  readonly incomplete: boolean;
  readonly absent: string[] | null;
  readonly later: string[] | null;
}

/** The objects `$1`, each once. */
const wanted = `wanted as materialized (
  select w.id, min(w.place) as place
  from unnest(${ids(1)}) with ordinality as w (id, place)
  group by w.id
)`;

/**
 * Closes the open versions of objects, and takes them out of DiaObjectLast. Where a client left several versions of
 * an object open, each of them ends where the next one begins.
 * @param validityEnd MJD TAI, `$2`
 * @param updated MJD TAI: when replicas are told that it happened, `$3`
 * @returns how many objects were open, as text
 * @throws ApdbDataError; MissingRecordError, if asked for
 */
export function setValidityEnd(
  apdb: Apdb,
  objects: Ids,
  validityEnd: number | null,
  raiseOnMissing: boolean,
  updated: number | null,
): string {
  const end = finite(validityEnd, 'validity_end');
  const time = finite(updated, 'update_time');
  const [found] = apdb.rows<Found>(
    `
with ${wanted},
versions as materialized (${versionsOf(apdb, 'wanted', true)})
select
  exists (select from wanted where id is null) as incomplete,
  ${listed('(select w.id, w.place from wanted w where not exists (select from versions v where v.id = w.id and v.ended is null))')} as absent,
  ${listed('(select w.id, w.place from wanted w join versions v on v.id = w.id and v.ended is null where v.start > $2::float8)')} as later`,
    [objects, end],
  );
  const { incomplete, absent, later } = found as Found;
  if (incomplete || objects === null)
    throw apdbError('ApdbDataError', 'dia_object_ids is NULL, or holds a NULL', {
      hint: "Give the objects' ids as an array; an empty one changes nothing.",
    });
  if (raiseOnMissing)
    refuseMissing(
      absent,
      'objects with an open version',
      `${apdb.prefix}DiaObject of '${apdb.name}'`,
      'Nothing was changed: leave them out, or raise_on_missing.',
    );
  if (later !== null)
    throw apdbError(
      'ApdbDataError',
      `validity_end ${end} is before the open version of an object begins: ${later.slice(0, 5).join(', ')}`,
      { hint: 'A version cannot end before it begins: choose a later time.' },
    );
  const id = q('diaObjectId');
  const start = q('validityStartMjdTai');
  const ended = q('validityEndMjdTai');
  const [{ changed }] = apdb.rows<{ changed: string }>(
    `
with ${[
      wanted,
      `versions as materialized (${versionsOf(apdb, 'wanted', false)})`,
      `open as materialized (
  select v.*, coalesce(v.next, $2::float8) as ends
  from (select v.*, lead(v.start) over (partition by v.id order by v.start) as next from versions v) v
  where v.ended is null
)`,
      `closed as materialized (
  select distinct on (o.id) w.place, o.id, o.ra, o.decl
  from open o
  join wanted w on w.id = o.id
  order by o.id, o.start desc
)`,
      ...versionTables(apdb).map(
        (table, n) => `ended_${n} as (
  update ${table} o set ${ended} = v.ends
  from open v
  where o.${id} = v.id and o.${start} = v.start and o.${ended} is null
)`,
      ),
      ...(apdb.hasLast
        ? [
            `gone as (
  delete from ${apdb.table('DiaObjectLast')} l
  using closed c
  where l.${id} = c.id
)`,
          ]
        : []),
      ...recordInsertion(apdb, '$3::float8', [
        {
          type: 'close_diaobject_validity',
          from: 'closed',
          fields: [
            ['diaObjectId', 'r.id'],
            ['ra', 'r.ra'],
            ['dec', 'r.decl'],
            ['validityEndMjdTai', '$2::float8'],
            ['nDiaSources', 'null::int4'],
          ],
        },
      ]),
    ].join(',\n')}
select count(*)::text as changed from closed, (select $3::float8) as used`,
    [objects, end, time],
  ) as [{ changed: string }];
  return changed;
}
