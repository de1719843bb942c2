/** Rows of VOTables in TABLEDATA form, as archives send them: enough of XML for that, and no more. */

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text
    .replace(/<!\[CDATA\[(.*?)\]\]>/gs, (_, raw: string) => raw.replaceAll('&', '&amp;'))
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    });
}

/** The rows of the first table: text by the name of its field; null for an empty cell. */
export function votableRows(xml: string): Readonly<Record<string, string | null>>[] {
  const text = xml.replace(/<!--.*?-->/gs, '');
  const names = Array.from(
    text.matchAll(/<FIELD\b[^>]*?\bname\s*=\s*["']([^"']*)["']/g),
    ([, name]) => name!,
  );
  return Array.from(text.matchAll(/<TR\b[^>]*>(.*?)<\/TR>/gs), ([, row]) => {
    const cells = Array.from(row!.matchAll(/<TD\b[^>]*?(?:\/>|>(.*?)<\/TD>)/gs), ([, cell]) => cell ?? '');
    if (cells.length !== names.length) throw new Error(`${cells.length} cells for ${names.length} fields`);
    return Object.fromEntries(
      names.map((name, i) => {
        const value = unescaped(cells[i]!).trim();
        return [name, value === '' ? null : value];
      }),
    );
  });
}
