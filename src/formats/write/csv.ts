/** CSV as Apache Arrow writes it: names and strings in quotes, numbers without, NULL as a word of one's choice. */
import type { ColumnType, FilePieces, OutputColumn, TextRow, TextRows } from './columns.ts';
import { arrowFloats, floatText } from './float_text.ts';

const quoted = (text: string): string => `"${text.includes('"') ? text.replaceAll('"', '""') : text}"`;

/** How a value of each type is written. */
const cells: Readonly<Record<ColumnType, (text: string) => string>> = {
  boolean: (text) => (text === 't' ? 'true' : 'false'),
  int16: (text) => text,
  int32: (text) => text,
  int64: (text) => text,
  float64: (text) => floatText(text, arrowFloats),
  string: quoted,
};

/** A CSV file with a header. NULL is `nullString`, without quotes, so that it differs from a string of that text. */
export async function* writeCsv(
  columns: readonly OutputColumn[],
  rows: TextRows,
  { nullString = '\\N' }: { readonly nullString?: string } = {},
): FilePieces {
  const formats = columns.map(({ type }) => cells[type]);
  const line = (row: TextRow): string => {
    let text = '';
    for (let i = 0; i < formats.length; i++) {
      const value = row[i];
      text += `${i === 0 ? '' : ','}${value === null ? nullString : formats[i](value)}`;
    }
    return `${text}\n`;
  };
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\n`;
  for await (const batch of rows) yield batch.map(line).join('');
}
