/** Sources that are given to other objects: to objects of the solar system, or to other DiaObjects. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { finite, type Ids, ids, listed, objectTables, refuseMissing, versionsOf } from './given.ts';
import { type Records, recordInsertion } from './records.ts';

/** What a source that belongs to no object has as its object, besides NULL: the client writes it. */
const noObject = 0;

/** Pairs of sources `$1` and the objects `$2` that are to be theirs, as they were given. */
const given = `given as materialized (
  select g.source, g.object, g.place
  from unnest(${ids(1)}, ${ids(2)}) with ordinality as g (source, object, place)
)`;

interface Found {
  readonly pairs: string;
  readonly incomplete: boolean;
  readonly twice: string[] | null;
  readonly absent: string[] | null;
  readonly closed: string[] | null;
}

/**
 * Locks the sources and the versions of their objects, by id, and sees to it that all that is named exists.
 * @param targets whether the objects given are DiaObjects
 * @throws ApdbDataError, MissingRecordError
 */
function lockAll(apdb: Apdb, sources: Ids, objects: Ids, names: readonly [string, string], targets: boolean) {
  const source = q('diaSourceId');
  const target = targets ? 'select g.object from given g union ' : '';
  const [found] = apdb.rows<Found>(
    `
with ${given},
found as materialized (
  select s.${source} as id, s.${q('diaObjectId')} as was
  from ${apdb.table('DiaSource')} s
  where s.${source} in (select g.source from given g)
  order by 1
  for no key update of s
),
wanted (id) as materialized (${target}select f.was from found f),
versions as materialized (${versionsOf(apdb, 'wanted', true)})
select
  (select count(*) from given)::text as pairs,
  exists (select from given g where g.source is null or g.object is null) as incomplete,
  ${listed('(select g.source as id, min(g.place) as place from given g group by g.source having count(*) > 1)')} as twice,
  ${listed('(select g.source as id, g.place from given g where not exists (select from found f where f.id = g.source))')} as absent,
  ${
    targets
      ? listed(
          '(select g.object as id, g.place from given g where not exists (select from versions v where v.id = g.object and v.ended is null))',
        )
      : 'null::text[]'
  } as closed,
  (select count(*) from versions) as locked`,
    [sources, objects],
  );
  const { incomplete, twice, absent, closed } = found as Found;
  if (incomplete || sources === null || objects === null)
    throw apdbError('ApdbDataError', `${names[0]} and ${names[1]} do not pair`, {
      detail: 'They are of different lengths, or one of them is NULL or holds a NULL.',
      hint: 'Give as many objects as sources: the first source goes to the first object.',
    });
  if (twice !== null)
    throw apdbError(
      'ApdbDataError',
      `${names[0]} names a source more than once: ${twice.slice(0, 5).join(', ')}`,
      {
        hint: 'A source has one object: name each source once.',
      },
    );
  refuseMissing(
    absent,
    'sources',
    `${apdb.prefix}DiaSource of '${apdb.name}'`,
    'Nothing was changed: leave them out, or store them first.',
  );
  refuseMissing(
    closed,
    'objects with an open version',
    `${apdb.prefix}DiaObject of '${apdb.name}'`,
    'Nothing was changed: a source can only go to an object that is valid.',
  );
}

/** The rows of `given` with what their sources were. */
function moved(apdb: Apdb): string {
  return `moved as materialized (
  select g.source, g.object, g.place, s.${q('diaObjectId')} as was,
    s.${apdb.ra} as ra, s.${apdb.decl} as decl, s.${q('midpointMjdTai')} as midpoint
  from given g
  join ${apdb.table('DiaSource')} s on s.${q('diaSourceId')} = g.source
)`;
}

/**
 * Common table expressions that bring nDiaSources of all versions of objects in line with `moved`, and `counted`:
 * the objects in the order in which the client tells of them, with their new number.
 */
