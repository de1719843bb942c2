/** What difference imaging finds in a visit: variable sources that are known, and noise. */
import type { Vec3 } from '../../../plv8/sky/vector.ts';
import { type Pointings, pointingOf, type VisitTimes } from './night.ts';
import { Random } from './random.ts';
import { positionsOf, randomCone } from './sphere.ts';
import type { Variables } from './variables.ts';

/** Ids of objects that noise makes begin above this, with room for so many in each visit. */
const noiseIds = { first: 1_000_000_000n, perVisit: 1_000_000n };

export interface Sky {
  readonly variables: Variables;
  readonly pointings: Pointings;
  readonly times: VisitTimes;
  /** Full opening angle of the field of view [deg]. */
  readonly fov: number;
  /** Mean number of detections of a visit that are no variable source. */
  readonly noise: number;
  /** The part of the variable sources that a visit detects. */
  readonly detectionFraction: number;
  /** Standard deviation of measured positions, on each axis [arcsec]. */
  readonly scatterArcsec: number;
  /** Added to the id of every object. */
  readonly firstObjectId: bigint;
  readonly seed: number;
}

/** The detections of a visit, or of a part of its field; the same each time they are asked for. */
export interface Detections {
  /** From 0, and its MJD TAI. */
  readonly visit: number;
  readonly visitTime: number;
  /** The centre of the field of view. */
  readonly pointing: Vec3;
  /** Unit vectors as measured, and ICRS degrees. */
  readonly xyz: Float64Array;
  readonly ra: Float64Array;
  readonly decl: Float64Array;
  /** The object of each: of a variable source always the same, of noise one that is never seen again. */
  readonly objectIds: BigInt64Array;
}

function scattered(random: Random, xyz: Float64Array, sigma: number): Float64Array {
  const moved = new Float64Array(xyz.length);
  for (let i = 0; i < xyz.length; i += 3) {
    const [x, y, z] = [0, 1, 2].map((k) => xyz[i + k] + sigma * random.normal());
    const norm = Math.hypot(x, y, z);
    moved.set([x / norm, y / norm, z / norm], i);
  }
  return moved;
}

export function detect(sky: Sky, visit: number): Detections {
  const { variables, fov, detectionFraction, scatterArcsec } = sky;
  const random = new Random(sky.seed, 3, visit);
  const pointing = pointingOf(sky.pointings, visit);
  const inside = variables.inside(pointing, fov);
  const seen = detectionFraction < 1 ? inside.filter(() => random.uniform() < detectionFraction) : inside;
  const noise = randomCone(random, pointing, fov, random.poisson(sky.noise));
  const variable = new Float64Array(3 * seen.length);
  for (const [row, source] of seen.entries())
    variable.set(variables.xyz.subarray(3 * source, 3 * source + 3), 3 * row);
  const measured =
    scatterArcsec === 0 ? variable : scattered(random, variable, (scatterArcsec / 3600) * (Math.PI / 180));
  const xyz = new Float64Array(variable.length + noise.length);
  xyz.set(measured);
  xyz.set(noise, measured.length);
  const objectIds = new BigInt64Array(xyz.length / 3);
  for (const [row, source] of seen.entries()) objectIds[row] = sky.firstObjectId + BigInt(source);
  const noiseId = sky.firstObjectId + noiseIds.first + BigInt(visit) * noiseIds.perVisit;
  for (let row = seen.length; row < objectIds.length; row++)
    objectIds[row] = noiseId + BigInt(row - seen.length + 1);
  return { visit, visitTime: sky.times.at(visit), pointing, xyz, ...positionsOf(xyz), objectIds };
}

/** Those of the detections that lie in a part of the field. */
export function part(detections: Detections, contains: (v: Vec3) => boolean): Detections {
  const { xyz, ra, decl, objectIds } = detections;
  const rows: number[] = [];
  for (let row = 0, at = 0; row < objectIds.length; row++, at += 3)
    if (contains([xyz[at], xyz[at + 1], xyz[at + 2]])) rows.push(row);
  if (rows.length === objectIds.length) return detections;
  return {
    ...detections,
    xyz: Float64Array.from({ length: 3 * rows.length }, (_, i) => xyz[3 * rows[Math.floor(i / 3)] + (i % 3)]),
    ra: Float64Array.from(rows, (row) => ra[row]),
    decl: Float64Array.from(rows, (row) => decl[row]),
    objectIds: BigInt64Array.from(rows, (row) => objectIds[row]),
  };
}
