/** What readers of different formats do alike with columns. */
import type { Column, ElementType } from './table.ts';
import { FormatError } from './table.ts';

/** Typed arrays in which a column's values cross, by its type: see `Vector`. */
export type TypedArray = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A typed array of zeros for values of a type; undefined for types that cross as JavaScript values. */
export function typedArray(type: ElementType, length: number): TypedArray | undefined {
  switch (type) {
    case 'boolean':
      return new Uint8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'int32':
    case 'date':
      return new Int32Array(length);
    case 'int64':
    case 'timestamp':
    case 'timestamptz':
      return new BigInt64Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    default:
      return undefined;
  }
}

/** The readings of the named columns, in that order; all of them by default. Raises FormatError for an unknown name. */
export function chosenColumns<R extends { readonly column: Column }>(
  readings: readonly R[],
  names: readonly string[] | undefined,
  path: string,
): readonly R[] {
  if (names === undefined) return readings;
  return names.map((name) => {
    const found = readings.find(({ column }) => column.name === name);
    if (found) return found;
    const hint = `It has ${readings.map(({ column }) => column.name).join(', ')}.`;
    throw new FormatError(`the file has no column "${name}"`, { path, column: name, hint });
  });
}
