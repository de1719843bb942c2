import test from 'ava';
import { circleOfAngle } from '../../../plv8/sky/circle.ts';
import { polygonContains } from '../../../plv8/sky/polygon.ts';
import { regionFromPos } from '../../../plv8/sky/pos.ts';
import type { ConvexPolygon } from '../../../plv8/sky/region.ts';
import { DISJOINT } from '../../../plv8/sky/region.ts';
import { relate } from '../../../plv8/sky/relate.ts';
import { fromDegrees, type Vec3 } from '../../../plv8/sky/vector.ts';
import { Random } from '../../../src/apdb/simulate/random.ts';
import { randomCone } from '../../../src/apdb/simulate/sphere.ts';
import { tileCount, tilesOf } from '../../../src/apdb/simulate/tiles.ts';

const pointings: readonly Vec3[] = [
  [0, 0, 1],
  [0, 0, -1],
  fromDegrees(0, 0),
  fromDegrees(359.9, -30),
  fromDegrees(123, -89.2),
];

function directions(pointing: Vec3, fov: number, count: number): Vec3[] {
  const xyz = randomCone(new Random(4), pointing, fov, count);
  return Array.from({ length: count }, (_, i) => [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]]);
}

test('the camera of rafts of 3×3 has 189 detectors, and small mosaics lose their corners', (t) => {
  t.deepEqual([1, 2, 3, 5, 15, -1, -3].map(tileCount), [1, 4, 9, 25, 201, 21, 189]);
  t.is(tilesOf([0, 0, 1], 3.52, -3, 52).length, 189);
});

test('every direction of a field belongs to one tile, which reads it, at the poles and at RA 0 too', (t) => {
  for (const pointing of pointings)
    for (const divide of [1, 2, 5, 8]) {
      const tiles = tilesOf(pointing, 3.52, divide, 0);
      t.is(tiles.length, tileCount(divide));
      t.deepEqual(
        tiles.map(({ detector }) => detector),
        tiles.map((_, i) => i),
      );
      for (const v of directions(pointing, 3.52, 200)) {
        const owners = tiles.filter(({ contains }) => contains(v));
        t.is(owners.length, 1);
        if (divide === 1) continue;
        const { vertices } = regionFromPos(owners[0].region) as ConvexPolygon;
        t.true(polygonContains(vertices, v));
      }
    }
});

test('directions in the missing corners of a camera belong to no tile', (t) => {
  const tiles = tilesOf([0, 0, 1], 3.52, -1, 0);
  const all = directions([0, 0, 1], 5, 500).map((v) => tiles.filter(({ contains }) => contains(v)).length);
  t.deepEqual([...new Set(all)].sort(), [0, 1]);
});

test('tiles that the field does not touch are left out, and only those', (t) => {
  const pointing = fromDegrees(200, -45);
  const field = circleOfAngle(pointing, (1.76 * Math.PI) / 180);
  for (const divide of [5, 8, 15])
    for (const { region } of tilesOf(pointing, 3.52, divide, 0))
      t.is(relate(field, regionFromPos(region)) & DISJOINT, 0);
});

test('a padded tile reaches as far beyond its edges as it should, and hardly farther', (t) => {
  for (const pointing of pointings) {
    const [plain, padded] = [0, 52].map((padding) => {
      const { vertices } = regionFromPos(tilesOf(pointing, 3.52, 3, padding)[4].region) as ConvexPolygon;
      return vertices;
    });
    t.true(plain.every((v) => polygonContains(padded, v)));
    const farthest = padded.map((v) =>
      Math.min(...plain.map((w) => Math.hypot(v[0] - w[0], v[1] - w[1], v[2] - w[2]))),
    );
    for (const distance of farthest) {
      const inArcsec = (distance * 180 * 3600) / Math.PI;
      t.true(inArcsec > 52 * Math.SQRT2 - 0.1 && inArcsec < 52 * Math.SQRT2 * 1.01, `${inArcsec}`);
    }
  }
});
