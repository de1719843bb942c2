/** Columns of an APDB's table, built of the values that a mapping finds. */
import type { Target, TargetColumn } from '../../db/catalog.ts';
import { LoadError } from '../../load/errors.ts';
import type { ColumnValues } from '../tables.ts';
import { BadValue, LostDigits, numberOf, shown, type Value } from './values.ts';

/** Says why a record (from 0) cannot be taken. */
export type RefuseRecord = (item: number, column: string, reason: BadValue) => void;

type Get = (item: number) => Value;

interface Form {
  readonly type: ColumnValues['type'];
  readonly make: (rows: number) => ColumnValues['values'];
  readonly put: (values: never, item: number, value: Value) => void;
}

const ranges = { int2: 2n ** 15n, int4: 2n ** 31n, int8: 2n ** 63n } as const;

function whole(value: Value, kind: keyof typeof ranges): bigint {
  let found: bigint;
  if (typeof value === 'bigint') found = value;
  else if (typeof value === 'boolean') found = value ? 1n : 0n;
  else if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) found = BigInt(value);
  else {
    const number = numberOf(value);
    if (!Number.isSafeInteger(number)) {
      if (Number.isInteger(number)) throw new LostDigits(value);
      throw new BadValue(`${shown(value)} is not a whole number`);
    }
    found = BigInt(number);
  }
  if (found >= ranges[kind] || found < -ranges[kind]) throw new BadValue(`${shown(value)} is out of range`);
  return found;
}

const truths: readonly Value[] = [true, 1, 1n, 't', 'true', 'T', 'True', '1'];
const untruths: readonly Value[] = [false, 0, 0n, 'f', 'false', 'F', 'False', '0'];

function truth(value: Value): number {
  if (truths.includes(value)) return 1;
  if (untruths.includes(value)) return 0;
  throw new BadValue(`${shown(value)} is neither true nor false`);
}

function float4(value: Value): number {
  const number = numberOf(value);
  const rounded = Math.fround(number);
  if (!Number.isFinite(rounded) && Number.isFinite(number))
    throw new BadValue(`${shown(value)} is out of range`);
  return rounded;
}

/** How values of a column are kept, by the kind of its type; single precision is rounded to. */
const forms: Readonly<Record<string, Form>> = {
  bool: {
    type: 'boolean',
    make: (rows) => new Uint8Array(rows),
    put: (values: Uint8Array, item, value) => {
      values[item] = truth(value);
    },
  },
  int2: {
    type: 'int16',
    make: (rows) => new Int16Array(rows),
    put: (values: Int16Array, item, value) => {
      values[item] = Number(whole(value, 'int2'));
    },
  },
  int4: {
    type: 'int32',
    make: (rows) => new Int32Array(rows),
    put: (values: Int32Array, item, value) => {
      values[item] = Number(whole(value, 'int4'));
    },
  },
  int8: {
    type: 'int64',
    make: (rows) => new BigInt64Array(rows),
    put: (values: BigInt64Array, item, value) => {
      values[item] = whole(value, 'int8');
    },
  },
  float4: {
    type: 'float32',
    make: (rows) => new Float32Array(rows),
    put: (values: Float32Array, item, value) => {
      values[item] = float4(value);
    },
  },
  float8: {
    type: 'float64',
    make: (rows) => new Float64Array(rows),
    put: (values: Float64Array, item, value) => {
      values[item] = numberOf(value);
    },
  },
  text: {
    type: 'text',
    make: (rows) => new Array<string>(rows),
    put: (values: string[], item, value) => {
      values[item] = String(value);
    },
  },
  timestamp: {
    type: 'timestamptz',
    make: (rows) => new Array<string>(rows),
    put: (values: string[], item, value) => {
      values[item] = String(value);
    },
  },
};

function buildColumn(target: TargetColumn, rows: number, get: Get, refuse: RefuseRecord): ColumnValues {
  const form = target.isArray ? undefined : forms[target.wire?.kind ?? ''];
  if (form === undefined)
    throw new LoadError(`the column "${target.name}" is of type ${target.typeName}, which no mapping fills`);
  const values = form.make(rows);
  const nulls = new Uint8Array(rows);
  for (let item = 0; item < rows; item++) {
    try {
      const value = get(item);
      if (value === null) nulls[item] = 1;
      else form.put(values as never, item, value);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      nulls[item] = 1;
      refuse(item, target.name, error);
    }
  }
  return { name: target.name, type: form.type, values, nulls };
}

/**
 * Columns of a table, each with its values by the number of the record.
 * @throws LoadError for a column that the table has not
 */
export function buildColumns(
  table: string,
  target: Target,
  gets: ReadonlyMap<string, Get>,
  rows: number,
  refuse: RefuseRecord,
): ColumnValues[] {
  return [...gets].map(([name, get]) => {
    const column = target.columns.find((candidate) => candidate.name === name);
    if (column === undefined)
      throw new LoadError(`${table} has no column "${name}", which the mapping fills`, {
        hint: 'Columns are named as the client names them; leave out what this APDB does not have.',
      });
    return buildColumn(column, rows, get, refuse);
  });
}
