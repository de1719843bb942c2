import test from 'ava';
import { formatResult } from '../../src/db/result-table.ts';

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
