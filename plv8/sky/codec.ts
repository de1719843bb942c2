/**
 * The binary form of regions: a tag byte, then little-endian doubles.
 *
 * | tag | kind | bytes after the tag |
 * |---|---|---|
 * | p | ConvexPolygon | x, y, z of each vertex |
 * | c | Circle | x, y, z of the centre, squared chord, opening angle |
 * | b | Box | longitudes a and b, latitudes a and b |
 * | e | Ellipse | 3 × 3 rotation by rows, α - π/2, β - π/2, γ, abs cot α, abs cot β |
 * | u, i | UnionRegion, IntersectionRegion | of each operand its length (uint64) and its bytes |
 */
import { Failure } from '../failure.ts';
import { boxFromRadians } from './box.ts';
import { type CompoundRegion, isCompound, type Region } from './region.ts';
import type { Vec3 } from './vector.ts';

/** Thrown for bytes or text that are no region; the message begins as other readers of this form begin theirs. */
export class RegionError extends Failure {
  constructor(message: string, sqlstate = '22P03') {
    super(sqlstate, message);
  }
}

const POLYGON = 0x70;
const CIRCLE = 0x63;
const BOX = 0x62;
const ELLIPSE = 0x65;
const UNION = 0x75;
const INTERSECTION = 0x69;

const VERTEX_BYTES = 24;
const CIRCLE_BYTES = 41;
const BOX_BYTES = 33;
const ELLIPSE_BYTES = 113;

/** Deeper nesting is refused, so that walking a region cannot exhaust the stack. */
export const MAX_DEPTH = 2048;

interface OpenCompound {
  readonly kind: CompoundRegion['kind'];
  readonly operands: Region[];
  readonly end: number;
}

/**
 * Decodes a region. Values are taken as they are (vertices may be NaN, not normalized or clockwise); longitudes
 * of boxes are normalized, compounds inside a compound of their own kind dissolved. Throws RegionError naming the
 * byte, counted from 0, and what was expected there.
 */
export function decodeRegion(bytes: Uint8Array): Region {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: OpenCompound[] = [];
  let at = 0;
  let end = bytes.length;
  for (;;) {
    const tag = at < end ? view.getUint8(at) : -1;
    let done: Region | null = null;
    if (tag === UNION || tag === INTERSECTION) {
      if (open.length === MAX_DEPTH)
        throw new RegionError(`Regions nested deeper than ${MAX_DEPTH} at byte ${at}`);
      open.push({ kind: tag === UNION ? 'UnionRegion' : 'IntersectionRegion', operands: [], end });
      at += 1;
    } else {
      done = decodeSimple(view, tag, at, end);
      at = end;
    }
    // Close what is complete, then step into the next operand.
    for (;;) {
      const parent = open.at(-1);
      if (done !== null) {
        if (parent === undefined) return done;
        if (done.kind === parent.kind) for (const operand of done.operands) parent.operands.push(operand);
        else parent.operands.push(done);
        done = null;
      }
      if (parent === undefined || at < parent.end) break;
      open.pop();
      done = { kind: parent.kind, operands: parent.operands };
    }
    const parent = open[open.length - 1];
    end = at + 8 + operandBytes(view, at, parent.end);
    at += 8;
  }
}

/** The length of the operand whose length stands at a byte, checked against the end of the compound. */
function operandBytes(view: DataView, at: number, end: number): number {
  if (end - at < 8) {
    throw truncated(`expected 8 bytes of an operand's length at byte ${at}, found ${end - at}`);
  }
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  const left = end - at - 8;
  if (high !== 0 || low > left) {
    const length = (BigInt(high) << 32n) | BigInt(low);
    throw truncated(`the operand's length at byte ${at} is ${length}, but ${left} bytes are left`);
  }
  return low;
}

function truncated(detail: string): RegionError {
  return new RegionError(`Encoded CompoundRegion is truncated. (${detail})`);
}

function notEncoded(kind: string, detail: string): RegionError {
  return new RegionError(`Byte-string is not an encoded ${kind}: ${detail}`);
}

function checkLength(kind: string, at: number, end: number, expected: number): void {
  if (end - at !== expected) {
    throw notEncoded(kind, `expected ${expected} bytes from byte ${at}, found ${end - at}`);
  }
}

