import test from 'ava';
import fc from 'fast-check';
import { type Bound, parseBind } from '../../../plv8/butler/where/bind.ts';
import { type Json, JsonError, JsonNumber, parseJson } from '../../../plv8/config/exact_json.ts';
import { regionFromBase64 } from '../../../plv8/sky/base64.ts';
import { compiled, refused } from './support.ts';

const bound = (value: string): Bound | undefined => parseBind(`{"x": ${value}}`).get('x');

test('scalars keep their type, and integers their digits', (t) => {
  t.deepEqual(bound('1'), { type: 'int', text: '1' });
  t.deepEqual(bound('-0'), { type: 'int', text: '0' });
  t.deepEqual(bound('9007199254740993'), { type: 'int', text: '9007199254740993' });
  t.deepEqual(bound('1.0'), { type: 'float', text: '1' });
  t.deepEqual(bound('1e3'), { type: 'float', text: '1000' });
  t.deepEqual(bound('0.1'), { type: 'float', text: '0.1' });
  t.deepEqual(bound('"\\u00e9\\n\\"\'"'), { type: 'string', text: 'é\n"\'' });
  t.deepEqual(bound('true'), { type: 'bool', text: 'true' });
  t.is(bound('null'), null);
  t.deepEqual(bound('[1, "a", null]'), [{ type: 'int', text: '1' }, { type: 'string', text: 'a' }, null]);
  t.deepEqual(bound('[]'), []);
  t.deepEqual(bound('1, "x": 2'), { type: 'int', text: '2' });
});

test('times, timespans, positions, UUIDs and regions are objects', (t) => {
  t.deepEqual(bound('{"$time": "2019-04-02T12:00:00", "scale": "tai"}'), {
    type: 'datetime',
    text: '1554206400000000000',
  });
  t.deepEqual(bound('{"$time": "2019-04-02T12:00:00"}'), { type: 'datetime', text: '1554206437000000000' });
  t.deepEqual(bound('{"$timespan": {"begin": "2019-04-02T00:00:00", "end": "2019-04-02T00:05:00"}}'), {
    type: 'timespan',
    text: '[1554163200000000000,1554163500000000000)',
  });
  t.deepEqual(bound('{"$timespan": {"begin": null, "end_ns": "5"}}'), { type: 'timespan', text: '[0,5)' });
  t.deepEqual(bound('{"$timespan": {"begin_ns": 1554163200000000001}}'), {
    type: 'timespan',
    text: '[1554163200000000001,4102444800000000000)',
  });
  t.deepEqual(bound('{"$timespan": "empty"}'), { type: 'timespan', text: 'empty' });
  t.deepEqual(bound('{"$uuid": "FAA771C2A21A57EE8A82885BE9081A3C"}'), {
    type: 'uuid',
    text: 'faa771c2-a21a-57ee-8a82-885be9081a3c',
  });
  const lonlat = bound('{"$lonlat": [10, -20.5]}') as { point?: unknown };
  t.deepEqual(lonlat.point, { ra: 10, decl: -20.5 });
  for (const region of [
    '{"polygon_lonlat_deg": [[0, 0], [1, 0], [1, 1], [0, 1]], "hull": true}',
    '{"$region": "CIRCLE 10 20 1"}',
    '{"$region": "Y9RKhELD+e8/ftoqs0HckT8n3PfJWN6hP0XFM9oldGY/1ut78+nOqj8="}',
    `{"sphgeom_hex": "63${'00'.repeat(40)}"}`,
  ]) {
    const constant = bound(region) as { type: string; text: string };
    t.is(constant.type, 'region');
    t.notThrows(() => regionFromBase64(constant.text));
  }
});

