import test from 'ava';
import { formatResult, spreadJson } from '../../src/db/result-table.ts';

test('numbers stand right, text left, headers in the middle, as in psql', (t) => {
  const columns = [
    { name: 'object', rightAligned: false },
    { name: 'mag', rightAligned: true },
  ];
  const rows = [
    ['ω Cen', '5.33'],
    ['M 31', null],
  ];
  t.is(
    formatResult({ columns, rows }),
    [
      ' object | mag  ', //
      '--------+------',
      ' ω Cen  | 5.33',
      ' M 31   |',
      '(2 rows)',
    ].join('\n'),
  );
});

test('one row is a row, none are rows', (t) => {
  const columns = [{ name: 'n', rightAligned: true }];
  t.true(formatResult({ columns, rows: [['1']] }).endsWith('(1 row)'));
  t.true(formatResult({ columns, rows: [] }).endsWith('(0 rows)'));
});

test('the objects of a JSON column become columns, numbers with the digits that they came with', (t) => {
  const columns = [
    { name: 'run', rightAligned: false },
    { name: 'data_id', rightAligned: false },
  ];
  const rows = [
    ['a', '{"instrument" : "DECam", "exposure" : 9007199254740993, "sky_angle" : -0.0}'],
    ['b', '{"instrument" : "DECam", "exposure" : null, "sky_angle" : 1e16}'],
  ];
  t.deepEqual(spreadJson({ columns, rows }, 'data_id'), {
    columns: [
      { name: 'run', rightAligned: false },
      { name: 'instrument', rightAligned: false },
      { name: 'exposure', rightAligned: true },
      { name: 'sky_angle', rightAligned: true },
    ],
    rows: [
      ['a', 'DECam', '9007199254740993', '-0.0'],
      ['b', 'DECam', null, '1e16'],
    ],
  });
  t.deepEqual(spreadJson({ columns, rows: [] }, 'data_id'), { columns, rows: [] });
});
