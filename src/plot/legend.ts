/** The legend under the map: magnitudes, colours, symbols, lines and shades, side by side. */

import { element, group, text } from './svg.ts';
import { colourRange, objectGroups, objectSymbol, starColour, starRadius } from './symbols.ts';

export interface LegendLine {
  readonly label: string;
  readonly colour: string;
  readonly dash?: string;
}

export interface LegendContent {
  readonly faintest: number;
  readonly lines: readonly LegendLine[];
  /** Shades from sparse to dense with the densities at both ends; absent where the map has none. */
  readonly density?: { readonly shades: readonly string[]; readonly least: number; readonly most: number };
  /** What the shades count. */
  readonly densityLabel: string;
}

const ink = '#333a45';
const soft = '#5b6472';
const centred = { 'text-anchor': 'middle', fill: soft, 'font-size': 13 };

function heading(x: number, y: number, label: string): string {
  return text(x, y, label, { fill: ink, 'font-size': 14, 'font-weight': 600 });
}

function magnitudes(x: number, y: number, faintest: number): string[] {
  const parts = [heading(x, y, 'V magnitude')];
  let at = x + 4;
  for (let magnitude = -1; magnitude <= Math.floor(faintest); magnitude++) {
    const r = starRadius(magnitude, faintest);
    at += Math.max(r, 8);
    parts.push(element('circle', { cx: at, cy: y + 28, r, fill: '#4a5568' }));
    parts.push(text(at, y + 56, magnitude < 0 ? `−${-magnitude}` : String(magnitude), centred));
    at += Math.max(r, 8) + 10;
  }
  return parts;
}

function colours(x: number, y: number, width: number): string[] {
  const [bluest, reddest] = colourRange;
  const stops = Array.from({ length: 24 }, (_, index) => {
    const part = index / 23;
    return element('stop', { offset: part, 'stop-color': starColour(bluest + part * (reddest - bluest)) });
  });
  const ticks = [0, 0.5, 1, 1.5, 2].map((value) =>
    text(x + ((value - bluest) / (reddest - bluest)) * width, y + 56, value.toFixed(1), centred),
  );
  return [
    heading(x, y, 'colour index B−V'),
    element('defs', {}, element('linearGradient', { id: 'colour-index' }, stops.join(''))),
    element('rect', { x, y: y + 21, width, height: 14, rx: 2, fill: 'url(#colour-index)' }),
    ...ticks,
  ];
}

function symbols(x: number, y: number): string[] {
  const parts = [heading(x, y, 'deep-sky objects')];
  for (const [index, entry] of objectGroups.entries()) {
    const left = x + Math.floor(index / 2) * 148;
    const line = y + 26 + (index % 2) * 25;
    parts.push(objectSymbol(entry, [left + 8, line], 5.5, entry.symbol === 'galaxy' ? 3 : 5.5));
    parts.push(text(left + 23, line + 5, entry.label, { fill: soft, 'font-size': 13 }));
  }
  return parts;
}

function lines(x: number, y: number, entries: readonly LegendLine[]): string[] {
  const parts = [heading(x, y, 'planes')];
  for (const [index, { label, colour, dash }] of entries.entries()) {
    const line = y + 26 + index * 25;
    const d = `M${x},${line}h30`;
    parts.push(element('path', { d, stroke: colour, 'stroke-width': 1.6, 'stroke-dasharray': dash }));
    parts.push(text(x + 38, line + 5, label, { fill: soft, 'font-size': 13 }));
  }
  return parts;
}

function shades(x: number, y: number, width: number, content: LegendContent): string[] {
  if (content.density === undefined) return [];
  const { shades: colours, least, most } = content.density;
  const step = width / colours.length;
  const boxes = colours.map((fill, index) =>
    element('rect', { x: x + index * step, y: y + 21, width: step + 0.5, height: 14, fill }),
  );
  return [
    heading(x, y, content.densityLabel),
    ...boxes,
    text(x, y + 56, least.toFixed(1), { ...centred, 'text-anchor': 'start' }),
    text(x + width, y + 56, most.toFixed(1), { ...centred, 'text-anchor': 'end' }),
  ];
}

/** The legend's row, its top left corner at (x, y), in a space of 1680 by 60. */
export function legend(x: number, y: number, content: LegendContent): string {
  return group({ class: 'legend' }, [
    ...magnitudes(x, y, content.faintest),
    ...colours(x + 325, y, 215),
    ...symbols(x + 605, y),
    ...lines(x + 1080, y, content.lines),
    ...shades(x + 1275, y, 300, content),
  ]);
}
