import test from 'ava';
import fc from 'fast-check';
import { encodeRegion } from '../../plv8/sky/codec.ts';
import { regionContains } from '../../plv8/sky/compound.ts';
import { fixed6, parseNumber, shortest } from '../../plv8/sky/format.ts';
import { regionFromPos, regionToPos } from '../../plv8/sky/pos.ts';
import type { Region } from '../../plv8/sky/region.ts';
import { polygonBytesToText, regionFromText, regionToText } from '../../plv8/sky/s_region.ts';
import { angleBetween, fromDegrees } from '../../plv8/sky/vector.ts';
import { arbitraryRegion } from './region_arbitrary.ts';

test('six decimals are rounded half to even on the exact value', (t) => {
  // Exact binary halves: multiples of 2^-7 with seven decimals.
  t.is(fixed6(0.0078125), '0.007812');
  t.is(fixed6(0.0234375), '0.023438');
  t.is(fixed6(-0.0078125), '-0.007812');
  t.is(fixed6(4294.0078125), '4294.007812');
});

test('six decimals keep the sign of what rounds to zero, and carry', (t) => {
  t.is(fixed6(-1e-7), '-0.000000');
  t.is(fixed6(-0), '-0.000000');
  t.is(fixed6(0), '0.000000');
  t.is(fixed6(359.9999999), '360.000000');
  t.is(fixed6(9.9999995), '9.999999');
  t.is(fixed6(NaN), 'nan');
  t.is(fixed6(-Infinity), '-inf');
  t.is(fixed6(1e22), '10000000000000000000000.000000');
});

test('six decimals agree with toFixed, which rounds exactly, except on halves', (t) => {
  const halves = fc.integer({ min: -4e8, max: 4e8 }).map((n) => (n + 0.5) / 1e6);
  fc.assert(
    fc.property(fc.oneof(fc.double({ min: -5000, max: 5000, noNaN: true }), halves), (x) => {
      if (Number.isInteger(x * 128)) return;
      t.is(fixed6(x), x < 0 && Number(x.toFixed(6)) === 0 ? '-0.000000' : x.toFixed(6));
    }),
  );
});

test('the shortest form reads back as the same double, with a point or an exponent', (t) => {
  t.is(shortest(10), '10.0');
  t.is(shortest(1e-5), '1e-05');
  t.is(shortest(0.0001), '0.0001');
  t.is(shortest(1e16), '1e+16');
  t.is(shortest(123456789012345.6), '123456789012345.6');
  t.is(shortest(-0), '-0.0');
  t.is(shortest(NaN), 'nan');
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (x) => {
      t.true(Object.is(parseNumber(shortest(x)), x));
      t.regex(shortest(x), /[.e]|inf/);
    }),
  );
});

test('numbers are numbers, and nothing else is', (t) => {
  t.is(parseNumber('14.'), 14);
  t.is(parseNumber('+.5e1'), 5);
  t.is(parseNumber('-Inf'), -Infinity);
  t.true(Number.isNaN(parseNumber('NaN')));
  for (const text of ['', 'ICRS', '1.2.3', '0x10', '1e', '--1', '.', '1__0']) {
    t.throws(() => parseNumber(text), { message: /could not convert string to float/ });
  }
});

/** Whether two regions are of one shape, with angles and vertices no further apart than a tolerance [rad]. */
function alike(a: Region, b: Region, tolerance: number): boolean {
  const near = (x: number, y: number) => Math.abs(x - y) <= tolerance || (Number.isNaN(x) && Number.isNaN(y));
  if (a.kind === 'ConvexPolygon' && b.kind === 'ConvexPolygon') {
    return b.vertices.every((v) => a.vertices.some((w) => angleBetween(v, w) <= tolerance));
  }
  if (a.kind === 'Circle' && b.kind === 'Circle') {
    return angleBetween(a.center, b.center) <= tolerance && near(a.openingAngle, b.openingAngle);
  }
  if (a.kind === 'Box' && b.kind === 'Box') return near(a.latA, b.latA) && near(a.latB, b.latB);
  if (a.kind === 'Ellipse' && b.kind === 'Ellipse') {
    return angleBetween(a.rows[2], b.rows[2]) <= tolerance && near(a.a, b.a) && near(a.b, b.b);
  }
  if ('operands' in a && 'operands' in b && a.kind === b.kind) {
    return (
      a.operands.length === b.operands.length &&
      a.operands.every((operand, i) => alike(operand, b.operands[i], tolerance))
    );
  }
  return false;
}

test('POS text of every kind of region reads back as the region', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, (region) => {
      const text = regionToPos(region);
      t.true(alike(region, regionFromPos(text), 1e-14), text);
    }),
    { numRuns: 500 },
  );
});

