import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { openFile } from '../../src/formats/open.ts';
import type { FormatError } from '../../src/formats/table.ts';
import { oneColumn, parquetBytes, plain, temporary } from './parquet-fixture.ts';

const parquet = parquetBytes(oneColumn({ type: 'INT64' }, [1, null], plain.int64(9007199254740993n)));
const ecsv = '# %ECSV 1.0\n# ---\n# datatype:\n# - {name: ra, unit: deg, datatype: float64}\nra\n1.5\n';

async function formatOf(name: string, bytes: string | Uint8Array): Promise<string> {
  await using file = await openFile(temporary(name, bytes));
  return file.format;
}

const refusal = (t: ExecutionContext, file: string) =>
  t.throwsAsync<FormatError>(openFile(file), { name: 'FormatError' });

test('content tells the format whatever the name says', async (t) => {
  t.is(await formatOf('_metadata', parquet), 'parquet');
  t.is(await formatOf('table.csv', parquet), 'parquet');
  t.is(await formatOf('table.csv', ecsv), 'ecsv');
  t.is(await formatOf('table.txt', `\ufeff${ecsv}`), 'ecsv');
  t.is(await formatOf('table', gzipSync(ecsv)), 'ecsv');
});

test('where content says nothing, the name does', async (t) => {
  t.is(await formatOf('table.csv', 'a,b\n1,2\n'), 'csv');
  t.is(await formatOf('table.TSV.gz', gzipSync('a\tb\n1\t2\n')), 'csv');
  t.is(await formatOf('list.csv', '[x],{y}\n1,2\n'), 'csv');
});

test('a file of no known format is refused with the formats that are read', async (t) => {
  for (const [name, bytes, message] of [
    ['alerts.avro', 'Obj\x01....', /Avro/],
    ['x.json', '{"a": 1}', /JSON/],
    ['x.vot', '<?xml version="1.0"?>\n<VOTABLE>', /VOTable/],
    ['notes.md', '# notes\n', /not known/],
    ['empty', '', /is empty/],
  ] as const) {
    const error = await refusal(t, temporary(name, bytes));
    t.regex(error!.message, message);
    t.regex(error!.hint!, /FITS, Parquet, ECSV and CSV/);
  }
});

test('a missing file, a directory, and Parquet in gzip are refused by name', async (t) => {
  t.regex((await refusal(t, '/nonexistent/x.fits'))!.message, /no such file/);
  t.regex((await refusal(t, mkdtempSync(path.join(tmpdir(), 'almagest-'))))!.message, /directory/);
  t.regex((await refusal(t, temporary('x.parquet', gzipSync(parquet))))!.hint!, /gunzip/);
});

test('a damaged file whose name tells its format is refused as that format', async (t) => {
  t.regex((await refusal(t, temporary('x.parquet', parquet.subarray(4))))!.message, /PAR1/);
  t.regex((await refusal(t, temporary('x.fits', 'SIMP')))!.message, /FITS/);
  t.regex((await refusal(t, temporary('x.ecsv', 'a b\n')))!.message, /ECSV/);
});

function inspect(...arguments_: string[]): string {
  const main = path.join(import.meta.dirname, '../../src/cli/main.ts');
  return execFileSync(process.execPath, [main, 'inspect', ...arguments_], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('inspect prints columns with types, units and rows, aligned', (t) => {
  const output = inspect(temporary('x.ecsv', ecsv), temporary('x.parquet', parquet));
  t.regex(
    output,
    /ECSV, \d+ bytes\n\nTable: 1 row, 1 column\n {2}column {2}type {14}in the file {2}unit\n {2}ra {6}double precision {2}float64 {6}deg\n/,
  );
  t.regex(output, /Table: 2 rows, 1 column\n {2}column {2}type {4}in the file\n {2}x {7}bigint {2}INT64\n/);
});

test('inspect --json gives one object a file', (t) => {
  const [file] = JSON.parse(inspect('--json', temporary('x.ecsv', ecsv)));
  t.like(file, {
    format: 'ecsv',
    tables: [{ rows: 1, columns: [{ name: 'ra', unit: 'deg', sqlType: 'double precision' }] }],
  });
});

test('inspect of what cannot be read says why, with a hint, and fails', (t) => {
  const error = t.throws<Error & { status: number; stderr: string }>(() =>
    inspect(temporary('x.avro', 'Obj\x01')),
  );
  t.is(error.status, 1);
  t.regex(error.stderr, /error: .*Avro[\s\S]*hint: Almagest reads/);
  const missing = t.throws<Error & { stderr: string }>(() =>
    inspect('--hdu', 'one', temporary('x.ecsv', ecsv)),
  );
  t.regex(missing.stderr, /error: .*x\.ecsv: there is no HDU one\nhint: It has 0\./);
});
