/** What an ObsCore table and its searches need of a region, worked out once, when the region is stored. */
import { regionFromBase64 } from '../sky/base64.ts';
import { circleIsEmpty } from '../sky/circle.ts';
import { encodeRegion } from '../sky/codec.ts';
import { regionBoundingCircle } from '../sky/compound.ts';
import type { Region } from '../sky/region.ts';
import { regionToText } from '../sky/s_region.ts';
import { DEGREES_PER_RADIAN, type Vec3 } from '../sky/vector.ts';
import { cover, edgeNormals, FOOTPRINT_CELLS } from './cover.ts';

/** A polygon of more edges is tested by its region: so long a list costs more than it saves. */
const MOST_EDGES = 64;

/** Smaller components of edges would make PostgreSQL refuse to multiply them. */
const LEAST = 1e-100;

export interface Footprint {
  readonly kind: Region['kind'];
  /** The region encoded; null where that is what the text says as it is. */
  readonly region: Uint8Array | null;
  /** The centre of the bounding circle, and its diameter [deg]. */
  readonly center: Vec3;
  readonly fov: number;
  readonly text: string;
  /** See `edgeNormals`; of a simple polygon only. */
  readonly edges: number[] | undefined;
  readonly cells: number[];
}

/** The footprint of base64 text, or why it has none. */
export function footprintOf(base64: string): Footprint | { readonly complaint: string } {
  try {
    const region = regionFromBase64(base64);
    const circle = regionBoundingCircle(region);
    if (circleIsEmpty(circle)) return { complaint: `an empty ${region.kind} has no position` };
    const fov = circle.openingAngle * DEGREES_PER_RADIAN * 2;
    if (!circle.center.every(Number.isFinite) || !Number.isFinite(fov))
      return { complaint: `a ${region.kind} of numbers that are not finite` };
    return {
      kind: region.kind,
      region: base64.includes(':') ? encodeRegion(region) : null,
      center: circle.center,
      fov,
      text: regionToText(region),
      edges:
        region.kind === 'ConvexPolygon' && region.vertices.length <= MOST_EDGES
          ? edgeNormals(region.vertices)?.map((x) => (Math.abs(x) < LEAST ? 0 : x))
          : undefined,
      cells: cover(region, FOOTPRINT_CELLS),
    };
  } catch (error) {
    // Whatever is wrong with a region, the record that has it is stored.
    return { complaint: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * pgSphere's literals of a region: its polygon, NULL for other kinds, and the centre of its bounding circle.
 * @param angles longitude and latitude of a direction [rad]
 */
export function sphereLiterals(
  region: Region,
  angles: (v: Vec3) => readonly [number, number],
): readonly [spoly: string | null, spoint: string] {
  const spoint = (v: Vec3) => `(${angles(v).join()})`;
  return [
    region.kind === 'ConvexPolygon' ? `{${region.vertices.map(spoint).join()}}` : null,
    spoint(regionBoundingCircle(region).center),
  ];
}
