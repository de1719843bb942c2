import test from 'ava';
import fc from 'fast-check';
import { idOf, idText, RangeSet } from '../../plv8/sky/rangeset.ts';

type Pairs = [bigint, bigint][];

function append(set: RangeSet, [begin, end]: [bigint, bigint]): void {
  const words = (id: bigint): [number, number] => [Number(id >> 32n), Number(id & 0xffffffffn)];
  set.append(...words(begin), ...words(end));
}

function setOf(pairs: Pairs): RangeSet {
  const set = new RangeSet();
  for (const pair of pairs) append(set, pair);
  return set;
}

/** What a set of ranges should hold, the slow way: sorted and joined. */
function joined(pairs: Pairs): Pairs {
  const all: Pairs = [];
  for (const [begin, end] of pairs.toSorted((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))) {
    const last = all.at(-1);
    if (!last || begin > last[1]) {
      if (begin < end) all.push([begin, end]);
    } else if (end > last[1]) last[1] = end;
  }
  return all;
}

/** Ranges that begin in ascending order, around the words' boundaries as often as elsewhere. */
const ranges = fc
  .array(
    fc
      .tuple(
        fc.constantFrom(0n, 2n ** 32n - 40n, 2n ** 53n - 40n, 2n ** 62n),
        fc.bigInt({ min: 0n, max: 80n }),
        fc.bigInt({ min: 1n, max: 20n }),
      )
      .map(([base, offset, length]): [bigint, bigint] => [base + offset, base + offset + length]),
    { maxLength: 12 },
  )
  .map((pairs) => pairs.sort((a, b) => (a[0] < b[0] ? -1 : 1)));

test('ranges that touch or overlap are joined, others kept apart', (t) => {
  fc.assert(
    fc.property(ranges, (pairs) => {
      const set = setOf(pairs);
      t.deepEqual(set.toPairs(), joined(pairs));
      t.is(set.size, joined(pairs).length);
    }),
  );
});

test('growing and shrinking round to multiples of a power of two', (t) => {
  const down = (id: bigint, bits: number) => (id >> BigInt(bits)) << BigInt(bits);
  const up = (id: bigint, bits: number) => down(id + (1n << BigInt(bits)) - 1n, bits);
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 62 }), (pairs, bits) => {
      const grown = setOf(pairs);
      grown.grow(bits);
      t.deepEqual(grown.toPairs(), joined(pairs.map(([a, b]) => [down(a, bits), up(b, bits)])));
      const shrunk = setOf(pairs);
      shrunk.shrink(bits);
      t.deepEqual(shrunk.toPairs(), joined(joined(pairs).map(([a, b]) => [up(a, bits), down(b, bits)])));
    }),
  );
});

test('a union holds what either holds, an intersection what both hold', (t) => {
  const has = (pairs: Pairs, id: bigint) => pairs.some(([a, b]) => a <= id && id < b);
  fc.assert(
    fc.property(ranges, ranges, (p, q) => {
      const union = setOf(p).union(setOf(q)).toPairs();
      const common = setOf(p).intersection(setOf(q)).toPairs();
      t.deepEqual(union, joined([...p, ...q]));
      t.deepEqual(common, joined(common));
      for (const [a, b] of [...p, ...q]) {
        for (const id of [a - 1n, a, b - 1n, b]) t.is(has(common, id), has(p, id) && has(q, id));
      }
    }),
  );
});

test('cutting takes away all ids from one on', (t) => {
  const set = setOf([
    [1n, 5n],
    [2n ** 62n, 2n ** 62n + 8n],
    [2n ** 62n + 16n, 2n ** 62n + 32n],
  ]);
  set.cutAt(2 ** 30, 4);
  t.deepEqual(set.toPairs(), [
    [1n, 5n],
    [2n ** 62n, 2n ** 62n + 4n],
  ]);
  set.cutAt(0, 1);
  t.deepEqual(set.toPairs(), []);
});

test('ids and multiranges are written exactly up to 2^63 - 1', (t) => {
  t.is(new RangeSet().toMultirange(), '{}');
  const set = setOf([
    [0n, 6n],
    [2n ** 53n - 1n, 2n ** 53n + 1n],
    [2n ** 63n - 2n, 2n ** 63n - 1n],
  ]);
  t.is(
    set.toMultirange(),
    '{[0,6),[9007199254740991,9007199254740993),[9223372036854775806,9223372036854775807)}',
  );
  t.is(idText(2097151, 4294967295), '9007199254740991');
  t.is(idOf(2147483647, 4294967295), 2n ** 63n - 1n);
});
