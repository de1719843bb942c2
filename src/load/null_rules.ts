/** Sentinels that the user declares to mean NULL. */
import { accessorOf } from '../db/copy/vectors.ts';
import type { Batch, Column, ElementType, Vector } from '../formats/table.ts';
import { LoadError } from './errors.ts';
import type { NullRule } from './options.ts';

type Test = (value: unknown) => boolean;

const exact: readonly ElementType[] = ['int16', 'int32', 'int64', 'numeric'];
const real: readonly ElementType[] = ['float32', 'float64'];

/** The test for one declared value, or undefined where a column of this type cannot hold it. */
function testFor(type: ElementType, value: string): Test | undefined {
  if (real.includes(type)) {
    if (/^[+-]?nan$/i.test(value))
      return (found) => Number.isNaN(typeof found === 'string' ? asNumber(found) : found);
    const wanted = asNumber(value);
    if (Number.isNaN(wanted)) return undefined;
    // A sentinel such as -99.9 was rounded when it was stored in single precision.
    const stored = type === 'float32' ? Math.fround(wanted) : wanted;
    return (found) => found === stored || (typeof found === 'string' && asNumber(found) === wanted);
  }
  if (exact.includes(type)) {
    if (!/^[+-]?\d+$/.test(value)) return undefined;
    // Numbers, bigints and their text are alike when written out.
    const wanted = String(BigInt(value.replace(/^\+/, '')));
    return (found) => String(found) === wanted;
  }
  if (type === 'text') {
    return (found) => (found instanceof Uint8Array ? Buffer.from(found).toString() : found) === value;
  }
  return (found) => typeof found === 'string' && found === value;
}

function asNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.replace(/^([+-]?)inf$/i, '$1Infinity'));
}

/**
 * Makes what replaces the declared sentinels of the chosen columns by NULL. Rules are for scalar columns; `*` leaves
 * out those that could not hold the value.
 * @throws LoadError for a rule on a column that is not loaded, is an array, or cannot hold the value
 */
export function nullReplacer(
  columns: readonly Column[],
  rules: readonly NullRule[],
): { readonly affected: ReadonlySet<Column>; apply(batch: Batch): Batch } {
  const tests = new Map<Column, Test[]>();
  const add = (column: Column, test: Test) => tests.set(column, [...(tests.get(column) ?? []), test]);
  for (const { column: name, value } of rules) {
    if (name === '*') {
      for (const column of columns) {
        const test = column.shape === undefined ? testFor(column.type, value) : undefined;
        if (test !== undefined) add(column, test);
      }
      continue;
    }
    const column = columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (column === undefined)
      throw new LoadError(`--where-null names "${name}", which is no column that is loaded`);
    if (column.shape !== undefined) throw new LoadError(`--where-null names "${name}", which is an array`);
    const test = testFor(column.type, value);
    if (test === undefined) {
      throw new LoadError(`--where-null: "${value}" is no value of "${name}", which is ${column.type}`);
    }
    add(column, test);
  }
  const apply = (batch: Batch): Batch => {
    if (tests.size === 0) return batch;
    const vectors = batch.vectors.map((vector, i) => {
      const wanted = tests.get(columns[i]!);
      return wanted === undefined ? vector : withNulls(columns[i]!, vector, batch.rows, wanted);
    });
    return { ...batch, vectors };
  };
  return { affected: new Set(tests.keys()), apply };
}

function withNulls(column: Column, vector: Vector, rows: number, tests: readonly Test[]): Vector {
  const read =
    vector.layout === 'values' ? (row: number) => vector.values[row] : accessorOf(column.type, vector, 0, 1);
  let nulls = vector.nulls;
  for (let row = 0; row < rows; row++) {
    const value = read(row);
    if (!tests.some((test) => test(value))) continue;
    if (nulls === vector.nulls) nulls = vector.nulls?.slice() ?? new Uint8Array(rows);
    nulls![row] = 1;
  }
  return { ...vector, nulls };
}
