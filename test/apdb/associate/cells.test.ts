import '../../support/seed.ts';
import test from 'ava';
import fc from 'fast-check';
import { cellLevel, circleCells } from '../../../plv8/apdb/associate/cells.ts';
import { htmIndexAt } from '../../../plv8/sky/htm_position.ts';

const position = fc.oneof(
  fc.tuple(
    fc.double({ min: 0, max: 359.999999, noNaN: true }),
    fc.double({ min: -90, max: 90, noNaN: true }),
  ),
  // Where trixels meet: poles, octants, meridian 0.
  fc.tuple(
    fc.constantFrom(0, 45, 90, 180, 359.9999999),
    fc.constantFrom(-90, -89.9999, 0, 1e-9, 45, 89.99999, 90),
  ),
);

/** The position at a distance [deg] and a position angle [deg] from another. */
function away([ra, decl]: readonly [number, number], distance: number, angle: number): [number, number] {
  const rad = Math.PI / 180;
  const [lat, d, a] = [decl * rad, distance * rad, angle * rad];
  const z = Math.sin(lat) * Math.cos(d) + Math.cos(lat) * Math.sin(d) * Math.cos(a);
  const y = Math.sin(a) * Math.sin(d);
  const x = Math.cos(lat) * Math.cos(d) - Math.sin(lat) * Math.sin(d) * Math.cos(a);
  const lon = ra + Math.atan2(y, x) / rad;
  return [lon - 360 * Math.floor(lon / 360), Math.atan2(z, Math.hypot(x, y)) / rad];
}

test('whatever is in a circle is in one of its cells', (t) => {
  fc.assert(
    fc.property(
      position,
      fc.oneof(fc.constantFrom(0.1, 1, 60), fc.double({ min: 1e-3, max: 40000, noNaN: true })),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 360, noNaN: true }),
      (centre, radius, fraction, angle) => {
        const level = cellLevel(radius, 20);
        const { cells } = circleCells(Float64Array.of(centre[0]), Float64Array.of(centre[1]), radius, level);
        // A hair inside: the position is rounded.
        const [ra, decl] = away(centre, Math.max(0, (radius * fraction * (1 - 1e-9)) / 3600 - 1e-13), angle);
        t.true(cells.includes(htmIndexAt(ra, decl, level)));
      },
    ),
    { numRuns: 3000 },
  );
});

test('a small circle touches few cells, each once; circles do not mind one another', (t) => {
  const ra = Float64Array.from({ length: 3000 }, (_, i) => (i * 77.7) % 360);
  const decl = Float64Array.from({ length: 3000 }, (_, i) => ((i * 31.3) % 180) - 90);
  const { places, cells } = circleCells(ra, decl, 1, cellLevel(1, 20));
  t.true(cells.length < 1.8 * 3000);
  t.is(new Set(places.map((place, i) => `${place} ${cells[i]}`)).size, cells.length);
  const one = circleCells(ra.slice(17, 18), decl.slice(17, 18), 1, cellLevel(1, 20));
  t.deepEqual(
    cells.filter((_, i) => places[i] === 17),
    one.cells,
  );
  t.deepEqual(circleCells(new Float64Array(0), new Float64Array(0), 1, 14), { places: [], cells: [] });
});

test('the level of cells follows the radius, down to the deepest', (t) => {
  t.is(cellLevel(1, 20), 14);
  t.is(cellLevel(0, 20), 20);
  t.is(cellLevel(648000, 20), 0);
});
