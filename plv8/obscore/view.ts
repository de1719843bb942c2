/** SQL of views of ObsCore: an ObsCore table's columns as those of the standard. */
import { type StandardColumn, standardColumns } from './standard.ts';

/** A table of observations: its quoted name, and the SQL types of its columns. */
export interface Source {
  readonly table: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** Text that PostgreSQL reads as a number of the type, and that is not beyond its range. */
const integerText = String.raw`^\s*[+-]?\d{1,18}\s*$`;
const floatText = String.raw`^\s*[+-]?(\d{1,18}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?\s*$`;

const integerRange: Readonly<Record<string, string>> = {
  smallint: 'between -32768 and 32767',
  bigint: 'between -9e18 and 9e18',
};

/**
 * A column, given quoted, as another type; NULL where its value has none of that type. A column of the type itself
 * stays bare, so that its indexes serve.
 */
export function converted(column: string, from: string, to: StandardColumn['sqlType']): string {
  if (from === to) return column;
  if (to === 'text') return `${column}::text`;
  if (/^(text|character)/.test(from)) {
    if (to === 'double precision') return `case when ${column} ~ '${floatText}' then ${column}::${to} end`;
    const whole = `case when ${column} ~ '${integerText}' then ${column}::bigint end`;
    return to === 'bigint' ? whole : converted(`(${whole})`, 'bigint', to);
  }
  if (from === 'boolean') return `${column}::integer::${to}`;
  const widens = to === 'double precision' || (to === 'bigint' && /^(smallint|integer)$/.test(from));
  return widens ? `${column}::${to}` : `case when ${column} ${integerRange[to]} then ${column}::${to} end`;
}

/** A standard column of a source: NULL where it has none of that name. */
export function standardValue({ columns }: Source, { name, sqlType }: StandardColumn, alias = 't'): string {
  const from = columns.get(name);
  return from === undefined ? `null::${sqlType}` : converted(`${alias}.${name}`, from, sqlType);
}

/** The select list over a source `t`: the standard's columns, by their names. */
export function standardList(source: Source): string {
  return standardColumns.map((column) => `${standardValue(source, column)} as ${column.name}`).join(',\n  ');
}

/** `select … from …` of a source: the standard's columns, by their names. */
export function selectStandard(source: Source): string {
  return `select\n  ${standardList(source)}\nfrom ${source.table} t`;
}

/** The query of ivoa.obscore; without sources it has no rows. */
export function unionOf(sources: readonly Source[]): string {
  if (sources.length > 0) return sources.map(selectStandard).join('\nunion all\n');
  return `select ${standardColumns.map(({ name, sqlType }) => `null::${sqlType} as ${name}`).join(', ')} where false`;
}
