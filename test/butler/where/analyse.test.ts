import test from 'ava';
import { resolve } from '../../../plv8/butler/where/resolve.ts';
import { regionFromBase64 } from '../../../plv8/sky/base64.ts';
import { regionToPos } from '../../../plv8/sky/pos.ts';
import { analysed, compiled, context, refused } from './support.ts';

const exposureTime = 'exposure.exposure_time';

test('names stand for keys, fields, bounds and datasets', (t) => {
  const datasetTypes = ['raw', 'bias'];
  for (const [name, kind, rest, type] of [
    ['visit', 'key', 'visit', 'int'],
    ['visit.id', 'key', 'visit', 'int'],
    ['visit.instrument', 'key', 'instrument', 'string'],
    ['visit.day_obs', 'key', 'day_obs', 'int'],
    ['exposure.group', 'key', 'group', 'string'],
    ['instrument.name', 'key', 'instrument', 'string'],
    ['visit_definition.exposure', 'key', 'exposure', 'int'],
    ['htm7', 'key', 'htm7', 'int'],
    ['visit.name', 'field', 'visit.name', 'string'],
    ['detector.full_name', 'field', 'detector.full_name', 'string'],
    ['visit.exposure_time', 'field', 'visit.exposure_time', 'float'],
    ['exposure.can_see_sky', 'field', 'exposure.can_see_sky', 'bool'],
    ['skymap.hash', 'field', 'skymap.hash', 'hash'],
    ['visit.region', 'field', 'visit.region', 'region'],
    ['visit_detector_region.region', 'field', 'visit_detector_region.region', 'region'],
    ['visit.timespan', 'field', 'visit.timespan', 'timespan'],
    ['raw.run', 'dataset', 'raw.run', 'string'],
    ['raw.dataset_id', 'dataset', 'raw.dataset_id', 'uuid'],
    ['bias.timespan', 'dataset', 'bias.timespan', 'timespan'],
    ['bias.ingest_date', 'dataset', 'bias.ingest_date', 'datetime'],
    ['seq_num', 'field', 'exposure.seq_num', 'int'],
  ] as const) {
    const found = resolve(name, context({ datasetTypes }));
    const [first, ...others] = Object.values(found.reference);
    t.deepEqual([first, others.join('.'), found.type], [kind, rest, type], name);
  }
  t.deepEqual(resolve('visit.timespan.begin', context()), {
    reference: {
      kind: 'bound',
      of: { kind: 'field', element: 'visit', column: 'timespan' },
      bound: 'begin',
    },
    type: 'datetime',
  });
  t.is(resolve('bias.timespan.end', context({ datasetTypes })).type, 'datetime');
  t.is(resolve('timespan.begin', context({ dimensions: ['day_obs'] })).type, 'datetime');
  t.is(resolve('run', context({ datasetTypes: ['raw'] })).type, 'string');
});

test('names that stand for nothing, or for several things, are refused', (t) => {
  const datasetTypes = ['raw', 'bias'];
  for (const [name, message] of [
    ['nope', /'nope' is not known/],
    ['Visit', /'Visit' is not known/],
    ['visit.nope', /'visit' has no field 'nope'/],
    ['exposure.band', /no field 'band'/],
    ['nope.run', /neither a dimension nor a dataset type/],
    ['raw.nope', /have no field 'nope'/],
    ['raw.timespan.middle', /begin and end/],
    ['visit.exposure_time.begin', /'visit\.exposure_time\.begin' is not known/],
    ['a.b.c', /not known/],
    ['name', /'name' is ambiguous/],
    ['timespan.begin', /'timespan' is ambiguous/],
    ['run', /'run' is ambiguous/],
    ['true', /not known/],
    ['constructor', /not known/],
    ['raw.constructor', /no field 'constructor'/],
    ['__proto__', /not known/],
  ] as const)
    refused(t, () => resolve(name, context({ datasetTypes })), message);
  t.is(
    refused(t, () => resolve('name', context())).hint,
    "It may be 'band.name', 'group.name', 'instrument.name', 'physical_filter.name'.",
  );
  t.is(
    refused(t, () => resolve('timespan.begin', context())).hint,
    "It may be 'day_obs.timespan', 'exposure.timespan'.",
  );
});

