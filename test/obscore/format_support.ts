/**
 * What Python 3.11 makes of values, texts, templates and rows, one case a line:
 * `["value", kind, text, spec, answer, error]`, `["text", text, repr, ascii]`, `["number", text, int, float]`,
 * `["template", text, error]`, and `["rows", template, type, answers]`, an answer for each of the rows below: a
 * text, why there is none, or with a type other than string the text and its value.
 */
import { readFileSync } from 'node:fs';
import type { Lookup, Term } from '../../plv8/obscore/format/compile.ts';
import type { Kind, Value } from '../../plv8/obscore/format/value.ts';

export type ValueCase = [kind: Kind, text: string, spec: string, answer: string | null, error: string | null];
export type TextCase = [text: string, repr: string, ascii: string];
export type NumberCase = [text: string, int: string | null, float: string | null];
export type TemplateCase = [text: string, error: string | null];
export type RowAnswer = string | { text?: string; error?: string; value?: string; fails?: string };
export type RowsCase = [template: string, type: 'bool' | 'int' | 'float' | 'string', answers: RowAnswer[]];

interface Cases {
  value: ValueCase[];
  text: TextCase[];
  number: NumberCase[];
  template: TemplateCase[];
  rows: RowsCase[];
}

export const cases: Cases = { value: [], text: [], number: [], template: [], rows: [] };
for (const line of readFileSync(new URL('format_cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')) {
  const [name, ...rest] = JSON.parse(line) as [keyof Cases, ...unknown[]];
  (cases[name] as unknown[]).push(rest);
}

/** A float as Python writes it. */
export const pythonNumber = (text: string): number =>
  text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);

/** A value as Python writes it. */
export function parsedValue(kind: Kind, text: string): Value {
  if (kind === 'none') return null;
  if (kind === 'int') return BigInt(text);
  if (kind === 'bool') return text === 'True';
  return kind === 'float' ? pythonNumber(text) : text;
}

/** The rows that the templates of the cases are filled with, as a query's FROM item r. */
export const rows = `(values
  (1, 903342::int8, 7::int4, 'HSC-R''s "\\ % $1', 30.0::float8, true, '0b1c3c0e-0000-4000-8000-00000000abcd'::uuid, 'runs/a', '42'),
  (2, -7, 104, 'né𝄞', 1e23, false, '00000000-0000-0000-0000-000000000000', '', ' -1_000 '),
  (3, 9223372036854775807, 0, '', 'nan', null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'x', '1e5'),
  (4, null, 65, null, null, null, '00000000-0000-0000-0000-000000000005', E'u/é漢\\n', 'nan'),
  (5, 0, 999, '12', '-0', true, '00000000-0000-0000-0000-00000000004d', '>', '٣.5'),
  (6, 20240101000123, 1000, '''"', 0.00012345, false, '00000000-0000-0000-0000-00000000004e', '0', '99999999999999999999')
) as r (n, visit, det, name, exptime, flag, id, run, text)`;

const terms: Record<string, Term | 'none'> = {
  visit: { sql: 'r.visit', kind: 'int', nullable: true },
  det: { sql: 'r.det', kind: 'int', nullable: false },
  name: { sql: 'r.name', kind: 'str', nullable: true },
  exptime: { sql: 'r.exptime', kind: 'float', nullable: true },
  flag: { sql: 'r.flag', kind: 'bool', nullable: true },
  id: { sql: 'r.id', kind: 'uuid', nullable: false },
  run: { sql: 'r.run', kind: 'str', nullable: false },
  text: { sql: 'r.text', kind: 'str', nullable: false },
  dataset_type: { sql: "'raw'", kind: 'str', nullable: false, constant: 'raw' },
  calib_level: { sql: '2', kind: 'int', nullable: false, constant: 2n },
  o_ucd: 'none',
};

/** The keys of those rows, and constants. */
export const lookup: Lookup = (path) => ('name' in path ? terms[path.name] : undefined);
