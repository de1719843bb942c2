/**
 * Modified Q3C, the quad-tree cube with Hilbert's curve and a grid spaced so that the areas of pixels vary by a
 * factor of 1.56 rather than 5.2. The ids are those of sphgeom's Mq3cPixelization: the face's number 10 … 15
 * followed by two bits a level, so that the highest bit tells the level.
 */
import { Failure } from '../failure.ts';
import {
  type CubeScheme,
  cubeId,
  cubeName,
  cubePixel,
  cubePixelOf,
  cubeQuad,
  type Quad,
} from './pixel_cube.ts';
import type { Vec3 } from './vector.ts';

/** The deepest level whose ids fit an int8; those of level 30 exceed 2^63. */
export const MQ3C_MAX_LEVEL = 29;

export const MQ3C: CubeScheme = {
  faces: [
    [1, 2, -3],
    [2, 3, 1],
    [3, -1, 2],
    [-1, -2, 3],
    [-2, -3, -1],
    [-3, 1, -2],
  ],
  firstFace: 10,
  // x(4 - |x|)/3 is nearly 4 arctan(x)/π, which would make the angles between edges equal. In this form it rounds
  // as ids demand.
  even: (u) => u * (4 / 3 - (1 / 3) * Math.abs(u)),
  uneven: (f) => (f < 0 ? Math.sqrt(4 + 3 * f) - 2 : 2 - Math.sqrt(4 - 3 * f)),
  hilbert: true,
};

/** The id of the pixel of a level to which a unit vector belongs. */
export function mq3cIndex(v: Vec3, level: number): bigint {
  return cubeId(MQ3C, cubePixelOf(MQ3C, v, level));
}

/** The level of an id, or -1 when no pixel has it. */
export function mq3cLevel(id: bigint): number {
  if (id < 10n) return -1;
  const bits = id.toString(2).length;
  if (bits % 2 !== 0 || bits > 64) return -1;
  const level = (bits - 4) / 2;
  return id >> BigInt(2 * level) >= 10n ? level : -1;
}

/** The corners of the pixel with an id; throws Failure 22023 when there is none. */
export function mq3cQuad(id: bigint): Quad {
  const level = mq3cLevel(id);
  const pixel = level < 0 ? null : cubePixel(MQ3C, id, level);
  if (pixel === null) throw new Failure('22023', `${id} is not a modified Q3C id`);
  return cubeQuad(MQ3C, pixel);
}

/** The name of an id, `+X2103`; throws Failure 22023 when no pixel has it. */
export function mq3cName(id: bigint): string {
  const level = mq3cLevel(id);
  const name = level < 0 ? null : cubeName(MQ3C, id, level);
  if (name === null) throw new Failure('22023', `${id} is not a modified Q3C id`);
  return name;
}