test('an expression says which dimensions and elements its query must join', (t) => {
  const { dimensions, elements } = analysed("visit.target_name = 'B1a' and band = 'r' and tract = 1");
  t.deepEqual(dimensions, ['band', 'instrument', 'skymap', 'tract', 'visit']);
  t.deepEqual(elements, ['visit']);
  t.deepEqual(analysed('visit_detector_region.region overlaps point(1, 2)').dimensions, [
    'instrument',
    'detector',
    'visit',
  ]);
  t.deepEqual(analysed("raw.run = 'r'", { datasetTypes: ['raw'] }).dimensions, []);
  t.deepEqual(analysed('').dimensions, []);
  const { references } = analysed('visit.timespan.begin > visit.timespan.end and visit = visit.id');
  t.deepEqual(references, [
    { kind: 'field', element: 'visit', column: 'timespan' },
    { kind: 'key', dimension: 'visit' },
  ]);
});

test('the key of a dimension that depends on a governor needs the governor compared, or given', (t) => {
  const none = { given: [], bind: '{"names": ["A"]}' };
  for (const text of [
    "instrument = 'A' and exposure = 1",
    "'A' = instrument and exposure = 1",
    "(instrument = 'A' and (exposure = 1))",
    "exposure.instrument = 'A' and exposure = 1",
    "instrument in ('A', 'B') and exposure = 1",
    "instrument = 'A' and skymap = 's' and tract = 1 and visit = 2",
    "band = 'r'",
    'htm7 = 1',
    "instrument != 'A'",
    "instrument != 'A' and exposure = 1",
    "instrument = 'A' or exposure = 1",
    "not (instrument = 'A') and exposure = 1",
    "instrument not in ('A') and exposure = 1",
    "glob(instrument, 'A') and exposure = 1",
    'visit.exposure_time > 1.0',
    "exposure.timespan overlaps T'2020-01-01'",
    "instrument.class_name = 'A'",
    "instrument = 'A' and (exposure = 1 or visit = 2)",
    "instrument = 'A' and not exposure = 1",
  ])
    t.notThrows(() => analysed(text, none), text);
  for (const [text, governor] of [
    ['exposure = 1', 'instrument'],
    ["exposure.obs_id = 'a'", 'instrument'],
    ["detector.full_name = 'S29'", 'instrument'],
    ['instrument in (:names) and exposure = 1', 'instrument'],
    ['instrument = NULL and exposure = 1', 'instrument'],
    ["physical_filter = 'r'", 'instrument'],
    ["instrument = 'A' and tract = 1", 'skymap'],
    ["skymap = 's' and patch = 1 and visit = 2", 'instrument'],
  ] as const)
    refused(t, () => analysed(text, none), new RegExp(`depends on ${governor}`));
  t.notThrows(() => analysed('exposure = 1', { given: ['instrument'] }));
});

test('values that every row has are known', (t) => {
  const constrained = (text: string) => Object.fromEntries(analysed(text).constrained);
  t.deepEqual(constrained("instrument = 'A' and exposure in (1, 2) and day_obs = 3"), {
    instrument: ['A'],
    exposure: ['1', '2'],
    day_obs: ['3'],
  });
  t.deepEqual(constrained("instrument in ('A', 'B') and instrument = 'B'"), { instrument: ['B'] });
  t.deepEqual(constrained("instrument = 'A' and instrument = 'B'"), { instrument: [] });
  t.deepEqual(constrained("instrument = 'A' or instrument = 'B'"), {});
  t.deepEqual(constrained('exposure in (1, 2..3) and day_obs in (1, NULL)'), {});
});