function decodeSimple(view: DataView, tag: number, at: number, end: number): Region {
  switch (tag) {
    case POLYGON: {
      const size = end - at - 1;
      if (size % VERTEX_BYTES !== 0 || size < 3 * VERTEX_BYTES) {
        throw notEncoded(
          'ConvexPolygon',
          `expected 1 + 24 n bytes, n at least 3, from byte ${at}, found ${size + 1}`,
        );
      }
      const vertices: Vec3[] = [];
      for (let i = at + 1; i < end; i += VERTEX_BYTES) vertices.push(readVector(view, i));
      return { kind: 'ConvexPolygon', vertices };
    }
    case CIRCLE:
      checkLength('Circle', at, end, CIRCLE_BYTES);
      return {
        kind: 'Circle',
        center: readVector(view, at + 1),
        squaredChord: view.getFloat64(at + 25, true),
        openingAngle: view.getFloat64(at + 33, true),
      };
    case BOX:
      checkLength('Box', at, end, BOX_BYTES);
      return decodeBox(view, at);
    case ELLIPSE:
      checkLength('Ellipse', at, end, ELLIPSE_BYTES);
      return {
        kind: 'Ellipse',
        rows: [readVector(view, at + 1), readVector(view, at + 25), readVector(view, at + 49)],
        a: view.getFloat64(at + 73, true),
        b: view.getFloat64(at + 81, true),
        gamma: view.getFloat64(at + 89, true),
        tanA: view.getFloat64(at + 97, true),
        tanB: view.getFloat64(at + 105, true),
      };
    default: {
      const found = tag < 0 ? 'no bytes' : `0x${tag.toString(16).padStart(2, '0')}`;
      throw notEncoded('Region', `expected a tag (one of p c b e u i) at byte ${at}, found ${found}`);
    }
  }
}

function decodeBox(view: DataView, at: number): Region {
  const lonA = view.getFloat64(at + 1, true);
  const lonB = view.getFloat64(at + 9, true);
  try {
    return boxFromRadians(lonA, lonB, view.getFloat64(at + 17, true), view.getFloat64(at + 25, true));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new RegionError(
      `${error.message}: longitudes at byte ${at + 1}: ${lonA} to ${lonB}, expected both in [0, 2π] or ascending`,
    );
  }
}

function readVector(view: DataView, at: number): Vec3 {
  return [view.getFloat64(at, true), view.getFloat64(at + 8, true), view.getFloat64(at + 16, true)];
}

/** Encodes a region. */
export function encodeRegion(region: Region): Uint8Array {
  const bytes = new Uint8Array(encodedSize(region));
  write(region, new DataView(bytes.buffer), 0);
  return bytes;
}

function encodedSize(region: Region): number {
  switch (region.kind) {
    case 'ConvexPolygon':
      return 1 + VERTEX_BYTES * region.vertices.length;
    case 'Circle':
      return CIRCLE_BYTES;
    case 'Box':
      return BOX_BYTES;
    case 'Ellipse':
      return ELLIPSE_BYTES;
    default: {
      let size = 1;
      for (const operand of region.operands) size += 8 + encodedSize(operand);
      return size;
    }
  }
}

/** Writes a region at a byte and returns the byte after it. */
function write(region: Region, view: DataView, at: number): number {
  if (isCompound(region)) {
    view.setUint8(at, region.kind === 'UnionRegion' ? UNION : INTERSECTION);
    let next = at + 1;
    for (const operand of region.operands) {
      const start = next + 8;
      next = write(operand, view, start);
      view.setUint32(start - 8, next - start, true);
    }
    return next;
  }
  switch (region.kind) {
    case 'ConvexPolygon':
      view.setUint8(at, POLYGON);
      return writeDoubles(view, at + 1, region.vertices.flat());
    case 'Circle':
      view.setUint8(at, CIRCLE);
      return writeDoubles(view, at + 1, [...region.center, region.squaredChord, region.openingAngle]);
    case 'Box':
      view.setUint8(at, BOX);
      return writeDoubles(view, at + 1, [region.lonA, region.lonB, region.latA, region.latB]);
    case 'Ellipse':
      view.setUint8(at, ELLIPSE);
      return writeDoubles(view, at + 1, [
        ...region.rows.flat(),
        region.a,
        region.b,
        region.gamma,
        region.tanA,
        region.tanB,
      ]);
  }
}

function writeDoubles(view: DataView, at: number, values: readonly number[]): number {
  let next = at;
  for (const value of values) {
    // One NaN stands for all, so that equal regions have equal bytes.
    view.setFloat64(next, Number.isNaN(value) ? NaN : value, true);
    next += 8;
  }
  return next;
}
