/**
 * Covers of the sky for index searches: few ranges of HTM ids that hold every position in a circle.
 *
 * A search pays for each range and tests the rows it finds exactly, so a cover here is bounded in its number of
 * ranges and made quickly, and holds somewhat more than the circle; `envelope` in pixel_search.ts is the one that
 * agrees with other software.
 */

/** What the cover adds to the radius: far more than the rounding of ids, of trixels' corners and of the tests here [rad]. */
const MARGIN = 1e-13;

/** The deepest trixels, level 24, need this many frames. */
const FRAMES = 25;

/** Trixels this many times smaller than the radius follow a circle closely enough. */
const TRIXELS_A_RADIUS = 2;

/** The edge of a trixel of level 0 is a quarter of a circle [rad]; each level halves it. */
const ROOT_EDGE = Math.PI / 2;

// One frame a level: the trixel's corners, the middles of its edges, and what is left to visit of its children.
const corners = new Float64Array(9 * FRAMES);
const middles = new Float64Array(9 * FRAMES);
const pending = new Int32Array(FRAMES);

/** The corners of the root trixels S0 … S3, N0 … N3. */
const ROOTS = [
  [1, 0, 0, 0, 0, -1, 0, 1, 0],
  [0, 1, 0, 0, 0, -1, -1, 0, 0],
  [-1, 0, 0, 0, 0, -1, 0, -1, 0],
  [0, -1, 0, 0, 0, -1, 1, 0, 0],
  [1, 0, 0, 0, 0, 1, 0, -1, 0],
  [0, -1, 0, 0, 0, 1, -1, 0, 0],
  [-1, 0, 0, 0, 0, 1, 0, 1, 0],
  [0, 1, 0, 0, 0, 1, 1, 0, 0],
];

/** For each child, the places (in the parent's corners, then middles) of its three corners. */
const CHILD_CORNERS = [
  [0, 9, 15],
  [3, 12, 9],
  [6, 15, 12],
  [12, 15, 9],
];

/**
 * The ids of the HTM trixels of a level that a circle can touch, as at most `maxRanges` ranges.
 *
 * Complete: any position whose computed distance from the centre is at most the radius has its id (htm.ts) in
 * the cover, rounding included, at the poles, at RA 0 and for every radius. The trixels visited are of a level
 * at which they are somewhat smaller than the circle; the smallest gaps between them are then closed, which is
 * the choice of ranges with the least excess area.
 *
 * @param x,y,z unit vector of the centre (ICRS)
 * @param squaredChord squared chord that the radius subtends, 4·sin²(r/2); negative or NaN: nothing; 4 or more: the sky
 * @param level level of the ids, 0 … 24
 * @param maxRanges how many ranges at most, 1 or more
 * @returns begin, end, begin, end, … of half-open ranges in ascending order; ids of HTM are below 2^53, and exact
 */
export function htmCoverCircle(
  x: number,
  y: number,
  z: number,
  squaredChord: number,
  level: number,
  maxRanges: number,
): number[] {
  const ranges: number[] = [];
  if (!(squaredChord >= 0)) return ranges;
  const chord = Math.sqrt(squaredChord) + MARGIN;
  const unit = 4 ** level;
  if (chord >= 2) {
    ranges.push(8 * unit, 16 * unit);
    return ranges;
  }
  const cosine = 1 - 0.5 * chord * chord;
  // A trixel is a part of each hemisphere that one of its edges bounds, but a circle wider than a hemisphere
  // reaches into all of them: then only the corners decide.
  const sine = cosine > 0 ? chord * Math.sqrt(1 - 0.25 * chord * chord) : 2;
  const fitting = Math.ceil(Math.log2((TRIXELS_A_RADIUS * ROOT_EDGE) / chord));
  const depth = Math.max(0, Math.min(level, fitting));
  const leaf = 4 ** (level - depth);
  for (let root = 0; root < 8; root++) {
    corners.set(ROOTS[root]);
    // A root lies in three of the hemispheres x, y, z > 0 or < 0: its corners are their poles, up to sign.
    if (outsideRoot(ROOTS[root], x, y, z, sine)) continue;
    if (depth === 0) {
      keepLeaf(0, x, y, z, chord, cosine, 8 + root, leaf, ranges);
      continue;
    }
    let id = 8 + root;
    let frame = 0;
    pending[0] = splitFrame(0, x, y, z, sine);
    while (frame >= 0) {
      const left = pending[frame];
      if (left === 0) {
        frame--;
        id = Math.floor(id / 4);
        continue;
      }
      const child = 31 - Math.clz32(left & -left);
      pending[frame] = left & (left - 1);
      enterChild(frame, child);
      if (frame + 1 === depth) {
        keepLeaf(frame + 1, x, y, z, chord, cosine, id * 4 + child, leaf, ranges);
      } else {
        frame++;
        id = id * 4 + child;
        pending[frame] = splitFrame(frame, x, y, z, sine);
      }
    }
  }
  return closeSmallestGaps(ranges, maxRanges);
}

/** Whether the circle lies beyond one of the three planes that bound a root trixel. */
function outsideRoot(root: readonly number[], x: number, y: number, z: number, sine: number): boolean {
  for (let i = 0; i < 9; i += 3) {
    if (root[i] * x + root[i + 1] * y + root[i + 2] * z < -sine) return true;
  }
  return false;
}

/**
 * Fills in the middles of the frame's edges and returns the children that the circle can touch, a bit each.
 * A plane through two middles parts each corner's child from the rest.
 */