test('types are strict', (t) => {
  for (const text of [
    'exposure = 1',
    'exposure = 1.0',
    `${exposureTime} > 30`,
    `${exposureTime} * 2.0 > 30`,
    `${exposureTime} / 2.0 + 1.5 > -30.0`,
    'exposure / 2 * 3 % 7 - 1 + 2 = 4',
    '+exposure = -5',
    "exposure.obs_id > 'a'",
    'exposure.timespan.begin < exposure.timespan.end',
    "exposure.timespan.begin = T'2020-01-01'",
    'exposure in (1, 2.0)',
    `${exposureTime} in (1, 2.5)`,
    'exposure.can_see_sky',
    'not exposure.can_see_sky or exposure.has_simulated',
    'exposure.can_see_sky = null',
    'null != exposure.can_see_sky',
    'exposure.timespan = NULL and visit.region != Null',
    '1 = 1',
  ])
    t.notThrows(() => analysed(text), text);
  for (const [text, message] of [
    ["exposure = '1'", /types that = compares differ: int and string/],
    ["exposure.timespan.begin > '2019-04-02'", /datetime and string/],
    ['exposure.timespan.begin > 5', /datetime and int/],
    ['exposure.timespan > exposure.timespan', /have no order/],
    ['exposure.timespan.begin = exposure.timespan', /datetime and timespan/],
    ['visit.region < visit.region', /have no order/],
    ['exposure.timespan != visit.timespan', /not compared with !=/],
    ['exposure.timespan in (visit)', /cannot be looked for with IN/],
    [`${exposureTime} * 2 > 30`, /\* needs values of one type, not float and int/],
    [`exposure * 2.0 > 30`, /int and float/],
    [`${exposureTime} % 2.0 > 30.0`, /% cannot be applied to values of type float/],
    ["exposure.obs_id + 'a' = 'b'", /\+ cannot be applied to values of type string/],
    ["-exposure.obs_id = 'b'", /a sign cannot stand before a value of type string/],
    ['exposure.can_see_sky = true', /'true' is not known/],
    ['exposure.can_see_sky = exposure.has_simulated', /compares values, not a condition/],
    ['exposure.can_see_sky + 1 = 2', /expected a value, but this is a condition/],
    ['exposure = 1 = 2', /the result of a comparison cannot be compared/],
    ['(exposure = 1) = 2', /compares values, not a condition/],
    ['1', /expected a condition, but this is a value of type int/],
    ["'a'", /expected a condition, but this is a value of type string/],
    ['exposure', /expected a condition/],
    ['NULL', /expected a condition, but this is NULL/],
    ['not exposure', /expected a condition/],
    ['exposure = 1 and 2', /expected a condition/],
    ["T'2020-01-01'", /expected a condition/],
    ["(T'2020-01-01', null)", /expected a condition/],
    ['exposure < NULL', /< cannot compare a value of type int with NULL/],
    ['NULL = NULL', /= cannot compare NULL with NULL/],
    ['exposure + NULL = 1', /expected a value, but this is NULL/],
    [`${exposureTime} in (1..2)`, /of type int, what is looked for of type float/],
    ["exposure in ('a')", /of type string/],
    ['exposure.can_see_sky in (1)', /expected a value, but this is a condition/],
    ['exposure in (nope)', /'nope' is not known/],
    ['exposure / 0 = 1', /divides by zero/],
    ['exposure % (1 - 1) = 1', /divides by zero/],
    ['1.0 / 0.0 = 1.0', /divides by zero/],
    ['1e308 * 10.0 = 1.0', /too large/],
    ['exposure = 1e999', /too large/],
    [`exposure = ${'9'.repeat(39)}`, /more than 38 digits/],
    [`exposure = 1${' * 9999999999'.repeat(5)}`, /more than 38 digits/],
    [`exposure = ${'visit + '.repeat(1001)} 1`, /more than 1000 operators of arithmetic/],
    ["exposure.dataset_id = UUID('12')", /'exposure' has no field/],
    ["UUID('12') = UUID('12')", /no UUID/],
    ['UUID(exposure) = 1', /a constant string is needed/],
    ["glob(exposure, 'a')", /GLOB matches strings, not values of type int/],
    ['glob(exposure.obs_id, exposure.obs_id)', /the pattern of GLOB is a string/],
    ["glob('a', 'a')", /the values of a column/],
  ] as const)
    refused(t, () => analysed(text), message);
});

