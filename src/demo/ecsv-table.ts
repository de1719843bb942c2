/** Writes a table as ECSV: a YAML header that says what each column is, then comma-separated rows (APE 6). */
import { stringify } from 'yaml';

export interface EcsvColumn {
  readonly name: string;
  readonly datatype: 'int32' | 'float32' | 'float64' | 'string';
  readonly unit?: string;
  readonly ucd: string;
  readonly description: string;
}

export interface EcsvTable {
  readonly description: string;
  readonly columns: readonly EcsvColumn[];
  /** Values in the columns' order; null is a missing one. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** YAML on one line. */
function inline(value: object): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, keepUndefined: false }).trimEnd();
}

/** The text of an ECSV file that holds the table. */
export function ecsvTable({ description, columns, rows }: EcsvTable): string {
  const header = [
    '%ECSV 1.0',
    '---',
    "delimiter: ','",
    'datatype:',
    ...columns.map(({ ucd, ...column }) => `- ${inline({ ...column, meta: { ucd } })}`),
    `meta: ${inline({ description })}`,
  ];
  const names = columns.map(({ name }) => name).join(',');
  const lines = [...header.map((line) => `# ${line}`), names, ...rows.map((row) => row.map(field).join(','))];
  return `${lines.join('\n')}\n`;
}
