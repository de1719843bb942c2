/** Pixel ids of rows that have positions, added in the driver: the server has enough to do. */
import { htmIndexAt } from '../../plv8/sky/htm_position.ts';
import { accessorOf } from '../db/copy/vectors.ts';
import type { Batch, Column, Vector } from '../formats/table.ts';
import type { RowSource } from './tables.ts';

/** How an APDB finds its pixels: the names of the columns, and the level of HTM. */
export interface Placing {
  readonly level: number;
  readonly pixel: string;
  /** Of ICRS positions in degrees. */
  readonly ra: string;
  readonly decl: string;
}

function readerOf(column: Column, vector: Vector): (row: number) => number {
  const read =
    vector.layout === 'values' ? (row: number) => vector.values[row] : accessorOf(column.type, vector, 0, 1);
  const { nulls } = vector;
  return (row) => {
    const value = nulls?.[row] ? null : read(row);
    return value === null || value === undefined ? Number.NaN : Number(value);
  };
}

/** Pixel ids of a batch; NULL where there is no position, for the server to complain about. */
function pixelVector(batch: Batch, placing: Placing, ra: Reading, decl: Reading): Vector {
  const values = new BigInt64Array(batch.rows);
  const nulls = new Uint8Array(batch.rows);
  const raAt = readerOf(ra.column, batch.vectors[ra.place]!);
  const declAt = readerOf(decl.column, batch.vectors[decl.place]!);
  for (let row = 0; row < batch.rows; row++) {
    const [lon, lat] = [raAt(row), declAt(row)];
    if (Number.isFinite(lon) && Math.abs(lat) <= 90)
      values[row] = BigInt(htmIndexAt(lon, lat, placing.level));
    else nulls[row] = 1;
  }
  return { layout: 'typed', values, nulls };
}

interface Reading {
  readonly column: Column;
  readonly place: number;
}

function find(columns: readonly Column[], name: string): Reading | undefined {
  const place = columns.findIndex((column) => column.name === name);
  return place < 0 ? undefined : { column: columns[place]!, place };
}

/** The same rows with a column of pixel ids, where they have none and have positions. */
export function withPixels(source: RowSource, placing: Placing): RowSource {
  const ra = find(source.columns, placing.ra);
  const decl = find(source.columns, placing.decl);
  const known = find(source.columns, placing.pixel);
  if (known !== undefined || ra === undefined || decl === undefined) return source;
  const pixel: Column = { name: placing.pixel, type: 'int64', nullable: true, storedAs: 'int64' };
  return {
    columns: [...source.columns, pixel],
    batches: async function* () {
      for await (const batch of source.batches()) {
        yield { ...batch, vectors: [...batch.vectors, pixelVector(batch, placing, ra, decl)] };
      }
    },
  };
}
