import test from 'ava';
import { deepSkyTable, hipparcosTable } from '../../src/demo/celestial.ts';
import type { EcsvTable } from '../../src/demo/ecsv-table.ts';

/** Rows as records by column name. */
function records({ columns, rows }: EcsvTable): Record<string, string | number | null>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
}

const stars = records(hipparcosTable());
const objects = records(deepSkyTable());

test('every star and object has a place on the sky, with right ascension from 0 to 360 degrees', (t) => {
  t.is(stars.length, 118_216);
  t.is(objects.length, 15_807);
  for (const { ra, dec } of [...stars, ...objects]) {
    if (!(Number(ra) >= 0 && Number(ra) < 360 && Math.abs(Number(dec)) <= 90)) t.fail(`${ra}, ${dec}`);
  }
});

test('known stars are at their known places', (t) => {
  const star = (name: string) => stars.find((row) => row.name === name)!;
  const { hip, ra, dec, v_mag, b_v, constellation } = star('Arcturus');
  t.deepEqual([hip, ra, dec, v_mag, b_v, constellation], [69673, 213.9153, 19.1824, -0.05, 1.239, 'Boo']);
  t.deepEqual([star('Sirius').ra, star('Sirius').dec], [101.2872, -16.7161]);
});

test('known objects have their kind, size and name', (t) => {
  const andromeda = objects.find((row) => row.designation === 'M 31')!;
  t.like(andromeda, {
    ...{ object: 'NGC 224', kind: 'spiral galaxy', name: 'Andromeda Galaxy' },
    ...{ ra: 10.6847, dec: 41.26875, mag: 3.44, major_arcmin: 189.1, minor_arcmin: 61.7 },
  });
  const cluster = objects.find((row) => row.object === 'NGC 5139')!;
  t.like(cluster, { kind: 'globular cluster', major_arcmin: 55, minor_arcmin: 55 });
});

test('what the package does not know is missing, not 999 and not empty', (t) => {
  t.true(objects.some(({ mag }) => mag === null));
  t.true(stars.some(({ b_v }) => b_v === null));
  for (const row of [...stars, ...objects])
    if (row.mag === 999 || Object.values(row).includes('')) t.fail(JSON.stringify(row));
});

test('every kind is written in words', (t) => {
  const kinds = new Set(objects.map(({ kind }) => String(kind)));
  t.is(kinds.size, 16);
  for (const kind of kinds) t.regex(kind, /galaxy|cluster|nebula|region|remnant/);
});
