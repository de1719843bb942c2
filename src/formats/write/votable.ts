/** VOTable 1.5 with its rows as TABLEDATA, laid out as astropy does. */
import type { ColumnType, FilePieces, OutputColumn, TextRow, TextRows } from './columns.ts';
import { astropyFloats, floatText } from './float_text.ts';

export interface Field {
  readonly datatype: 'boolean' | 'short' | 'int' | 'long' | 'double' | 'char';
  readonly ref?: string;
  readonly ucd?: string;
  readonly unit?: string;
  readonly utype?: string;
  readonly description?: string;
}

export interface Info {
  readonly name: string;
  readonly value: string;
  readonly content?: string;
}

type Attributes = Readonly<Record<string, string | undefined>>;

export interface VOTable {
  /** Said in a comment at the head of the file. */
  readonly producer: string;
  readonly infos: readonly Info[];
  readonly resource: {
    readonly description?: string;
    readonly infos: readonly Info[];
    /** COOSYS, TIMESYS. */
    readonly systems: readonly { readonly tag: string; readonly attributes: Attributes }[];
  };
  /** One a column, in the columns' order. */
  readonly fields: readonly Field[];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  // Reading would make a line feed of it.
  '\r': '&#xD;',
};

/** XML 1.0 has no way to say these characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function escaped(text: string, characters: RegExp): string {
  return text.replace(unspeakable, '\ufffd').replace(characters, (character) => entities[character]);
}

const contentText = (text: string): string => escaped(text, /[&<>\r]/g);

/** Attributes in the order of their names, those without a value left out. */
function attributesText(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((name) => {
      const value = attributes[name];
      return value === undefined ? '' : ` ${name}="${escaped(value, /[&<>'"\r]/g)}"`;
    })
    .join('');
}

/** A name that XML takes as an ID. */
function xmlId(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_');
}

/** IDs of columns, made distinct where two names give one. */
function fieldIds(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const wanted = xmlId(name);
    let id = wanted;
    for (let i = 2; taken.has(id); i++) id = `${wanted}_${i}`;
    taken.add(id);
    return id;
  });
}

const lineWidth = 70;

/** An element of running text, its lines filled up to 70 characters. */
function paragraph(tag: string, text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && [...`${last} ${word}`].length <= lineWidth)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(`${indent} ${word}`);
  }
  return `${indent}<${tag}>\n${lines.map((line) => `${contentText(line)}\n`).join('')}${indent}</${tag}>\n`;
}

function infoText({ name, value, content }: Info, indent: string): string {
  const start = `${indent}<INFO${attributesText({ ID: xmlId(name), name, value })}`;
  return content === undefined ? `${start}/>\n` : `${start}>${contentText(content)}</INFO>\n`;
}

function fieldText(name: string, id: string, field: Field): string {
  const { description, ...attributes } = field;
  const indent = '   ';
  const start = `${indent}<FIELD${attributesText({
    ...attributes,
    ID: id,
    name,
    arraysize: field.datatype === 'char' ? '*' : undefined,
  })}`;
  if (!description) return `${start}/>\n`;
  return `${start}>\n${paragraph('DESCRIPTION', description, `${indent} `)}${indent}</FIELD>\n`;
}

/** How a value of each type is written. */
const cells: Readonly<Record<ColumnType, (text: string) => string>> = {
  boolean: (text) => (text === 't' ? 'T' : 'F'),
  int16: (text) => text,
  int32: (text) => text,
  int64: (text) => text,
  float64: (text) => floatText(text, astropyFloats),
  string: contentText,
};

function head(table: VOTable, columns: readonly OutputColumn[]): string {
  const namespace = 'http://www.ivoa.net/xml/VOTable/v1.3';
  const ids = fieldIds(columns.map(({ name }) => name));
  const { description, infos, systems } = table.resource;
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    `<!-- Produced with ${contentText(table.producer).replaceAll('--', '- -')} -->\n`,
    `<VOTABLE version="1.5" xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`,
    ` xsi:schemaLocation="${namespace} http://www.ivoa.net/xml/VOTable/VOTable-1.5.xsd">\n`,
    ...table.infos.map((info) => infoText(info, ' ')),
    ' <RESOURCE type="results">\n',
    description === undefined ? '' : paragraph('DESCRIPTION', description, '  '),
    ...infos.map((info) => infoText(info, '  ')),
    ...systems.map(({ tag, attributes }) => `  <${tag}${attributesText(attributes)}/>\n`),
    '  <TABLE>\n',
    ...columns.map(({ name }, i) => fieldText(name, ids[i], table.fields[i])),
    '   <DATA>\n    <TABLEDATA>\n',
  ].join('');
}

const tail = '    </TABLEDATA>\n   </DATA>\n  </TABLE>\n </RESOURCE>\n</VOTABLE>\n';

/** A VOTable. NULL is an empty cell, and so is an empty string. */
export async function* writeVotable(
  columns: readonly OutputColumn[],
  rows: TextRows,
  table: VOTable,
): FilePieces {
  const formats = columns.map(({ type }) => cells[type]);
  const rowText = (row: TextRow): string => {
    let text = '     <TR>\n';
    for (let i = 0; i < formats.length; i++) {
      const value = row[i];
      text += value ? `      <TD>${formats[i](value)}</TD>\n` : '      <TD/>\n';
    }
    return `${text}     </TR>\n`;
  };
  yield head(table, columns);
  for await (const batch of rows) yield batch.map(rowText).join('');
  yield tail;
}