test('OVERLAPS compares timespans, and regions where every row must overlap', (t) => {
  for (const text of [
    "exposure.timespan overlaps (T'2020-01-01', NULL)",
    "(NULL, T'2020-01-01') overlaps exposure.timespan",
    "exposure.timespan overlaps T'2020-01-01'",
    "T'2020-01-01' overlaps exposure.timespan",
    'exposure.timespan overlaps exposure.timespan.begin',
    'visit.region overlaps tract.region and exposure = 1',
    '(visit.region overlaps point(1, 2)) and (exposure = 1 or visit = 2)',
  ])
    t.notThrows(() => analysed(text), text);
  for (const [text, message, name] of [
    ['visit.region overlaps point(1, 2) or visit = 1', /with AND/, 'UnimplementedQueryError'],
    ['not visit.region overlaps point(1, 2)', /with AND/, 'UnimplementedQueryError'],
    ['not (not visit.region overlaps point(1, 2))', /with AND/, 'UnimplementedQueryError'],
    ['circle(1, 2, 3) overlaps point(1, 2)', /both given/],
    ['not (circle(1, 2, 3) overlaps point(1, 2))', /both given/],
    ['patch.region overlaps tract.region', /joined without comparing/],
    ['visit.region overlaps visit_detector_region.region', /joined without comparing/],
    ["visit.region overlaps T'2020-01-01'", /timespans, or regions, not region and datetime/],
    ['visit.timespan overlaps point(1, 2)', /not timespan and region/],
    ['visit overlaps visit', /not int and int/],
    ['exposure.timespan overlaps visit.timespan', /joined without comparing their timespans/],
    ["T'2020-01-01' overlaps T'2020-01-01'", /not datetime and datetime/],
    ['visit.timespan overlaps NULL', /OVERLAPS cannot compare/],
    ['visit.timespan overlaps (visit.timespan.begin, NULL)', /made of times or NULL/],
    ["visit.timespan overlaps (1, T'2020-01-01')", /made of times or NULL, not of a value of type int/],
    ["visit.timespan overlaps (T'1950-01-01', T'1960-01-01')", /wholly outside/],
    ['point(visit, 1) overlaps visit.region', /constant numbers/],
    ["point('a', 1) overlaps visit.region", /constant numbers/],
    ['point(1, 91) overlaps visit.region', /beyond 90°/],
    ['circle(1, 2, -1) overlaps visit.region', /cannot be negative/],
    ['box(1, 2, 3, -1) overlaps visit.region', /cannot be negative/],
    ['polygon(0, 0, 1, 1, 2, 91) overlaps visit.region', /beyond 90°/],
    ['polygon(0, 0, 0, 0, 0, 0) overlaps visit.region', /convex hull/],
    ["region('SQUARE 1 2 3') overlaps visit.region", /Unrecognized shape/],
    ["region('CIRCLE 1 2') overlaps visit.region", /3 numbers/],
    ['region(5) overlaps visit.region', /a constant string/],
  ] as [string, RegExp, string?][])
    refused(t, () => analysed(text), message, name);
});

test('constant regions are what they say, and known to the planner', (t) => {
  for (const [text, pos] of [
    // The Data Butler's circles reach twice as far as they say.
    ['circle(10, -20, 1 + 1)', /^CIRCLE 10\.\d* -20\.\d* 4\.0/],
    ['point(10, -20)', /^CIRCLE 10\.\d* -20\.\d* 0\.0/],
    ['box(10, 20, 4, 2)', /^RANGE 8\.0 12\.0\d* 19\.0 21\.0/],
    ['box(1, 89.5, 4, 2)', /^RANGE 359\.\d+ 3\.0\d* 88\.5 90\.0/],
    ['box(0, 0, 400, 200)', /^RANGE 0\.0 360\.0 -90\.0 90\.0/],
    ['polygon(0, 0, 2, 0, 1, 0.5, 2, 2, 0, 2)', /^POLYGON( \S+){8}$/],
    ["region('RANGE 1 2 3 4')", /^RANGE 1\.0 2\.0 3\.\d+ 4\.0/],
    [':r', /^CIRCLE 5/],
    [':p', /^CIRCLE 7/],
  ] as const) {
    const bind = '{"r": {"$region": "CIRCLE 5 6 7"}, "p": {"$lonlat": [7, 8]}}';
    const { spatialConstraints } = analysed(`visit.region overlaps ${text}`, { bind });
    t.is(spatialConstraints.length, 1);
    t.is(spatialConstraints[0].reference.element, 'visit');
    t.regex(regionToPos(regionFromBase64(spatialConstraints[0].region)), pos, text);
  }
  t.deepEqual(analysed('tract.region overlaps visit.region').spatialJoins, [
    {
      left: { kind: 'field', element: 'tract', column: 'region' },
      right: { kind: 'field', element: 'visit', column: 'region' },
    },
  ]);
});

test('constants are computed before they reach SQL', (t) => {
  t.is(compiled('exposure = (1 + 2) * 3 - -4'), '(exposure = <13>::int8)');
  t.is(compiled('exposure = -7 / 2 + -7 % 2'), '(exposure = <-4>::int8)');
  t.is(compiled(`${exposureTime} = 1.5 * 2.0`), `(${exposureTime} = <3>::float8)`);
  t.is(compiled('exposure = 99999999999999999999'), '(exposure = <99999999999999999999>::numeric)');
  t.is(compiled('exposure in (99999999999999999999, 1)'), '(exposure = <1>::int8)');
  const many = Array.from({ length: 5001 }, (_, i) => String(i));
  t.is(compiled(`exposure in (${many.join(', ')})`).match(/"/g)!.length, 10_002);
  refused(t, () => compiled(many.map((n) => `exposure = ${n}`).join(' or ')), /more than 5000 constants/);
  t.is(compiled(Array(100_000).fill('exposure = 1').join(' or ')), '(exposure = <1>::int8)');
});
