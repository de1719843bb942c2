import test from 'ava';
import fc from 'fast-check';
import { MQ3C, mq3cIndex, mq3cLevel, mq3cName, mq3cQuad } from '../../plv8/sky/mq3c.ts';
import {
  type CubeScheme,
  cubeChildren,
  cubeId,
  cubePixel,
  cubeQuad,
  cubeRoots,
} from '../../plv8/sky/pixel_cube.ts';
import { polygonContains } from '../../plv8/sky/polygon.ts';
import { Q3C, q3cIndex, q3cName, q3cQuad } from '../../plv8/sky/q3c.ts';
import { fromDegrees, type Vec3 } from '../../plv8/sky/vector.ts';
import { direction } from './pixel_arbitrary.ts';

interface Named {
  readonly name: string;
  readonly scheme: CubeScheme;
  readonly index: (v: Vec3, level: number) => bigint;
  readonly quad: (id: bigint, level: number) => readonly Vec3[];
}

const schemes: Named[] = [
  { name: 'q3c', scheme: Q3C, index: q3cIndex, quad: q3cQuad },
  { name: 'mq3c', scheme: MQ3C, index: mq3cIndex, quad: mq3cQuad },
];

const level = fc.integer({ min: 0, max: 29 });

for (const { name, scheme, index, quad } of schemes) {
  test(`${name}: the quad of a direction’s id contains it`, (t) => {
    fc.assert(
      fc.property(direction, level, (v, l) => {
        t.true(polygonContains(quad(index(v, l), l), v));
      }),
      { numRuns: 1000 },
    );
  });

  test(`${name}: a level’s id begins with the id of the level above`, (t) => {
    fc.assert(
      fc.property(direction, fc.integer({ min: 1, max: 29 }), (v, l) => {
        t.is(index(v, l) >> 2n, index(v, l - 1));
      }),
    );
  });

  test(`${name}: ids and grid places are each other’s inverses`, (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 30 }),
        fc.nat(),
        fc.nat(),
        (face, l, x, y) => {
          const pixel = { face, level: l, s: x % 2 ** l, t: y % 2 ** l };
          t.deepEqual(cubePixel(scheme, cubeId(scheme, pixel), l), pixel);
        },
      ),
    );
  });

  test(`${name}: children come in the order of their ids, with their own quads`, (t) => {
    for (const root of cubeRoots(scheme)) {
      let node = root;
      for (let depth = 1; depth < 12; depth++) {
        const children = cubeChildren(scheme, node);
        children.forEach((child, digit) => {
          t.is(cubeId(scheme, child), 4n * cubeId(scheme, node) + BigInt(digit));
          t.deepEqual(child.corners, cubeQuad(scheme, child));
        });
        node = children[(depth * 7) % 4];
      }
    }
  });

  test(`${name}: every quad runs counter-clockwise around its middle`, (t) => {
    for (const root of cubeRoots(scheme)) {
      for (const { corners } of [root, ...cubeChildren(scheme, root)]) {
        const middle = [0, 1, 2].map((i) => corners.reduce((sum, corner) => sum + corner[i], 0));
        t.true(polygonContains(corners, [middle[0], middle[1], middle[2]]));
      }
    }
  });
}

test('mq3c: neighbours along the curve share an edge', (t) => {
  const l = 6;
  for (let face = 10; face < 16; face++) {
    for (let i = 1; i < 4 ** l; i++) {
      const a = cubePixel(MQ3C, BigInt(face * 4 ** l + i - 1), l)!;
      const b = cubePixel(MQ3C, BigInt(face * 4 ** l + i), l)!;
      t.is(Math.abs(a.s - b.s) + Math.abs(a.t - b.t), 1);
    }
  }
});

test('mq3c: an id tells its level', (t) => {
  t.is(mq3cLevel(10n), 0);
  t.is(mq3cLevel(15n), 0);
  t.is(mq3cLevel(40n), 1);
  t.is(mq3cLevel(16n * 4n ** 29n - 1n), 29);
  for (const id of [-1n, 0n, 9n, 16n, 39n, 64n]) t.is(mq3cLevel(id), -1, `${id}`);
});

test('an edge between faces belongs to the face that goes first', (t) => {
  const corner = (x: number, y: number, z: number) => q3cName(q3cIndex([x, y, z], 0), 0);
  t.is(corner(1, 1, 0), '+Y');
  t.is(corner(-1, 1, 0), '-X');
  t.is(corner(-1, -1, 1), '-X');
  t.is(corner(1, -1, -1), '-Y');
  t.is(corner(1, 1, 1), '+Z');
  t.is(corner(1, 0, -1), '-Z');
});

test('names go down from the face', (t) => {
  t.is(mq3cName(mq3cIndex(fromDegrees(0, 0), 7)), '+X2000000');
  t.is(q3cName(q3cIndex(fromDegrees(0, 0), 7), 7), '+X3000000');
  t.throws(() => mq3cName(9n), { message: '9 is not a modified Q3C id' });
  t.throws(() => mq3cQuad(16n), { message: '16 is not a modified Q3C id' });
  t.throws(() => q3cName(6n, 0), { message: '6 is not a Q3C id of level 0' });
  t.throws(() => q3cQuad(-1n, 3), { message: '-1 is not a Q3C id of level 3' });
});
