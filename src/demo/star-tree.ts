/**
 * Star positions out of an astrometry.net index, a FITS file whose k-d tree of unit vectors is stored as bytes of
 * the machine that wrote it, under columns declared as characters.
 */
import { openFits } from '../formats/fits.ts';
import { FormatError, type OpenFile, type TableReader, type Vector } from '../formats/table.ts';

/** ICRS positions and magnitudes, in the tree's order. */
export interface Stars {
  /** Degrees, in [0, 360). */
  readonly ra: Float64Array;
  /** Degrees. */
  readonly decl: Float64Array;
  readonly magnitude: Float32Array;
}

type Strided = Extract<Vector, { layout: 'strided' }>;

function tableOf(file: OpenFile, column: string): TableReader {
  const table = file.tables.find(({ columns }) => columns.some(({ name }) => name === column));
  if (table) return table;
  throw new FormatError(`no table of the file has a column "${column}"`, {
    path: file.path,
    hint: 'It is not an index of astrometry.net.',
  });
}

/** The rows' bytes of one column, whatever the file declares them to be, one after another. */
async function columnBytes(file: OpenFile, column: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const { rows, vectors } of tableOf(file, column).batches([column])) {
    const [vector] = vectors;
    if (vector.layout !== 'strided')
      throw new TypeError(`column ${column} is not read as the bytes of its rows`);
    parts.push(packed(vector, rows));
  }
  return Buffer.concat(parts);
}

function packed({ bytes, offset, stride, width }: Strided, rows: number): Buffer {
  const copy = Buffer.alloc(rows * width);
  for (let row = 0; row < rows; row++)
    copy.set(bytes.subarray(offset + row * stride, offset + row * stride + width), row * width);
  return copy;
}

/** Turns quantised coordinates u into degrees: x = least + u / scale along each axis, then the direction of (x, y, z). */
export function directions(
  quantised: Buffer,
  range: { readonly least: readonly number[]; readonly scale: number },
): Pick<Stars, 'ra' | 'decl'> {
  const rows = quantised.length / 12;
  const ra = new Float64Array(rows);
  const decl = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++, at += 12) {
    const x = range.least[0] + quantised.readUInt32LE(at) / range.scale;
    const y = range.least[1] + quantised.readUInt32LE(at + 4) / range.scale;
    const z = range.least[2] + quantised.readUInt32LE(at + 8) / range.scale;
    const longitude = (Math.atan2(y, x) * 180) / Math.PI;
    ra[row] = longitude < 0 ? longitude + 360 : longitude;
    decl[row] = (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
  }
  return { ra, decl };
}

/**
 * Reads a little-endian index: positions to about 0.1 milliarcsecond, with the magnitudes (`MAG_VT`) beside them.
 * @throws FormatError where the file is not such an index or is damaged
 */
export async function readStarTree(path: string): Promise<Stars> {
  await using file = await openFits(path);
  const range = await columnBytes(file, 'kdtree_range_stars');
  const [x, y, z, , , , scale] = Array.from({ length: 7 }, (_, i) => range.readDoubleLE(i * 8));
  const { ra, decl } = directions(await columnBytes(file, 'kdtree_data_stars'), { least: [x, y, z], scale });
  const bytes = await columnBytes(file, 'MAG_VT');
  const magnitude = Float32Array.from(ra, (_, row) => bytes.readFloatBE(row * 4));
  return { ra, decl, magnitude };
}
