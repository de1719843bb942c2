/** SVG as text: elements, attributes, numbers with no more digits than a picture needs. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A number to a hundredth of a unit, without trailing zeros. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** An element; undefined attributes are left out, `content` is markup already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  let written = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    written += ` ${key}="${typeof value === 'number' ? short(value) : escapeText(value)}"`;
  }
  return content === '' ? `${written}/>` : `${written}>${content}</${name}>`;
}

/** A group, one child a line. */
export function group(attributes: Attributes, children: readonly string[]): string {
  return element('g', attributes, children.length === 0 ? '' : `\n${children.join('\n')}\n`);
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(content));
}
