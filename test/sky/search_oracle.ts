/** Positions where searches go wrong, and the brute force that says which of them a search must find. */

export interface Position {
  readonly id: number;
  readonly ra: number | null;
  readonly decl: number | null;
}

const DEGREE = Math.PI / 180;

/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function randomStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Places with a seam, a pole or a zone's edge next to them. */
export const HARD_PLACES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 89.9999],
  [123, 90],
  [77, -90],
  [180, -89.99],
  [0, -45],
  [180, 30],
  [179.99999, 60.05],
  [359.99999, 12.3],
  [90, 0.05],
  [270, -0.05],
  [45, 45],
];

/** All over the sky, in clusters from milliarcseconds to degrees wide around the hard places, and impossible ones. */
export function hardPositions(count: number, seed = 1): Position[] {
  const random = randomStream(seed);
  const places: [number | null, number | null][] = [];
  for (let i = 0; i < count / 2; i++) places.push([random() * 360, Math.asin(2 * random() - 1) / DEGREE]);
  while (places.length < count) {
    const [ra, decl] = HARD_PLACES[Math.floor(random() * HARD_PLACES.length)];
    const reach = 10 ** (random() * 8 - 7);
    const angle = random() * 2 * Math.PI;
    const d = decl + reach * Math.cos(angle);
    const beyond = Math.abs(d) > 90;
    const a = ra + (reach * Math.sin(angle)) / Math.max(1e-3, Math.cos(d * DEGREE)) + (beyond ? 180 : 0);
    places.push([a, beyond ? Math.sign(d) * 180 - d : d]);
  }
  for (const [ra, decl] of HARD_PLACES) places.push([ra, decl]);
  // Right ascensions as other conventions have them.
  places.push([-0.001, 0], [-180, 30], [360, 0], [719.9999, 12.3], [-359.99999, -45], [540, 30]);
  for (const bad of [NaN, Infinity, -Infinity, null, 1e308]) places.push([bad, 0], [0, bad], [bad, bad]);
  places.push(
    [0, 90.0001],
    [0, -91],
    [0, 1e15],
    [0, 5e-324],
    [5e-324, 0],
    [-5e-324, -5e-324],
    [Number.MAX_VALUE, 5],
  );
  return places.map(([ra, decl], id) => ({ id, ra, decl }));
}

export function isPosition({ ra, decl }: Position): boolean {
  return ra !== null && decl !== null && Math.abs(ra) <= 1e6 && Math.abs(decl) <= 90;
}

/** Angle [deg] by way of unit vectors, which no function under test uses. */
export function distance(ra1: number, decl1: number, ra2: number, decl2: number): number {
  const vector = (ra: number, decl: number): [number, number, number] => {
    const a = (ra % 360) * DEGREE;
    const d = decl * DEGREE;
    return [Math.cos(a) * Math.cos(d), Math.sin(a) * Math.cos(d), Math.sin(d)];
  };
  const [x, y, z] = vector(ra1, decl1);
  const [u, v, w] = vector(ra2, decl2);
  const cross = Math.hypot(y * w - z * v, z * u - x * w, x * v - y * u);
  return Math.atan2(cross, x * u + y * v + z * w) / DEGREE;
}

/** What the rounding of the oracle itself may decide [deg]. */
const TOSS_UP = 1e-11;

/** Ids that a cone must and may hold; they differ where a position is on the boundary to within rounding. */
export function coneHolds(
  positions: readonly Position[],
  ra0: number,
  decl0: number,
  radiusArcsec: number,
): { must: Set<number>; may: Set<number> } {
  const must = new Set<number>();
  const may = new Set<number>();
  for (const position of positions) {
    if (!isPosition(position)) continue;
    const apart = distance(position.ra!, position.decl!, ra0, decl0);
    const limit = radiusArcsec / 3600;
    if (apart <= limit - TOSS_UP || limit >= 180) must.add(position.id);
    if (apart <= limit + TOSS_UP) may.add(position.id);
  }
  return { must, may };
}
