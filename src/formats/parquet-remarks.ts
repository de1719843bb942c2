import { parseHeader, type Remarks } from './ecsv-header.ts';

/** What a Parquet file says of its table for people. */
export interface TableRemarks {
  readonly columns: ReadonlyMap<string, Remarks>;
  readonly description: string | undefined;
}

const NOTHING: TableRemarks = { columns: new Map(), description: undefined };

/**
 * Units, UCDs and descriptions from the key-value pairs of a Parquet footer: the VOTable header of VOParquet 1.0
 * (IVOA Note, 2025-01-16) or else the ECSV header that astropy and LSST write. What cannot be read is passed over,
 * for the file is whole without it.
 */
export function tableRemarks(
  pairs: readonly { readonly key: string; readonly value?: string }[],
): TableRemarks {
  const find = (key: string) => pairs.find((pair) => pair.key === key)?.value;
  const votable = find('IVOA.VOTable-Parquet.content');
  if (votable !== undefined) return votableRemarks(votable);
  const yaml = find('table_meta_yaml');
  return yaml === undefined ? NOTHING : ecsvRemarks(yaml);
}

function ecsvRemarks(yaml: string): TableRemarks {
  try {
    const { columns, description } = parseHeader(yaml);
    const remarks = columns.map(
      ({ name, unit, ucd, description: text }) => [name, given({ unit, ucd, description: text })] as const,
    );
    return { columns: new Map(remarks), description };
  } catch {
    return NOTHING;
  }
}

const ATTRIBUTES = `((?:[^>"']|"[^"]*"|'[^']*')*?)`;
const element = (name: string) =>
  new RegExp(`<(?:\\w+:)?${name}\\b${ATTRIBUTES}(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>)`, 'g');

/** The fields of the first TABLE, the one that describes the data. */
function votableRemarks(xml: string): TableRemarks {
  const [, , table] = element('TABLE').exec(xml.replace(/<!--[\s\S]*?-->/g, '')) ?? [];
  if (table === undefined) return NOTHING;
  const columns = new Map<string, Remarks>();
  for (const [, attributes, content] of table.matchAll(element('FIELD'))) {
    const { name, unit, ucd } = attributesOf(attributes);
    if (name) columns.set(name, given({ unit, ucd, description: descriptionOf(content) }));
  }
  return { columns, description: descriptionOf(table.replace(element('FIELD'), '')) };
}

function descriptionOf(content: string | undefined): string | undefined {
  const [, , text] = element('DESCRIPTION').exec(content ?? '') ?? [];
  return text === undefined ? undefined : plainText(text).replace(/\s+/g, ' ').trim();
}

function attributesOf(text: string): Partial<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  return Object.fromEntries(
    pairs.map(([, name, double, single]) => [name, plainText(double ?? single).trim()]),
  );
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plainText(xml: string): string {
  return xml.replace(
    /<!\[CDATA\[([\s\S]*?)\]\]>|&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole, data, decimal, hex, name) => {
      if (data !== undefined) return data;
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function given(remarks: Remarks): Remarks {
  return Object.fromEntries(Object.entries(remarks).filter(([, text]) => text !== undefined && text !== ''));
}
