/** Records in the rows of files: structs, lists of structs, lists side by side, and the values in them. */
import test from 'ava';
import { compile } from '../../../src/apdb/mapping/compile.ts';
import { Records } from '../../../src/apdb/mapping/records.ts';
import { type Block, type Expression, readMapping } from '../../../src/apdb/mapping/schema.ts';
import { LostDigits, type Value } from '../../../src/apdb/mapping/values.ts';
import type { Batch, Column, Vector } from '../../../src/formats/table.ts';

const column = (name: string, type: Column['type'], storedAs: string = type): Column => ({
  name,
  type,
  storedAs,
  nullable: true,
});

const values = (...all: unknown[]): Vector => ({ layout: 'values', values: all });

const batch = (...vectors: Vector[]): Batch => ({
  firstRow: 10,
  rows: (vectors[0] as { values: ArrayLike<unknown> }).values.length,
  vectors,
});

const block = (yaml: string): Block =>
  readMapping(`name: t\ntables: [{ into: DiaSource, ${yaml} }]`, 't.yaml').tables[0]!;

const all = (records: Records, expression: Expression | string, file = 'f.csv'): Value[] => {
  const given = typeof expression === 'string' ? { from: [expression] } : expression;
  const get = compile(given, records, file);
  return Array.from({ length: records.count }, (_, item) => get(item));
};

const alerts = (): readonly [Column[], Batch] => [
  [
    column('id', 'int64'),
    column('now', 'jsonb', 'struct<a: INT64, b: struct<c: DOUBLE>>'),
    column('before', 'jsonb', 'list<struct<a: DOUBLE, b: DOUBLE>>'),
  ],
  batch(
    { layout: 'typed', values: BigInt64Array.of(2n ** 62n + 1n, 7n, 8n) },
    values('{"a":4611686018427387905,"b":{"c":"NaN"}}', '{"a":1,"b":null}', null),
    values('[{"a":1,"b":0.5},null,{"a":2}]', '[]', null),
  ),
];

test('a struct is a record, whose ids keep every digit', (t) => {
  const records = new Records(block('rows: now'), ...alerts());
  t.deepEqual(all(records, 'a'), [2n ** 62n + 1n, 1]);
  t.deepEqual(all(records, 'b.c'), ['NaN', null]);
  t.deepEqual(all(records, 'nothing'), [null, null]);
  t.deepEqual(all(records, '/id'), [2n ** 62n + 1n, 7n]);
  t.deepEqual([records.rowOf(0), records.rowOf(1)], [11, 12]);
  t.deepEqual([...records.fields()].sort(), ['a', 'b']);
});

test('each struct of a list is a record of its row', (t) => {
  const records = new Records(block('rows: before'), ...alerts());
  t.deepEqual(all(records, 'a'), [1, 2]);
  t.deepEqual(all(records, 'b'), [0.5, null]);
  t.deepEqual(all(records, '/now.b.c'), ['NaN', 'NaN']);
  t.deepEqual([records.rowOf(0), records.rowOf(1)], [11, 11]);
});

test('a list that is no single value is counted, not taken', (t) => {
  const records = new Records(block('rows: now'), ...alerts());
  t.deepEqual(all(records, { count: '/before' }), [2, 0]);
  t.throws(() => all(records, '/before'), { message: /is no single value/ });
});

test('an id that went through a floating point number is not taken for one', (t) => {
  const columns = [
    column('now', 'jsonb', 'struct<a: DOUBLE, x: INT64>'),
    column('before', 'jsonb', 'list<struct<a: DOUBLE>>'),
  ];
  const given = batch(values('{"a":2666169054515015168,"x":2666169054515015168}'), values('[{"a":12}]'));
  const records = new Records(block('rows: now'), columns, given);
  t.throws(() => all(records, 'a'), { instanceOf: LostDigits });
  t.deepEqual(all(records, 'x'), [2666169054515015168n]);
  t.deepEqual(all(new Records(block('rows: before'), columns, given), 'a'), [12]);
});

test('lists side by side are records, and uneven ones are refused', (t) => {
  const columns = [column('name', 'text'), column('t', 'float64'), column('m', 'float32')];
  const given = batch(
    values('x', 'y', 'z'),
    values([1, 2], [], null),
    values(Float32Array.of(0.5, 0.25), null, null),
  );
  const records = new Records(block('each: [t, m]'), columns, given);
  t.deepEqual(all(records, 't'), [1, 2]);
  t.deepEqual(all(records, 'm'), [0.5, 0.25]);
  t.deepEqual(all(records, 'name'), ['x', 'x']);
  const uneven = batch(values('x'), values([1, 2]), values([1, 2, 3]));
  t.throws(() => new Records(block('each: [t, m]'), columns, uneven), {
    message: 'row 11: the lists m and t have 3 and 2 elements',
  });
});

test('instants of the file are MJD TAI, bytes of text are text, bits are true or false', (t) => {
  const columns = [column('when', 'timestamp'), column('band', 'text'), column('flag', 'boolean')];
  const given = batch(
    { layout: 'typed', values: BigInt64Array.of(1_677_283_200_000_000n, 0n), nulls: Uint8Array.of(0, 1) },
    values(Buffer.from('g'), null),
    { layout: 'typed', values: Uint8Array.of(1, 0) },
  );
  const records = new Records(block('needs: [when]'), columns, given);
  t.deepEqual(all(records, 'when'), [60_000 + 37 / 86_400, null]);
  t.deepEqual(all(records, 'band'), ['g', null]);
  t.deepEqual(all(records, 'flag'), [true, false]);
});

test('the parts of an expression apply in their order', (t) => {
  const columns = [column('a', 'float64'), column('b', 'float64'), column('s', 'text')];
  const given = batch(values(null, 2, -99), values(5, null, 7), values('-', '+', null));
  const records = new Records(block('needs: [a]'), columns, given);
  t.deepEqual(all(records, { from: ['a', 'b'] }), [5, 2, -99]);
  t.deepEqual(all(records, { from: ['a'], null_if: [-99], default: 0 }), [0, 2, 0]);
  t.deepEqual(all(records, { from: ['a'], scale: 1.5, add: 0.2, round: true }), [null, 3, -148]);
  t.deepEqual(all(records, { from: ['b'], negative_if: { from: 's', is: ['-'] } }), [-5, null, 7]);
  t.deepEqual(all(records, { sum: ['a', 'b'] }), [5, 2, -92]);
  t.deepEqual(all(records, { value: 3 }), [3, 3, 3]);
  t.deepEqual(all(records, { from: ['s'], map: { '+': 1, '-': -1 } }), [-1, 1, null]);
  t.deepEqual(all(records, { file: '_(\\d+)\\.' }, 'night_0042.fits'), ['0042', '0042', '0042']);
  t.throws(() => all(records, { file: '_(\\d+)\\.' }, 'night.fits'), {
    message: /night.fits is not of the form/,
  });
  t.throws(() => all(records, { from: ['s'], map: { '+': 1 } }), {
    message: '"-" is none of +, which the mapping knows',
  });
});
