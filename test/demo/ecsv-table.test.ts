import test from 'ava';
import { ecsvTable } from '../../src/demo/ecsv-table.ts';
import { parseHeader } from '../../src/formats/ecsv-header.ts';

const text = ecsvTable({
  description: 'two objects',
  columns: [
    { name: 'object', datatype: 'string', ucd: 'meta.id;meta.main', description: 'NGC, IC: or a name' },
    { name: 'mag', datatype: 'float32', unit: 'mag', ucd: 'phot.mag', description: 'magnitude' },
  ],
  rows: [
    ['M 8, the "Lagoon"', 5],
    ['ω Cen', null],
  ],
});

test('the header says what each column is, as our own reader reads it', (t) => {
  const yaml = text
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .map((line) => line.slice(2))
    .slice(1)
    .join('\n');
  const header = parseHeader(yaml);
  t.is(header.delimiter, ',');
  t.is(header.description, 'two objects');
  t.deepEqual(
    header.columns.map(({ name, datatype, unit, ucd, description }) => [
      name,
      datatype,
      unit,
      ucd,
      description,
    ]),
    [
      ['object', 'string', undefined, 'meta.id;meta.main', 'NGC, IC: or a name'],
      ['mag', 'float32', 'mag', 'phot.mag', 'magnitude'],
    ],
  );
});

test('commas and quotes are quoted, and a missing value is empty', (t) => {
  t.deepEqual(text.trimEnd().split('\n').slice(-3), ['object,mag', '"M 8, the ""Lagoon""",5', 'ω Cen,']);
});
