import test from 'ava';
import { oneToOne } from '../../../plv8/apdb/associate/one_to_one.ts';

const pairs = (...ends: [number, number][]) =>
  oneToOne(
    Int32Array.from(ends, ([left]) => left),
    Int32Array.from(ends, ([, right]) => right),
  );

test('each pair takes its ends away from those that follow', (t) => {
  t.deepEqual(pairs(), []);
  t.deepEqual(pairs([1, 1], [1, 2], [2, 1], [2, 2]), [1, 4]);
  t.deepEqual(pairs([1, 1], [2, 1], [2, 2], [3, 2], [3, 3]), [1, 3, 5]);
});
