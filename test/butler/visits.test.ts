/** How exposures make visits: grouping, ids and names, and what records of visits say. */
import test from 'ava';
import { type Exposure, groupExposures, visitRecord } from '../../plv8/butler/visits.ts';

function exposure(id: number, more: Partial<Exposure> = {}): Exposure {
  const number = BigInt(id);
  return {
    id: number,
    obs_id: `obs${id}`,
    day_obs: 20200101n,
    group: `${id}`,
    physical_filter: 'VR',
    seq_num: number,
    seq_start: number,
    seq_end: number,
    exposure_time: 15,
    target_name: 'B1a',
    observation_reason: 'science',
    science_program: 'P',
    azimuth: 100,
    zenith_angle: 20,
    begin: number * 100n,
    end: number * 100n + 15n,
    tracking_ra: 100,
    tracking_dec: -20,
    sky_angle: 90,
    ...more,
  };
}

/** Exposures of one group by counter, with these sequence numbers. */
const snaps = (start: number, end: number, ...numbers: number[]) =>
  numbers.map((number) =>
    exposure(1000 + number, { seq_num: BigInt(number), seq_start: BigInt(start), seq_end: BigInt(end) }),
  );

const outline = (...parameters: Parameters<typeof groupExposures>) =>
  groupExposures(...parameters).map(({ id, name, systems, exposures }) => [
    Number(id),
    name,
    systems.join(' '),
    exposures.map((member) => Number(member.id)),
  ]);

const counter = 'one-to-one-and-by-counter';

test('one to one, each exposure is a visit of its id and name', (t) => {
  t.deepEqual(outline('one-to-one', snaps(1, 2, 2, 1)), [
    [1001, 'obs1001', 'one-to-one', [1001]],
    [1002, 'obs1002', 'one-to-one', [1002]],
  ]);
});

test('by counter, an exposure alone is a visit of both systems', (t) => {
  t.deepEqual(outline(counter, [exposure(5)]), [[5, 'obs5', 'one-to-one by-seq-start-end', [5]]]);
  const without = { seq_num: 0n, seq_start: 0n, seq_end: 0n };
  t.deepEqual(outline(counter, [exposure(5, without), exposure(6, without)]), [
    [5, 'obs5', 'one-to-one by-seq-start-end', [5]],
    [6, 'obs6', 'one-to-one by-seq-start-end', [6]],
  ]);
  const unknown = { seq_num: null, seq_start: null, seq_end: null };
  t.deepEqual(outline(counter, [exposure(5, unknown), exposure(6, unknown)]).length, 2);
});

test('by counter, several exposures make a visit of all and one of each', (t) => {
  t.deepEqual(outline(counter, snaps(1, 2, 2, 1)), [
    [1001, 'obs1001', 'by-seq-start-end', [1001, 1002]],
    [1002, 'obs1002', 'one-to-one', [1002]],
    [91001, 'obs1001_first', 'one-to-one', [1001]],
  ]);
});

test('the first of several makes the visit of all before the others are there', (t) => {
  t.deepEqual(outline(counter, snaps(1, 2, 1)), [
    [1001, 'obs1001', 'by-seq-start-end', [1001]],
    [91001, 'obs1001_first', 'one-to-one', [1001]],
  ]);
});

test('without the first of several there is no visit of all', (t) => {
  t.deepEqual(outline(counter, snaps(4, 6, 5, 6)), [
    [1005, 'obs1005', 'one-to-one', [1005]],
    [1006, 'obs1006', 'one-to-one', [1006]],
  ]);
});

test('counters of another day are another group', (t) => {
  const [first, second] = snaps(1, 2, 1, 2);
  t.is(groupExposures(counter, [first, { ...second, day_obs: 20200102n }]).length, 3);
});

test('by group, the id is what digits the name of the group has, however many', (t) => {
  const group = '2025-12-03T07:58:10.858';
  t.deepEqual(
    groupExposures('by-group-metadata', [exposure(2, { group }), exposure(1, { group })]).map(
      ({ id, name, exposures }) => [id, name, exposures.length],
    ),
    [[20251203075810858n, group, 2]],
  );
  for (const name of ['none', '99999999999999999999'])
    t.throws(() => groupExposures('by-group-metadata', [exposure(1, { group: name })]), {
      message: /^DataIdValueError: group/,
    });
});

test('two visits of one id are refused', (t) => {
  t.throws(
    () => groupExposures('by-group-metadata', [exposure(1, { group: 'a1' }), exposure(2, { group: 'b1' })]),
    { message: /^ConflictingDefinitionError: two visits would have the id 1/ },
  );
  t.throws(() => groupExposures(counter, [...snaps(1, 2, 1), exposure(91001)]), {
    message: /^ConflictingDefinitionError/,
  });
});

const record = (...members: Partial<Exposure>[]) =>
  visitRecord({
    id: 1n,
    name: 'v',
    systems: [],
    exposures: members.map((member, i) => exposure(i + 1, member)),
  });

test('a visit spans its exposures, adds up their times, and has the means of their angles', (t) => {
  t.like(record({ zenith_angle: 21 }, { zenith_angle: 22, day_obs: 20191231n, seq_num: 7n }), {
    begin: 100n,
    end: 215n,
    exposure_time: 30,
    zenith_angle: 21.5,
    day_obs: 20191231n,
    seq_num: 1n,
    target_name: 'B1a',
    observation_reason: 'science',
  });
  t.like(record({ begin: 5n, end: 6n }), { begin: 5n, end: 6n });
});

test('what exposures do not share is NULL, and the reason various', (t) => {
  t.like(record({ target_name: 'a' }, { target_name: 'b' }), { target_name: null });
  t.like(record({ science_program: 'a' }, {}), { science_program: null });
  t.like(record({ observation_reason: 'x' }, {}), { observation_reason: 'various' });
  t.throws(() => record({ physical_filter: 'g' }, {}), {
    message: /^InconsistentDataIdError.*physical_filter/,
  });
});

test('what one exposure does not know, the visit does not', (t) => {
  const columns = [
    'seq_num',
    'exposure_time',
    'target_name',
    'observation_reason',
    'science_program',
    'azimuth',
    'zenith_angle',
    'begin',
    'end',
  ] as const;
  for (const column of columns) {
    t.is(record({}, { [column]: null })[column], null);
    t.is(record({ [column]: null })[column], null);
  }
});

test('the mean azimuth goes the shorter way round', (t) => {
  const mean = (...azimuths: number[]) => record(...azimuths.map((azimuth) => ({ azimuth }))).azimuth!;
  t.true(Math.abs(mean(100, 350) - 45) < 1e-9);
  t.true(Math.abs(mean(340, 350) - 345) < 1e-9);
  t.true(Math.abs(((mean(10, 350) + 180) % 360) - 180) < 1e-9);
  t.true(mean(10, 350) >= 0 && mean(10, 350) < 360);
  t.is(mean(350), 350);
  t.is(mean(-10), -10);
});