test('s_region text of every kind of region reads back as the region to six decimals', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, (region) => {
      // Below the last decimal polygons fall together, and a radius rounds to nothing.
      if (/0\.00[0-9]{4}(?: |$)/.test(regionToText(region).replace(/\d\d\.\d+/g, '')) || isTiny(region))
        return;
      const text = regionToText(region);
      t.true(alike(region, regionFromText(text), 5e-8), text);
    }),
    { numRuns: 500 },
  );
});

function isTiny(region: Region): boolean {
  if ('operands' in region) return region.operands.some(isTiny);
  if (region.kind !== 'ConvexPolygon') return false;
  return angleBetween(region.vertices[0], region.vertices[1]) < 1e-5;
}

test('the text of an encoded polygon is that of the polygon', (t) => {
  fc.assert(
    fc.property(arbitraryRegion, (region) => {
      const text = polygonBytesToText(encodeRegion(region));
      t.is(text, region.kind === 'ConvexPolygon' ? regionToText(region) : null);
    }),
  );
});

test('POS shapes are refused by what is wrong with them', (t) => {
  t.throws(() => regionFromPos('  '), { message: /the text is empty/ });
  t.throws(() => regionFromPos('UNION CIRCLE 1 2 3'), { message: /expected \( after UNION/ });
  t.throws(() => regionFromPos('UNION (CIRCLE 1 2 3'), { message: /expected \) to close UNION/ });
  t.throws(() => regionFromPos('CIRCLE 1 2 3 )'), { message: /expected the end before '\)'/ });
  t.throws(() => regionFromPos('RANGE 1 2 3'), { message: /RANGE requires 4 numbers but got 3/ });
  t.throws(() => regionFromPos('ELLIPSE 1 2 95 3 0'), { message: /semi-axis/ });
  t.throws(() => regionFromPos('UNION ('.repeat(5000)), { message: /nested deeper/ });
});

test('s_region is read in the spellings of archives', (t) => {
  const triangle = regionToText(regionFromText('POLYGON ICRS 10 10 11 10 10 11'));
  for (const text of [
    'Polygon ICRS 10 10 11 10 10 11',
    'POLYGON J2000 10.0 10.0 11.0 10.0 10.0 11.0',
    'polygon 10 10 11 10 10 11',
    'POLYGON GSC1  10 10  11 10  10 11',
    'Polygon ICRS GEOCENTER SPHERICAL2 10 10 11 10 10 11 10 10',
    'POLYGON ICRS 10 10 10 11 11 10',
    'polygon 10,10,11,10,10,11',
  ]) {
    t.deepEqual(vertexSet(regionToText(regionFromText(text))), vertexSet(triangle), text);
  }
  t.is(
    regionToText(regionFromText('Circle ICRS 337.25 -69.175 0.008223')),
    'CIRCLE ICRS 337.250000 -69.175000 0.008223',
  );
  t.is(
    regionToText(regionFromText('CIRCLE 333.9092 -45.8418 0.5')),
    'CIRCLE ICRS 333.909200 -45.841800 0.500000',
  );
  t.is(regionToText(regionFromText('BOX ICRS 0 5 2 4')), 'BOX ICRS 0.000000 5.000000 2.000000 4.000000');
  t.is(
    regionToText(regionFromText('POSITION J2000 266.5 -28.5')),
    'CIRCLE ICRS 266.500000 -28.500000 0.000000',
  );
  t.is(
    regionToText(regionFromText('Union ICRS ( Polygon 10 10 11 10 10 11 Circle 5 5 1 )')),
    `UNION ICRS (${triangle.replace(' ICRS', '')} CIRCLE 5.000000 5.000000 1.000000)`,
  );
  t.is(regionFromText('CIRCLE 1 2 3 CIRCLE 4 5 6').kind, 'UnionRegion');
});

function vertexSet(text: string): string[] {
  return (text.match(/-?\d+\.\d+ -?\d+\.\d+/g) ?? []).sort();
}

