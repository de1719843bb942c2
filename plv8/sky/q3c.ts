/**
 * Q3C, the quad-tree cube with an even grid on each face and Morton's curve (Koposov & Bartunov 2006). The ids are
 * those of sphgeom's Q3cPixelization: the face's number 0 … 5 followed by two bits a level, so that an id does not
 * tell its level. They are not the ipix of the q3c extension.
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

export const Q3C_MAX_LEVEL = 30;

export const Q3C: CubeScheme = {
  faces: [
    [2, -1, 3],
    [2, 3, 1],
    [-1, 3, 2],
    [-2, 3, -1],
    [1, 3, -2],
    [2, 1, -3],
  ],
  firstFace: 0,
  even: (u) => u,
  uneven: (f) => f,
  hilbert: false,
};

/** The id of the pixel of a level to which a unit vector belongs. */
export function q3cIndex(v: Vec3, level: number): bigint {
  return cubeId(Q3C, cubePixelOf(Q3C, v, level));
}

/** The corners of the pixel with an id of a level; throws Failure 22023 when there is none. */
export function q3cQuad(id: bigint, level: number): Quad {
  const pixel = cubePixel(Q3C, id, level);
  if (pixel === null) throw new Failure('22023', `${id} is not a Q3C id of level ${level}`);
  return cubeQuad(Q3C, pixel);
}

/** The name of an id of a level, `+X2103`; throws Failure 22023 when there is no such id. */
export function q3cName(id: bigint, level: number): string {
  const name = cubeName(Q3C, id, level);
  if (name === null) throw new Failure('22023', `${id} is not a Q3C id of level ${level}`);
  return name;
}
