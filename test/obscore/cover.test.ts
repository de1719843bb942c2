/** Cells of the sky: which ones a region is covered by. */
import test from 'ava';
import fc from 'fast-check';
import {
  across,
  along,
  DEEPEST,
  depth,
  faceOf,
  idsOf,
  makeCell,
  searchFor,
} from '../../plv8/obscore/cells.ts';
import { cover, edgeNormals, FOOTPRINT_CELLS } from '../../plv8/obscore/cover.ts';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { regionBoundingCircle, regionContains } from '../../plv8/sky/compound.ts';
import type { Region } from '../../plv8/sky/region.ts';
import {
  anyOrthogonal,
  fromDegrees,
  negate,
  normalized,
  rotatedAround,
  type Vec3,
} from '../../plv8/sky/vector.ts';
import '../support/seed.ts';
import { arbitraryPosition, arbitraryRegion, arbitrarySimple } from '../sky/region_arbitrary.ts';

/** The ids of the cells that hold a direction, from the finest on. */
function cellsAt(v: Vec3): number[] {
  const face = faceOf(v);
  const place = (x: number, level: number) =>
    Math.max(0, Math.min(2 ** level - 1, Math.floor((x / depth(face, v) + 1) * 2 ** (level - 1))));
  return Array.from({ length: DEEPEST + 1 }, (_, n) => {
    const level = DEEPEST - n;
    return idsOf([makeCell(face, level, place(across(face, v), level), place(along(face, v), level))])[0];
  });
}

const isCovered = (cells: readonly number[], v: Vec3) => cellsAt(v).some((id) => cells.includes(id));

/** Directions in and around a region: its centre and corners, and some a part of its radius away. */
function around(region: Region, turns: readonly number[]): Vec3[] {
  const places: Vec3[] = [];
  const corners = (part: Region) => {
    if (part.kind === 'ConvexPolygon') {
      part.vertices.forEach((vertex, i) => {
        const next = part.vertices[(i + 1) % part.vertices.length];
        places.push(vertex, normalized([vertex[0] + next[0], vertex[1] + next[1], vertex[2] + next[2]]));
      });
    } else if ('operands' in part) part.operands.forEach(corners);
  };
  corners(region);
  const { center, openingAngle } = regionBoundingCircle(region);
  const across_ = anyOrthogonal(center);
  for (const [n, turn] of turns.entries()) {
    const axis = rotatedAround(across_, center, turn);
    places.push(rotatedAround(center, axis, openingAngle * Math.min(1, n / (turns.length - 2))));
  }
  return places;
}

const turns = fc.array(fc.double({ min: 0, max: 7, noNaN: true }), { minLength: 12, maxLength: 12 });

test('every position of a region is in one of its cells, everywhere and whatever its kind and size', (t) => {
  for (const most of [FOOTPRINT_CELLS, 64])
    fc.assert(
      fc.property(
        fc.oneof(arbitrarySimple, arbitraryRegion),
        turns,
        arbitraryPosition,
        (region, at, other) => {
          const cells = cover(region, most);
          for (const v of [...around(region, at), other])
            if (regionContains(region, v)) t.true(isCovered(cells, v), JSON.stringify([region, v]));
        },
      ),
      { numRuns: 1500 },
    );
});

test('a footprint has few cells, be it a star or the whole sphere, and none where it is empty', (t) => {
  fc.assert(
    fc.property(arbitrarySimple, (region) => {
      t.true(cover(region, FOOTPRINT_CELLS).length <= FOOTPRINT_CELLS);
    }),
    { numRuns: 1000 },
  );
  t.is(cover(circleOfAngle([0, 0, 1], 0), FOOTPRINT_CELLS).length, 4, 'a pole is where four cells meet');
  t.is(cover(circleOfAngle([0, 0, 1], Math.PI), FOOTPRINT_CELLS).length, 6);
  t.deepEqual(cover(circleOfAngle([0, 0, 1], -1), FOOTPRINT_CELLS), []);
  t.deepEqual(cover({ kind: 'UnionRegion', operands: [] }, FOOTPRINT_CELLS), []);
  t.is(cover({ kind: 'IntersectionRegion', operands: [] }, FOOTPRINT_CELLS).length, 6);
});

test('polygons that go round clockwise, or hold no numbers, are looked for everywhere', (t) => {
  const square = [
    [10, 10],
    [11, 10],
    [11, 11],
    [10, 11],
  ].map(([ra, decl]) => fromDegrees(ra, decl));
  t.truthy(edgeNormals(square));
  for (const vertices of [
    [...square].reverse(),
    [...square.slice(0, 3), [NaN, 0, 0] as const],
    [...square.slice(0, 3), [Infinity, 0, 0] as const],
    [...square.slice(0, 3), negate(square[3])],
    [...square.slice(0, 3), [0, 0, 0] as const],
    [square[0], square[0], square[0]],
    square.map(([x, y, z]): Vec3 => [2 * x, 2 * y, 2 * z]),
  ]) {
    t.is(edgeNormals(vertices), undefined);
    t.is(cover({ kind: 'ConvexPolygon', vertices }, FOOTPRINT_CELLS).length, 6);
  }
});

test('edges have a polygon on their inner side', (t) => {
  fc.assert(
    fc.property(arbitrarySimple, turns, (region, at) => {
      if (region.kind !== 'ConvexPolygon') return;
      const edges = edgeNormals(region.vertices);
      if (!edges) return;
      for (const v of around(region, at)) {
        let lowest = 4;
        for (let k = 0; k < edges.length; k += 3)
          lowest = Math.min(lowest, edges[k] * v[0] + edges[k + 1] * v[1] + edges[k + 2] * v[2]);
        if (Math.abs(lowest) > 1e-14) t.is(lowest > 0, regionContains(region, v));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what touches cells is found in their ranges and among what contains them', (t) => {
  fc.assert(
    fc.property(arbitrarySimple, arbitrarySimple, arbitraryPosition, (stored, searched, v) => {
      const { ancestors, lows, highs } = searchFor(cover(searched, 64));
      const isFound = cover(stored, FOOTPRINT_CELLS).some(
        (id) => ancestors.includes(id) || lows.some((low, i) => low <= id && id <= highs[i]),
      );
      const center = regionBoundingCircle(stored).center;
      for (const place of [v, center])
        if (regionContains(stored, place) && regionContains(searched, place)) t.true(isFound);
    }),
    { numRuns: 3000 },
  );
});
