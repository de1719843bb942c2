import { parse } from 'yaml';
import type { Column } from './table.ts';

/** What a header says of a column besides its type. */
export type Remarks = Pick<Column, 'unit' | 'ucd' | 'description'>;

/** One column of an ECSV header. */
export interface HeaderColumn extends Remarks {
  readonly name: string;
  readonly datatype: string;
  readonly subtype: string | undefined;
}

/** A column that stands for an object in Python, such as a Time, or a masked column stored with its mask. */
export interface SerializedColumn {
  readonly className: string;
  readonly format: string | undefined;
  readonly scale: string | undefined;
  /** Decimals of a second that a Time is written with. */
  readonly precision: number;
  /** Names of the plain columns it was taken apart into, by the part they hold. */
  readonly parts: ReadonlyMap<string, string>;
}

export interface Header {
  readonly delimiter: string;
  readonly columns: readonly HeaderColumn[];
  readonly serialized: ReadonlyMap<string, SerializedColumn>;
  readonly description: string | undefined;
}

type Yaml = string | null | Yaml[] | Map<string, Yaml> | { [key: string]: Yaml };

/**
 * Reads the YAML of an ECSV header (APE 6). Tags of Python classes are passed over; their contents are read as the
 * mappings they are. Raises Error when it is not YAML or names no columns.
 */
export function parseHeader(yaml: string): Header {
  // Every scalar stays text: a column may be called 1.0, null or yes.
  const header = mapping(
    parse(yaml, { schema: 'failsafe', logLevel: 'silent', uniqueKeys: false, maxAliasCount: 1000 }),
  );
  const datatype = header.datatype;
  if (!Array.isArray(datatype) || datatype.length === 0)
    throw new Error('the header has no list of columns under "datatype"');
  const meta = mapping(header.meta);
  return {
    delimiter: text(header.delimiter) ?? ' ',
    columns: datatype.map(columnOf),
    serialized: new Map(
      Object.entries(mapping(meta.__serialized_columns__)).map(([name, value]) => [
        name,
        serializedOf(value),
      ]),
    ),
    description: text(meta.description),
  };
}

function columnOf(entry: Yaml, index: number): HeaderColumn {
  const fields = mapping(entry);
  const name = text(fields.name);
  const datatype = text(fields.datatype);
  if (name === undefined || datatype === undefined)
    throw new Error(`column ${index + 1} of the header lacks its name or datatype`);
  const meta = mapping(fields.meta);
  return {
    name,
    datatype,
    subtype: text(fields.subtype),
    ...present({
      unit: unitOf(fields.unit),
      ucd: text(meta.ucd) ?? text(meta.UCD),
      description: text(fields.description),
    }),
  };
}

function serializedOf(value: Yaml): SerializedColumn {
  const fields = mapping(value);
  const parts = new Map<string, string>();
  collectParts(fields, parts);
  return {
    className: text(fields.__class__) ?? '',
    format: text(fields.format),
    scale: text(fields.scale),
    precision: Number(text(fields.precision) ?? 3),
    parts,
  };
}

/** Parts may hold objects with parts of their own: a SkyCoord of Quantities. */
function collectParts(fields: Record<string, Yaml>, parts: Map<string, string>): void {
  for (const [part, value] of Object.entries(fields)) {
    const inner = mapping(value);
    const name = text(inner.name);
    if (name !== undefined) parts.set(part, name);
    else collectParts(inner, parts);
  }
}

function unitOf(value: Yaml | undefined): string | undefined {
  return text(value) ?? text(mapping(value).unit);
}

/** A mapping, whether written as one or as `!!omap`, a list of single pairs; empty for anything else. */
function mapping(value: Yaml | undefined): Record<string, Yaml> {
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return Object.assign({}, ...value.map(mapping));
  return typeof value === 'object' && value !== null ? value : {};
}

function text(value: Yaml | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
