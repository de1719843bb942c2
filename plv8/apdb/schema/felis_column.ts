/** Columns of Felis documents. */
import { JsonNumber } from '../../config/exact_json.ts';
import type { Place } from '../../config/place.ts';
import type { Column } from './definition.ts';

export const columnKeys = [
  'name',
  '@id',
  'description',
  'votable:utype',
  'datatype',
  'length',
  'precision',
  'nullable',
  'value',
  'autoincrement',
  'ivoa:ucd',
  'fits:tunit',
  'ivoa:unit',
  'tap:column_index',
  'tap:principal',
  'tap:std',
  'votable:arraysize',
  'votable:xtype',
  'votable:datatype',
  'mysql:datatype',
  'postgresql:datatype',
] as const;

type Fields = { readonly [key in (typeof columnKeys)[number]]: Place };

/** Types that have a length, and those that have none, as PostgreSQL calls them. */
const sized = {
  char: (length: number) => `char(${length})`,
  string: (length: number) => `varchar(${length})`,
  unicode: (length: number) => `varchar(${length})`,
  binary: () => 'bytea',
};
const unsized = {
  boolean: 'boolean',
  byte: 'int2',
  short: 'int2',
  int: 'int4',
  long: 'int8',
  float: 'float4',
  double: 'float8',
  text: 'text',
  timestamp: 'timestamptz',
};

const isSized = (datatype: string): datatype is keyof typeof sized => Object.hasOwn(sized, datatype);

/** PostgreSQL's longest varchar. */
const longest = 10_485_760;

function readType(fields: Fields): string | undefined {
  const datatype = fields.datatype.word([
    ...(Object.keys(unsized) as (keyof typeof unsized)[]),
    ...(Object.keys(sized) as (keyof typeof sized)[]),
  ]);
  if (datatype === undefined) return undefined;
  if (fields.precision.given && datatype !== 'timestamp') fields.precision.complain('is for timestamps only');
  const length = fields.length.optional((place) => place.integer(1, longest));
  if (!isSized(datatype)) return unsized[datatype];
  if (length === null)
    return fields.length.given ? undefined : fields.datatype.complain(`needs a length: ${datatype} has one`);
  return sized[datatype](length);
}

const integerRange: Readonly<Record<string, bigint>> = { int2: 1n << 15n, int4: 1n << 31n, int8: 1n << 63n };

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The default of a column of a type, as an SQL literal. */
function readDefault(place: Place, type: string): string | undefined {
  const { value } = place;
  const expected = (what: string) => place.complain(`expected ${what}, as the column is ${type}`);
  const range = integerRange[type];
  if (range !== undefined) {
    if (!(value instanceof JsonNumber) || !/^-?\d+$/.test(value.text)) return expected('an integer');
    const number = BigInt(value.text);
    return number >= -range && number < range ? value.text : place.complain(`is out of the range of ${type}`);
  }
  if (type.startsWith('float')) return value instanceof JsonNumber ? value.text : expected('a number');
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : expected('a boolean');
  const text = place.text();
  if (text === undefined) return undefined;
  const limit = /\((\d+)\)$/.exec(type);
  if (limit && [...text].length > Number(limit[1])) return place.complain(`is longer than ${type}`);
  return literal(text);
}

/** Words of a UCD, joined by semicolons. */
const ucd = /^[A-Za-z][\w-]*(?:\.[\w-]+)*(?:;[A-Za-z][\w-]*(?:\.[\w-]+)*)*$/;

function readUcd(place: Place): string | undefined {
  const text = place.text()?.replace(/\s*;\s*/g, ';');
  if (text === undefined || text === '' || ucd.test(text)) return text;
  return place.complain(`expected a UCD such as pos.eq.ra;meta.main, not ${JSON.stringify(text)}`);
}

/** The unit of either of its two names. */
function readUnit(fields: Fields): string | undefined {
  const fits = fields['fits:tunit'].optional((place) => place.text());
  const ivoa = fields['ivoa:unit'].optional((place) => place.text());
  if (fits && ivoa) return fields['ivoa:unit'].complain('is given beside fits:tunit: a column has one unit');
  return fits ?? ivoa ?? '';
}

/** A column, or undefined where something is wrong with it. */
export function readColumn(name: string, fields: Fields): Column | undefined {
  const type = readType(fields);
  const nullable = fields.nullable.optional((place) => place.boolean());
  const description = fields.description.optional((place) => place.text());
  const found = fields['ivoa:ucd'].optional(readUcd);
  const unit = readUnit(fields);
  if (fields.autoincrement.value === true)
    fields.autoincrement.complain('is not for an APDB: ids come with the rows');
  if (type === undefined || unit === undefined) return undefined;
  const defaultSql = fields.value.optional((place) => readDefault(place, type));
  return {
    name,
    type,
    notNull: nullable === false,
    ...(defaultSql === null ? {} : { defaultSql }),
    unit,
    ucd: found ?? '',
    description: (description ?? '').replace(/\s+/g, ' ').trim(),
  };
}
