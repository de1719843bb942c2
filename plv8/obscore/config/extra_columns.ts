/** Extra columns: constants, and templates whose text is converted to a type. */
import { JsonNumber } from '../../config/exact_json.ts';
import { isInteger, kindOf, nameComplaint, type Place, pathText, textComplaint } from '../../config/place.ts';
import { extraColumnType, keyColumns, spatialColumns, staticColumns } from '../columns.ts';
import type { ExtraColumn } from '../config.ts';
import { checkTemplate, sqlText } from '../format/compile.ts';
import { constantComplaint } from '../format/convert.ts';
import { columnTypes, extraColumnOptions } from './options.ts';

/** Lengths that PostgreSQL gives to a varchar. */
const longest = 10_485_760;

/** The length of a column of constants: longer than any that is kept, so that the column is text. */
const constantLength = 255;

/** Columns that PostgreSQL has in every table. */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

type Value = Pick<ExtraColumn, 'source' | 'type' | 'length' | 'doc'>;

function constant(place: Place): Value | undefined {
  const { value } = place;
  const made = (sql: string, type: ExtraColumn['type'], length: number | null = null): Value => ({
    source: { constant: sql },
    type,
    length,
    doc: null,
  });
  if (typeof value === 'boolean') return made(String(value), 'bool');
  if (typeof value === 'string') {
    const wrong = textComplaint(value);
    return wrong === null ? made(`${sqlText(value)}::text`, 'string', constantLength) : place.complain(wrong);
  }
  if (value instanceof JsonNumber && isInteger(value)) {
    const wrong = constantComplaint(BigInt(value.text), 'bigint');
    return wrong === null ? made(`'${value.text}'::int8`, 'int') : place.complain(wrong);
  }
  if (value instanceof JsonNumber) {
    const number = place.number();
    return number === undefined ? undefined : made(`'${value.text}'::float8`, 'float');
  }
  return place.complain(`expected a constant or an object with a template, not ${kindOf(value ?? null)}`);
}

/** A template of str.format. */
export function readTemplate(place: Place): string | undefined {
  const text = place.text();
  const wrong = text === undefined ? null : checkTemplate(text);
  return wrong === null ? text : place.complain(`is no template: ${wrong}`);
}

function templated(place: Place): Value | undefined {
  const options = place.options(extraColumnOptions);
  if (!options) return undefined;
  const template = readTemplate(options.template);
  const type = options.type.value === undefined ? 'string' : options.type.word(columnTypes);
  const length = options.length.optional((length) => length.integer(1, longest));
  const doc = options.doc.optional((text) => text.text());
  if (length !== null && type !== undefined && type !== 'string') {
    options.length.complain('only a string has a length');
    return undefined;
  }
  if (template === undefined || type === undefined) return undefined;
  return { source: { template }, type, length, doc };
}

/** Types of extra columns that a column of the table can hold, whatever it is called. */
const storable: { readonly [sqlType: string]: readonly ExtraColumn['type'][] } = {
  text: ['string'],
  smallint: ['int'],
  integer: ['int'],
  'double precision': ['float', 'int'],
};

/**
 * Extra columns as they come: of the whole table first, then of each dataset type. Of those of one name the first says
 * what the column is, as in the Data Butler; another type is a complaint.
 */
export class ExtraColumns {
  /** Those that are no columns of every table, in order. */
  readonly columns: ExtraColumn[] = [];
  private readonly known = new Map<string, { readonly column: ExtraColumn; readonly place: Place }>();
  /** Reads `extra_columns`, which may be absent. */
  read(place: Place): ExtraColumn[] {
    const entries = place.optional((object) => object.entries()) ?? [];
    return entries.flatMap(([name, at]) => this.column(name, at) ?? []);
  }

  private column(name: string, place: Place): ExtraColumn | undefined {
    const wrong = this.nameComplaint(name);
    if (wrong !== null) place.complain(wrong);
    const value = place.value instanceof Map ? templated(place) : constant(place);
    if (!value || wrong !== null) return undefined;
    const fixed = staticColumns.find((column) => column.name === name);
    if (fixed) {
      if (!storable[fixed.sqlType].includes(value.type))
        return place.complain(
          `is of type ${value.type}, but the column ${name} is ${fixed.sqlType}: type ${storable[fixed.sqlType].join(' or ')}`,
        );
      return this.held(place, { name, ...value, length: null, sqlType: fixed.sqlType });
    }
    const first = this.known.get(name);
    if (!first) {
      const column = { name, ...value, sqlType: extraColumnType(value) };
      this.known.set(name, { column, place });
      this.columns.push(column);
      return column;
    }
    if (first.column.type !== value.type)
      return place.complain(
        `is of type ${value.type}, but ${pathText(first.place.steps)} makes the column one of type ${first.column.type}`,
      );
    const { length, sqlType } = first.column;
    return this.held(place, { name, ...value, length, sqlType });
  }

  /** A column, if it can hold its constant. */
  private held(place: Place, column: ExtraColumn): ExtraColumn | undefined {
    const { value } = place;
    const given = value instanceof JsonNumber && isInteger(value) ? BigInt(value.text) : value;
    if (typeof given !== 'string' && typeof given !== 'bigint') return column;
    const wrong = column.type === 'float' ? null : constantComplaint(given, column.sqlType);
    return wrong === null ? column : place.complain(wrong);
  }

  private nameComplaint(name: string): string | null {
    const wrong = nameComplaint(name);
    if (wrong !== null) return `the column's name ${wrong}`;
    if (systemColumns.includes(name))
      return `PostgreSQL has a column ${name} in every table: take another name`;
    if (keyColumns.some((column) => column.name === name))
      return `every ObsCore table has a column ${name} of its own: take another name`;
    if (spatialColumns.some((column) => column.name === name))
      return `${name} is made from the region of the data ID: take another name`;
    return null;
  }
}
