import test from 'ava';
import { writeCsv } from '../../src/formats/write/csv.ts';
import { batchesOf, uglyColumns, uglyRows, written } from './write_support.ts';

test('strings are quoted, numbers are not, NULL is a word of its own', async (t) => {
  t.is(
    String(await written(writeCsv(uglyColumns, batchesOf(uglyRows)))),
    `"boolean","int16","int32","int64","float64","string"
true,-32768,-2147483648,9007199254740993,4.02e-7,"a ""b"",\n\tα′ \\N"
false,32767,2147483647,-9223372036854775808,nan,""
\\N,\\N,\\N,\\N,\\N,\\N
`,
  );
});

test('NULL is what is asked for; a string of that text stays a string', async (t) => {
  const columns = [{ name: 'a "name"', type: 'string' } as const];
  t.is(
    String(await written(writeCsv(columns, batchesOf([['NULL'], [null]]), { nullString: 'NULL' }))),
    '"a ""name"""\n"NULL"\nNULL\n',
  );
});

test('a file without rows has its header', async (t) => {
  t.is(String(await written(writeCsv([{ name: 'x', type: 'int64' }], batchesOf([])))), '"x"\n');
});
