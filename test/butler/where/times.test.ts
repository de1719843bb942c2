import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { leapDays, parseTime, TimeError, timespanText } from '../../../plv8/butler/where/times.ts';
import { checkout } from '../../../src/cluster/home.ts';

const ns = (text: string, scale?: string) => String(parseTime(text, scale).nanoseconds);

test('the leap seconds are those of sky', (t) => {
  const sql = readFileSync(path.join(checkout, 'sql/sky/functions/leap_second_starts.sql'), 'utf8');
  const starts = /'\{([\d,\s]+)\}'/.exec(sql)![1].split(',').map(Number);
  t.deepEqual(
    leapDays.map((day) => day * 86400),
    starts,
  );
});

test('times of every format and scale are exact', (t) => {
  for (const [text, expected] of [
    // TAI is 37 s ahead of UTC in 2019.
    ['2019-04-02', '1554163237000000000'],
    ['2019-04-02 12:00', '1554206437000000000'],
    ['2019-04-02 12:00:00', '1554206437000000000'],
    ['2019-04-02T12:00:00', '1554206437000000000'],
    ['2019-04-02T12:00:00/utc', '1554206437000000000'],
    ['2019-04-02T12:00:00/tai', '1554206400000000000'],
    ['2019-04-02T12:00:00/TAI', '1554206400000000000'],
    ['2019-04-02T12:00:32.184/tt', '1554206400000000000'],
    ['iso/2019-04-02 12:00:00/tai', '1554206400000000000'],
    ['isot/2019-04-02T12:00:00', '1554206437000000000'],
    ['fits/2019-04-02T12:00:00', '1554206437000000000'],
    ['+02019-04-02T12:00:00', '1554206437000000000'],
    ['fits/+02019-04-02', '1554163237000000000'],
    ['2019:092:12:00:00', '1554206437000000000'],
    ['2019:092', '1554163237000000000'],
    ['yday/2019:092:12:00/tai', '1554206400000000000'],
    ['2019-04-02 12:00:00.123456789/tai', '1554206400123456789'],
    ['2019-04-02 12:00:00.1234567894/tai', '1554206400123456789'],
    ['2019-04-02 12:00:00.1234567895/tai', '1554206400123456790'],
    ['2019-04-02 12:00:00.5/tai', '1554206400500000000'],
    ['58575', '1554163200000000000'],
    ['58575.0', '1554163200000000000'],
    ['58575.5', '1554206400000000000'],
    ['+58575.5', '1554206400000000000'],
    ['5.85755e4', '1554206400000000000'],
    ['mjd/58575.0/tai', '1554163200000000000'],
    ['58575.0/utc', '1554163237000000000'],
    ['jd/2458575.5', '1554163200000000000'],
    ['unix/1554163200', '1554163237000000000'],
    ['unix_tai/1554163200.000000001', '1554163200000000001'],
    ['gps/0', '315964819000000000'],
    ['cxcsec/0', '883612767816000000'],
    ['  58575.0 / tai ', '1554163200000000000'],
    ['1970-01-01/tai', '0'],
    ['1969-12-31T23:59:59/tai', '-1000000000'],
    ['0000-01-01/tai', '-62167219200000000000'],
    ['2000-02-29/tai', '951782400000000000'],
    ['40587', '0'],
    ['40586.5', '-43200000000000'],
  ] as const)
    t.is(ns(text.trim().replace(/ \/ /, '/')), expected, text);
  t.is(ns('2019-04-02T12:00:00', 'tai'), '1554206400000000000');
});

test('a leap second is a second of UTC, and of no other scale', (t) => {
  t.is(ns('2016-12-31T23:59:59'), '1483228835000000000');
  t.is(ns('2016-12-31T23:59:60'), '1483228836000000000');
  t.is(ns('2016-12-31T23:59:60.5'), '1483228836500000000');
  t.is(ns('2017-01-01T00:00:00'), '1483228837000000000');
  t.is(ns('57753.5/utc'), String(1483142436000000000n + 43200500000000n));
  t.throws(() => ns('2016-12-31T23:59:60/tai'), { instanceOf: TimeError });
  t.throws(() => ns('2016-12-30T23:59:60'), { instanceOf: TimeError });
});

test('canonical text gives the same time', (t) => {
  for (const [text, expected] of [
    ['2019-4-2', '2019-04-02 00:00:00.000'],
    ['2019-04-02T12:00/tai', '2019-04-02T12:00:00.000/tai'],
    ['iso/2019-04-02 12:00:00.12345', '2019-04-02 12:00:00.12345'],
    ['+02019-04-02T12:00:00', '2019-04-02T12:00:00.000'],
    ['2019:092', '2019:092:00:00:00.000'],
    ['mjd/58575/tai', '58575'],
    ['58575/utc', '58575/utc'],
    ['jd/2458575.5/tai', 'jd/2458575.5'],
    ['unix/5/tai', 'unix/5/tai'],
  ] as const) {
    const time = parseTime(text);
    t.is(time.text, expected);
    t.deepEqual(parseTime(expected), time);
  }
});

test('what is no time is refused', (t) => {
  for (const text of [
    '',
    'nonsense',
    '2019-04',
    '2019-13-01',
    '2019-02-29',
    '2019-04-31',
    '2019-00-01',
    '2019-04-00',
    '2019-04-02 12',
    '2019-04-02 24:00:00',
    '2019-04-02 12:60',
    '2019-04-02 12:00:61',
    '2019-04-02 12:00Z',
    '2019-04-02T12:00:00+01:00',
    '2019:000',
    '2019:366',
    '2019:',
    '-00001-01-01',
    '+10000-01-01',
    'mjd/x',
    'mjd/2019-04-02',
    'iso/58575',
    'nope/58575',
    '58575/ut1',
    '58575/nope',
    'mjd/58575/tai/utc',
    '/',
    '1e99',
    `${'1'.repeat(101)}`,
    'Infinity',
    'nan',
    '0x10',
  ])
    t.throws(() => parseTime(text), { instanceOf: TimeError }, text);
});

test('timespans are those that a registry can hold', (t) => {
  t.is(timespanText(null, null), '[0,4102444800000000000)');
  t.is(timespanText(-5n, 10n), '[0,10)');
  t.is(timespanText(5n, 5000000000000000000n), '[5,4102444800000000000)');
  t.is(timespanText(5n, 5n), '[5,6)');
  t.is(timespanText(6n, 5n), 'empty');
  t.throws(() => timespanText(-5n, -3n), { instanceOf: TimeError });
  t.throws(() => timespanText(null, 0n), { instanceOf: TimeError });
  t.throws(() => timespanText(4102444800000000000n, null), { instanceOf: TimeError });
});
