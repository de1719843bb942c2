import test from 'ava';
import { formatError, UsageError } from '../../src/cli/options.ts';
import { FormatError } from '../../src/formats/table.ts';

test('an error in a file says which file, and where in it', (t) => {
  const error = new FormatError('1 field where the header has 2', {
    path: 'a.csv',
    row: 7,
    column: 'mag',
    hint: 'Quote it.',
  });
  t.is(
    formatError(error),
    'error: a.csv: row 7, column "mag": 1 field where the header has 2\nhint: Quote it.',
  );
});

test('a file that its message names already is not named twice', (t) => {
  t.is(formatError(new FormatError('a.csv: no such file', { path: 'a.csv' })), 'error: a.csv: no such file');
});

test('an error’s hint stands on a line of its own', (t) => {
  t.is(formatError(new UsageError('no server', 'start one')), 'error: no server\nhint: start one');
});