test('a polygon has holes where NOT follows it, and their rims belong to it', (t) => {
  const square = (half: number) => `${-half} ${-half} ${half} ${-half} ${half} ${half} ${-half} ${half}`;
  const holed = regionFromText(`Union ICRS (Polygon ${square(2)} Not (Polygon ${square(1)}) Circle 40 0 1)`);
  for (const [ra, dec, inside] of [
    [0, 0, false],
    [0.99, -0.99, false],
    [1.01, 0, true],
    [-1.5, 1.5, true],
    [0, -1.99, true],
    [2.1, 0, false],
    [40, 0.5, true],
  ] as const)
    t.is(regionContains(holed, fromDegrees(ra, dec)), inside, `${ra} ${dec}`);
  t.deepEqual(
    regionFromText(`Polygon ${square(2)} Not (Polygon 10 10 11 10 11 11)`),
    regionFromText(`Polygon ${square(2)}`),
  );
  t.deepEqual(regionFromText(`Polygon ${square(1)} Not (Polygon ${square(2)})`), {
    kind: 'UnionRegion',
    operands: [],
  });
  t.throws(() => regionFromText('CIRCLE 1 2 3 NOT (CIRCLE 1 2 1)'), {
    message: /NOT: only polygons can have holes/,
  });
  t.throws(() => regionFromText(`POLYGON ${square(1)} NOT`), { message: /expected \( after NOT/ });
});

test('a polygon with a hole covers what a ray crossing counts inside one and outside the other', (t) => {
  const radii = fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 5, maxLength: 10 });
  const offset = fc.double({ min: -1, max: 1, noNaN: true });
  const corners = (lengths: readonly number[], lon: number, lat: number, scale: number) =>
    lengths.map((r, i): [number, number] => {
      const angle = (2 * Math.PI * i) / lengths.length;
      return [lon + scale * r * Math.cos(angle), lat + scale * r * Math.sin(angle)];
    });
  fc.assert(
    fc.property(
      radii,
      radii,
      fc.double({ min: 0, max: 360, noNaN: true }),
      offset,
      fc.array(fc.tuple(offset, offset), { minLength: 20, maxLength: 20 }),
      (outline, rim, lon, shift, points) => {
        const outer = regionFromText(`POLYGON ${corners(outline, lon, 0, 1).flat().join(' ')}`);
        const hole = corners(rim, lon + shift, shift / 2, 0.5)
          .flat()
          .join(' ');
        const inner = regionFromText(`POLYGON ${hole}`);
        const holed = regionFromText(
          `POLYGON ${corners(outline, lon, 0, 1).flat().join(' ')} NOT (POLYGON ${hole})`,
        );
        for (const [x, y] of points) {
          const v = fromDegrees(lon + x, y);
          t.is(regionContains(holed, v), regionContains(outer, v) && !regionContains(inner, v));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('what a region cannot be is refused by name', (t) => {
  t.throws(() => regionFromText('CIRCLE GALACTIC 1 2 3'), { message: /frame GALACTIC/ });
  t.throws(() => regionFromText('Union ICRS (Circle 1 2 3 Not (Circle 1 2 1))'), { message: /NOT/ });
  t.throws(() => regionFromText('not applicable'), { message: /NOT/ });
  t.throws(() => regionFromText('HEXAGON 1 2 3'), { message: /Unrecognized shape 'HEXAGON'/ });
  t.throws(() => regionFromText(''), { message: /empty/ });
  t.throws(() => regionFromText('POLYGON 0 0 2 2 2 0 0 2'), { message: /cross/ });
});

test('a polygon with a notch is its triangles, and does not cover the notch', (t) => {
  const notched = regionFromText('POLYGON ICRS 359 -1 1 -1 1 1 0 -0.5 359 1');
  t.is(notched.kind, 'UnionRegion');
  t.true(regionContains(notched, fromDegrees(0, -0.75)));
  t.true(regionContains(notched, fromDegrees(0.9, 0.5)));
  t.true(regionContains(notched, fromDegrees(359.1, 0.5)));
  t.false(regionContains(notched, fromDegrees(0, 0.5)));
  t.false(regionContains(notched, fromDegrees(0, 0)));
});

test('a polygon that is not convex covers what a ray crossing counts inside', (t) => {
  const star = fc
    .tuple(
      fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 5, maxLength: 12 }),
      fc.double({ min: 0, max: 360, noNaN: true }),
      fc.boolean(),
    )
    .map(([radii, lon, clockwise]) => {
      const corners = radii.map((r, i): [number, number] => {
        const angle = (2 * Math.PI * i) / radii.length;
        return [lon + r * Math.cos(angle), r * Math.sin(angle)];
      });
      return { lon, corners: clockwise ? corners.toReversed() : corners };
    });
  const offset = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(star, offset, offset, ({ lon, corners }, x, y) => {
      const region = regionFromText(`POLYGON ${corners.flat().join(' ')}`);
      // Within a degree of the equator arcs are straight in longitude and latitude to a few thousandths.
      let inside = false;
      let distance = Infinity;
      for (let i = 0; i < corners.length; ++i) {
        const [ax, ay] = [corners[i][0] - lon, corners[i][1]];
        const [bx, by] = [corners[(i + 1) % corners.length][0] - lon, corners[(i + 1) % corners.length][1]];
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
        const along = Math.max(
          0,
          Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)),
        );
        distance = Math.min(distance, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
      }
      if (distance > 0.005) t.is(regionContains(region, fromDegrees(lon + x, y)), inside);
    }),
    { numRuns: 500 },
  );
});