function countAnew(apdb: Apdb, gains: string, losses: string): string[] {
  const id = q('diaObjectId');
  const number = q('nDiaSources');
  return [
    `changes (id, change, place) as materialized (
  select c.id, sum(c.change)::int4, min(c.place)
  from (
    select m.object, 1, m.place from moved m where ${gains}
    union all
    select m.was, -1, m.place + (select count(*) from given) from moved m where ${losses} and m.was <> ${noObject}
  ) c (id, change, place)
  group by c.id
)`,
    `versions as materialized (${versionsOf(apdb, 'changes', false)})`,
    `counted as materialized (
  select distinct on (v.id) c.place, v.id, v.ra, v.decl, v.n + c.change as n
  from changes c
  join versions v on v.id = c.id
  order by v.id, v.start desc
)`,
    ...objectTables(apdb).map(
      (table, n) => `renumbered_${n} as (
  update ${table} o set ${number} = o.${number} + c.change
  from changes c
  where o.${id} = c.id and c.change <> 0
)`,
    ),
  ];
}

const position = [
  ['ra', 'r.ra'],
  ['dec', 'r.decl'],
] as const;
const sourceKey = [['diaSourceId', 'r.source'], ...position, ['midpointMjdTai', 'r.midpoint']] as const;

const newNumbers: Records = {
  type: 'update_n_dia_sources',
  from: 'counted',
  fields: [['diaObjectId', 'r.id'], ...position, ['nDiaSources', 'r.n']],
};

/**
 * Gives sources to objects of the solar system.
 * @param reassociated MJD TAI: when, `$3`
 * @param decrement whether the objects that lose them count one less
 * @returns how many, as text
 * @throws ApdbDataError, MissingRecordError
 */
export function reassignToSolarSystem(
  apdb: Apdb,
  sources: Ids,
  objects: Ids,
  reassociated: number | null,
  decrement: boolean,
): string {
  const time = finite(reassociated, 'reassoc_time');
  lockAll(apdb, sources, objects, ['dia_source_ids', 'ss_object_ids'], false);
  const reassociation = q('ssObjectReassocTimeMjdTai');
  const [{ changed }] = apdb.rows<{ changed: string }>(
    `
with ${[
      given,
      moved(apdb),
      ...countAnew(apdb, 'false', '$4::boolean'),
      `reassigned as (
  update ${apdb.table('DiaSource')} s
  set ${q('diaObjectId')} = ${noObject}, ${q('ssObjectId')} = g.object, ${reassociation} = $3::float8
  from given g
  where s.${q('diaSourceId')} = g.source
  returning s.${q('diaSourceId')}
)`,
      ...recordInsertion(apdb, '$3::float8', [
        {
          type: 'reassign_diasource_to_ssobject',
          from: 'moved',
          fields: [...sourceKey, ['ssObjectId', 'r.object'], ['ssObjectReassocTimeMjdTai', '$3::float8']],
        },
        newNumbers,
      ]),
    ].join(',\n')}
select count(*)::text as changed from reassigned`,
    [sources, objects, time, decrement],
  ) as [{ changed: string }];
  return changed;
}

/**
 * Gives sources to other DiaObjects.
 * @param updated MJD TAI: when, `$3`
 * @param increment, decrement whether the objects that gain, or lose them count anew
 * @returns how many, as text
 * @throws ApdbDataError, MissingRecordError
 */
export function reassignToDiaObjects(
  apdb: Apdb,
  sources: Ids,
  objects: Ids,
  updated: number | null,
  increment: boolean,
  decrement: boolean,
): string {
  const time = finite(updated, 'update_time');
  lockAll(apdb, sources, objects, ['dia_source_ids', 'dia_object_ids'], true);
  const [{ changed }] = apdb.rows<{ changed: string }>(
    `
with ${[
      given,
      moved(apdb),
      ...countAnew(apdb, '$4::boolean', '$5::boolean'),
      `reassigned as (
  update ${apdb.table('DiaSource')} s
  set ${q('diaObjectId')} = g.object
  from given g
  where s.${q('diaSourceId')} = g.source
  returning s.${q('diaSourceId')}
)`,
      ...recordInsertion(apdb, '$3::float8', [
        {
          type: 'reassign_diasource_to_diaobject',
          from: 'moved',
          fields: [...sourceKey, ['diaObjectId', 'r.object']],
        },
        newNumbers,
      ]),
    ].join(',\n')}
select count(*)::text as changed from reassigned, (select $3::float8) as used`,
    [sources, objects, time, increment, decrement],
  ) as [{ changed: string }];
  return changed;
}