function splitFrame(frame: number, x: number, y: number, z: number, sine: number): number {
  const at = 9 * frame;
  setMiddle(at, at + 3, at);
  setMiddle(at + 3, at + 6, at + 3);
  setMiddle(at + 6, at, at + 6);
  const h0 = heightOver(at, at + 6, x, y, z);
  const h1 = heightOver(at + 3, at, x, y, z);
  const h2 = heightOver(at + 6, at + 3, x, y, z);
  return (
    (h0 >= -sine ? 1 : 0) |
    (h1 >= -sine ? 2 : 0) |
    (h2 >= -sine ? 4 : 0) |
    (h0 <= sine && h1 <= sine && h2 <= sine ? 8 : 0)
  );
}

function setMiddle(a: number, b: number, to: number): void {
  const x = corners[a] + corners[b];
  const y = corners[a + 1] + corners[b + 1];
  const z = corners[a + 2] + corners[b + 2];
  const scale = 1 / Math.sqrt(x * x + y * y + z * z);
  middles[to] = x * scale;
  middles[to + 1] = y * scale;
  middles[to + 2] = z * scale;
}

/**
 * The sine of the height of (x, y, z) over the plane from middle a to middle b. Differences from a, rather than
 * the positions themselves, keep the error near 1e-16 however close a and b are.
 */
function heightOver(a: number, b: number, x: number, y: number, z: number): number {
  const ax = middles[a];
  const ay = middles[a + 1];
  const az = middles[a + 2];
  const dx = middles[b] - ax;
  const dy = middles[b + 1] - ay;
  const dz = middles[b + 2] - az;
  const nx = ay * dz - az * dy;
  const ny = az * dx - ax * dz;
  const nz = ax * dy - ay * dx;
  return ((x - ax) * nx + (y - ay) * ny + (z - az) * nz) / Math.sqrt(nx * nx + ny * ny + nz * nz);
}

function enterChild(frame: number, child: number): void {
  const places = CHILD_CORNERS[child];
  const at = 9 * frame;
  const to = at + 9;
  for (let i = 0; i < 3; i++) {
    const place = places[i];
    const from = place < 9 ? corners : middles;
    const offset = at + (place < 9 ? place : place - 9);
    corners[to + 3 * i] = from[offset];
    corners[to + 3 * i + 1] = from[offset + 1];
    corners[to + 3 * i + 2] = from[offset + 2];
  }
}

/** Adds the trixel in the frame to the ranges unless the circle, near one of its corners, misses it after all. */
function keepLeaf(
  frame: number,
  x: number,
  y: number,
  z: number,
  chord: number,
  cosine: number,
  id: number,
  leaf: number,
  ranges: number[],
): void {
  const at = 9 * frame;
  if (cosine > 0) {
    // Apart when the circles around both are: a chord is at most the sum of the chords that it spans.
    let wx = corners[at] + corners[at + 3] + corners[at + 6];
    let wy = corners[at + 1] + corners[at + 4] + corners[at + 7];
    let wz = corners[at + 2] + corners[at + 5] + corners[at + 8];
    const scale = 1 / Math.sqrt(wx * wx + wy * wy + wz * wz);
    wx *= scale;
    wy *= scale;
    wz *= scale;
    const reach = chord + Math.sqrt(farthest(at, wx, wy, wz));
    const dx = x - wx;
    const dy = y - wy;
    const dz = z - wz;
    if (dx * dx + dy * dy + dz * dz > reach * reach) return;
  } else if (
    // What the circle leaves out is itself a circle smaller than a hemisphere: it has all three corners or misses some.
    cornerCosine(at, x, y, z) < cosine &&
    cornerCosine(at + 3, x, y, z) < cosine &&
    cornerCosine(at + 6, x, y, z) < cosine
  ) {
    return;
  }
  const begin = id * leaf;
  if (ranges.length > 0 && ranges[ranges.length - 1] === begin) ranges[ranges.length - 1] = begin + leaf;
  else ranges.push(begin, begin + leaf);
}

function cornerCosine(at: number, x: number, y: number, z: number): number {
  return corners[at] * x + corners[at + 1] * y + corners[at + 2] * z;
}

/** The squared chord from (x, y, z) to the farthest corner. */
function farthest(at: number, x: number, y: number, z: number): number {
  let most = 0;
  for (let i = at; i < at + 9; i += 3) {
    const dx = corners[i] - x;
    const dy = corners[i + 1] - y;
    const dz = corners[i + 2] - z;
    most = Math.max(most, dx * dx + dy * dy + dz * dz);
  }
  return most;
}

/**
 * Joins ranges across their smallest gaps until at most `maxRanges` are left: the least excess that this number
 * of ranges allows. Changes and returns its argument.
 */
export function closeSmallestGaps(ranges: number[], maxRanges: number): number[] {
  const surplus = ranges.length / 2 - maxRanges;
  if (surplus <= 0) return ranges;
  const gaps = new Float64Array(ranges.length / 2 - 1);
  for (let i = 0; i < gaps.length; i++) gaps[i] = ranges[2 * i + 2] - ranges[2 * i + 1];
  const largestClosed = gaps.slice().sort()[surplus - 1];
  // Gaps as large as that one are closed only as far as needed.
  let ties = surplus;
  for (const gap of gaps) if (gap < largestClosed) ties--;
  let kept = 1;
  for (let i = 0; i < gaps.length; i++) {
    if (gaps[i] < largestClosed || (gaps[i] === largestClosed && ties-- > 0)) continue;
    const end = ranges[2 * i + 1];
    const next = ranges[2 * i + 2];
    ranges[kept++] = end;
    ranges[kept++] = next;
  }
  ranges[kept++] = ranges[ranges.length - 1];
  ranges.length = kept;
  return ranges;
}