test('what cannot be bound is refused by name', (t) => {
  for (const value of [
    '{}',
    '{"a": 1}',
    '[[1]]',
    '"\\u0000"',
    '"\\ud800"',
    '1e999',
    '1'.repeat(50),
    '1'.repeat(5000),
    '{"$time": 5}',
    '{"$time": "nonsense"}',
    '{"$time": "2019-04-02", "scale": "nope"}',
    '{"$timespan": [1]}',
    '{"$timespan": {"begin": "1960-01-01", "end": "1961-01-01"}}',
    '{"$timespan": {"begin_ns": "x"}}',
    '{"$lonlat": [1]}',
    '{"$lonlat": [1, 91]}',
    '{"$lonlat": [1, 2, 3]}',
    '{"$lonlat": [1, "2"]}',
    '{"$uuid": "x"}',
    '{"$region": "CIRCLE"}',
    '{"$region": "####"}',
    '{"polygon_lonlat_deg": [[0, 0], [1, 0]]}',
    '{"polygon_lonlat_deg": [[0, 0, 1]]}',
    '{"polygon_lonlat_deg": 1}',
    '{"sphgeom_hex": "7"}',
    '{"sphgeom_hex": "70"}',
  ]) {
    const error = refused(t, () => bound(value));
    t.true(error.message.includes("'x'"), `${value}: ${error.message}`);
  }
  for (const json of ['', '[]', '1', '{', '{"a"}', '{"a": }', "{'a': 1}", '{"a": 1} x', '['.repeat(100_000)])
    refused(t, () => parseBind(json), /bind/);
  t.is(parseBind('null').size, 0);
});

test('JSON is read as JSON.parse reads it', (t) => {
  const plain = (value: Json): unknown => {
    if (value instanceof JsonNumber) return Number(value.text);
    if (value instanceof Map)
      return Object.fromEntries([...value].map(([key, member]) => [key, plain(member as Json)]));
    return Array.isArray(value) ? value.map(plain) : value;
  };
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 1), (text, indent) => {
      const value: unknown = JSON.parse(text);
      // A key __proto__ is one like any other here.
      fc.pre(!text.includes('__proto__'));
      t.deepEqual(plain(parseJson(JSON.stringify(value, null, indent))), JSON.parse(JSON.stringify(value)));
    }),
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, at, change) => {
      const mutated =
        text.slice(0, at % (text.length + 1)) + change + text.slice((at % (text.length + 1)) + 1);
      let valid = true;
      try {
        JSON.parse(mutated);
      } catch {
        valid = false;
      }
      if (valid) t.notThrows(() => parseJson(mutated));
      // Control characters within strings are let through: PostgreSQL has refused them before.
      else if (!/\p{Cc}/u.test(mutated))
        t.throws(() => parseJson(mutated), { instanceOf: JsonError }, mutated);
    }),
  );
});

test('names with a colon are bound, and bare ones that are', (t) => {
  const bind = '{"night": 20190401, "days": [1, 2], "none": [], "no": null, "yes": true}';
  t.is(compiled('day_obs = :night', { bind }), '(day_obs = <20190401>::int8)');
  t.is(compiled('day_obs = night', { bind }), '(day_obs = <20190401>::int8)');
  t.is(compiled('day_obs in (:days, 3)', { bind }), '(day_obs = any(<{"1","2","3"}>::int8[]))');
  t.is(compiled('day_obs in (days)', { bind }), '(day_obs = any(<{"1","2"}>::int8[]))');
  t.is(compiled('day_obs in (:none)', { bind }), 'false');
  t.is(compiled('day_obs not in (:none)', { bind }), '(not false)');
  t.is(compiled('day_obs = :no', { bind }), '(day_obs is null)');
  refused(t, () => compiled(':yes and day_obs = 1', { bind }), /expected a condition/);
  refused(t, () => compiled('day_obs in (:fractions)', { bind: '{"fractions": [1.0]}' }), /of type float/);
  refused(t, () => compiled('day_obs = :days', { bind }), /a bound list/);
  refused(t, () => compiled('day_obs in (:night2)', { bind }), /nothing is bound to the name 'night2'/);
  refused(t, () => compiled('day_obs in (:yes)', { bind }), /of type bool/);
  const same = { bind: '{"visit": 5, "seq_num": 6}' };
  t.is(compiled('visit = :visit', same), '(visit = <5>::int8)');
  t.is(compiled('exposure = visit', same), '(exposure = <5>::int8)');
  t.is(compiled('exposure in (visit)', same), '(exposure = <5>::int8)');
  t.is(compiled('seq_num = :seq_num', same), '(exposure.seq_num = <6>::int8)');
});
