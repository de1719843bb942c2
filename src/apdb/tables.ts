/** Rows of one table of an APDB as programs hand them over: columns with their values. */
import type { TypedArray } from '../formats/columns.ts';
import { MemoryTable } from '../formats/memory.ts';
import type { Batch, Column, ElementType, Vector } from '../formats/table.ts';

/** A table of a file, or one made in memory by `columnTable`. */
export interface RowSource {
  /** Names as the client's tables have them (`diaObjectId`); those that the target has not are refused. */
  readonly columns: readonly Column[];
  /** Batches with a vector for each column, in the order of `columns`. */
  batches(): AsyncIterable<Batch> | Iterable<Batch>;
}

/** A column's values in machine order: int8 as BigInt64Array, boolean as Uint8Array of 0 and 1. */
export interface ColumnValues {
  readonly name: string;
  readonly type: ElementType;
  /** A typed array, or JavaScript values where null is NULL. */
  readonly values: TypedArray | readonly unknown[];
  /** Not 0 where a value is NULL. */
  readonly nulls?: Uint8Array;
}

/** A table in memory of columns of one length. */
export function columnTable(columns: readonly ColumnValues[], rows: number): RowSource {
  for (const { name, values } of columns) {
    if (values.length !== rows) throw new RangeError(`${name} has ${values.length} values for ${rows} rows`);
  }
  const memory = columns.map(({ name, type, values, nulls }) => ({
    column: { name, type, nullable: true, storedAs: type },
    vector: (Array.isArray(values)
      ? { layout: 'values', values, nulls }
      : { layout: 'typed', values: values as TypedArray, nulls }) as Vector,
  }));
  return new MemoryTable('rows', memory, rows);
}

/** The type in which values of a typed array cross, where the array alone says it. */
const arrayTypes: readonly (readonly [new (length: number) => TypedArray, ElementType])[] = [
  [Float64Array, 'float64'],
  [Float32Array, 'float32'],
  [BigInt64Array, 'int64'],
  [Int32Array, 'int32'],
  [Int16Array, 'int16'],
  [Uint8Array, 'boolean'],
];

/** `columnTable` of typed arrays by name; text is an array of strings. */
export function tableOf(
  columns: Readonly<Record<string, TypedArray | readonly (string | null)[]>>,
): RowSource {
  const all = Object.entries(columns).map(([name, values]): ColumnValues => {
    const type = arrayTypes.find(([kind]) => values instanceof kind)?.[1] ?? 'text';
    return { name, type, values };
  });
  return columnTable(all, all[0]?.values.length ?? 0);
}
