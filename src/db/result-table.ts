/** Query results as psql prints them: a header, aligned columns, the number of rows. */
import type pg from 'pg';

export interface ResultColumn {
  readonly name: string;
  readonly rightAligned: boolean;
}

/** Values as the server writes them; null where there is none. */
export interface TextResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Types that psql aligns right: int8, int2, int4, oid, xid, cid, money, float4, float8, numeric. */
const rightAlignedTypes = new Set([20, 21, 23, 26, 28, 29, 790, 700, 701, 1700]);

/** Runs a query and keeps every value as the server's text. */
export async function queryText(
  client: pg.Client,
  sql: string,
  values: readonly unknown[] = [],
): Promise<TextResult> {
  const asText = () => (value: string) => value;
  const { fields, rows } = await client.query<(string | null)[]>({
    text: sql,
    values: [...values],
    rowMode: 'array',
    types: { getTypeParser: asText as pg.CustomTypesConfig['getTypeParser'] },
  });
  return {
    columns: fields.map(({ name, dataTypeID }) => ({
      name,
      rightAligned: rightAlignedTypes.has(dataTypeID),
    })),
    rows,
  };
}

/** A value of JSON as the server wrote it: the digits of a number, null where it is null. */
function jsonText(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type Reviver = (this: unknown, name: string, value: unknown, context?: { source?: string }) => unknown;
const parseWithSource: (text: string, reviver: Reviver) => unknown = JSON.parse;

/**
 * The result with columns in place of a JSON column, one for each name in its objects, which have the same names in
 * all rows; numbers keep their digits.
 */
export function spreadJson({ columns, rows }: TextResult, spread: string): TextResult {
  if (rows.length === 0) return { columns, rows };
  const at = columns.findIndex(({ name }) => name === spread);
  const numeric = new Set<string>();
  const objects = rows.map((row) =>
    parseWithSource(row[at] ?? '{}', (name, value, context) => {
      if (typeof value !== 'number') return value;
      numeric.add(name);
      return context?.source;
    }),
  ) as Record<string, unknown>[];
  const names = Object.keys(objects[0]);
  return {
    columns: columns.toSpliced(at, 1, ...names.map((name) => ({ name, rightAligned: numeric.has(name) }))),
    rows: rows.map((row, i) => row.toSpliced(at, 1, ...names.map((name) => jsonText(objects[i][name])))),
  };
}

function width(text: string): number {
  return [...text].length;
}

function padded(text: string, to: number, rightAligned: boolean): string {
  const blanks = ' '.repeat(Math.max(0, to - width(text)));
  return rightAligned ? blanks + text : text + blanks;
}

function centred(text: string, to: number): string {
  const blanks = Math.max(0, to - width(text));
  return ' '.repeat(blanks >> 1) + text + ' '.repeat(blanks - (blanks >> 1));
}

/** The table as lines of text, as `psql` prints it in its aligned format. */
export function formatResult({ columns, rows }: TextResult): string {
  const widths = columns.map(({ name }, column) =>
    rows.reduce((most, row) => Math.max(most, width(row[column] ?? '')), width(name)),
  );
  const header = columns.map(({ name }, column) => ` ${centred(name, widths[column])} `).join('|');
  const rule = widths.map((columnWidth) => '-'.repeat(columnWidth + 2)).join('+');
  const lines = rows.map((row) =>
    columns
      .map(({ rightAligned }, column) => ` ${padded(row[column] ?? '', widths[column], rightAligned)}`)
      .join(' |')
      .trimEnd(),
  );
  return [header, rule, ...lines, `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`].join('\n');
}
