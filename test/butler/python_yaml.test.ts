/** YAML 1.1 as PyYAML reads it: what its safe_load made of the same text. */
import test from 'ava';
import { parse } from 'yaml';
import { pythonTags } from '../../src/butler/python_yaml.ts';

function read(text: string): unknown {
  return parse(text, { version: '1.1', intAsBigInt: true, customTags: pythonTags });
}

test('the band y is a text, yes and no are none', (t) => {
  t.deepEqual(read('[y, Y, n, N, yes, No, on, OFF, True, FALSE]'), [
    'y',
    'Y',
    'n',
    'N',
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test('integers are binary, octal, decimal, hexadecimal or sexagesimal', (t) => {
  t.deepEqual(read('[0b11, 017, 08, 0, -5, +7, 1_000, 0x1F, 190:20:30, 9223372036854775808]'), [
    3n,
    15n,
    '08',
    0n,
    -5n,
    7n,
    1000n,
    31n,
    685230n,
    9223372036854775808n,
  ]);
});

test('floats have a point, and a digit before or after it', (t) => {
  t.deepEqual(read('[., 1., .5, -0.0, 1.5e+3, 1.5e3, 1e+3, e1, .inf, -.INF]'), [
    '.',
    1,
    0.5,
    -0,
    1500,
    '1.5e3',
    '1e+3',
    'e1',
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
  t.is(read('.nan'), Number.NaN);
});
