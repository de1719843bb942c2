import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { type FitsColumn, fitsTable } from '../../src/demo/fits-table.ts';
import { openFits } from '../../src/formats/fits.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'almagest-fits-'));

const columns: readonly FitsColumn[] = [
  {
    name: 'star_id',
    form: 'J',
    ucd: 'meta.id',
    description: "the star's number",
    values: [1, -2, 2147483647],
  },
  {
    ...{ name: 'ra', form: 'D', unit: 'deg', ucd: 'pos.eq.ra;meta.main' },
    description: `right ascension, ${"it's ".repeat(30)}ICRS`,
    values: [213.91812134078396, 0, 359.9999999999],
  },
  {
    name: 'vt_mag',
    form: 'E',
    unit: 'mag',
    ucd: 'phot.mag',
    description: 'V',
    values: [0.125, -1.5, Number.NaN],
  },
];

test('our own reader finds the rows, units, UCDs and descriptions that were written', async (t) => {
  const file = path.join(scratch, 'stars.fits');
  const bytes = fitsTable({ name: 'STARS', history: ['made by a test'], columns });
  t.is(bytes.length % 2880, 0);
  writeFileSync(file, bytes);
  await using opened = await openFits(file);
  const [table] = opened.tables;
  t.is(table.name, 'STARS');
  t.is(table.rowCount, 3);
  t.deepEqual(
    table.columns.map(({ name, type, unit, ucd, description }) => [name, type, unit, ucd, description]),
    columns.map(({ name, form, unit, ucd, description }) => [
      ...[name, { J: 'int32', D: 'float64', E: 'float32' }[form], unit, ucd, description],
    ]),
  );
  for await (const { rows, vectors } of table.batches()) {
    t.is(rows, 3);
    const [id, ra, magnitude] = vectors.map((vector) => {
      if (vector.layout !== 'strided') throw new Error('plain columns are handed on as bytes');
      return (row: number) =>
        new DataView(vector.bytes.buffer, vector.bytes.byteOffset + vector.offset + row * vector.stride);
    });
    t.deepEqual(
      [0, 1, 2].map((row) => id(row).getInt32(0)),
      columns[0].values,
    );
    t.deepEqual(
      [0, 1, 2].map((row) => ra(row).getFloat64(0)),
      columns[1].values,
    );
    t.deepEqual(
      [0, 1, 2].map((row) => magnitude(row).getFloat32(0)),
      columns[2].values,
    );
  }
});

test('columns of different lengths are refused by name', (t) => {
  const short = { ...columns[1], values: [1] };
  t.throws(() => fitsTable({ name: 'T', history: [], columns: [columns[0], short] }), {
    message: /column ra has 1 rows, not 3/,
  });
});
