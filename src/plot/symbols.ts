/** How stars and deep-sky objects look: sizes by magnitude, colours by colour index, one symbol a kind. */
import { element, short } from './svg.ts';

/** Radius of a star's disk, in units of the picture: one magnitude is a factor of 1.33. */
export function starRadius(magnitude: number, faintest: number): number {
  return 0.7 * 1.33 ** (faintest - magnitude);
}

type Rgb = readonly [number, number, number];

/** B-V and a colour that stands out on white: the order of a star's true colours, deeper. */
const colourStops: readonly (readonly [number, Rgb])[] = [
  [-0.3, [33, 78, 181]],
  [0, [76, 126, 209]],
  [0.35, [126, 147, 168]],
  [0.65, [204, 164, 44]],
  [1.05, [226, 128, 24]],
  [1.5, [202, 62, 28]],
  [2, [140, 20, 26]],
];

/** The colour of a star by its B-V; grey where that is not known. */
export function starColour(colourIndex: number | null): string {
  if (colourIndex === null) return '#8a8f98';
  const last = colourStops.length - 1;
  const above = colourStops.findIndex(([stop]) => stop >= colourIndex);
  if (above === 0) return hex(colourStops[0][1]);
  if (above === -1) return hex(colourStops[last][1]);
  const [from, low] = colourStops[above - 1];
  const [to, high] = colourStops[above];
  const part = (colourIndex - from) / (to - from);
  return hex([0, 1, 2].map((i) => low[i] + part * (high[i] - low[i])) as unknown as Rgb);
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

export const colourRange = [colourStops[0][0], colourStops[colourStops.length - 1][0]] as const;

/** What kinds of objects share a symbol. */
export const objectGroups = [
  { symbol: 'galaxy', label: 'galaxy', colour: '#a3195b' },
  { symbol: 'open', label: 'open cluster', colour: '#8a6d00' },
  { symbol: 'globular', label: 'globular cluster', colour: '#8a6d00' },
  { symbol: 'nebula', label: 'nebula', colour: '#0b7a4b' },
  { symbol: 'planetary', label: 'planetary nebula', colour: '#0b7a4b' },
] as const;

export type ObjectGroup = (typeof objectGroups)[number];

const symbolOfKind: Readonly<Record<string, ObjectGroup['symbol']>> = {
  galaxy: 'galaxy',
  'spiral galaxy': 'galaxy',
  'lenticular galaxy': 'galaxy',
  'elliptical galaxy': 'galaxy',
  'irregular galaxy': 'galaxy',
  'dwarf spheroidal galaxy': 'galaxy',
  'open cluster': 'open',
  'globular cluster': 'globular',
  'bright nebula': 'nebula',
  'emission nebula': 'nebula',
  'reflection nebula': 'nebula',
  'star-forming region': 'nebula',
  'supernova remnant': 'nebula',
  'planetary nebula': 'planetary',
};

/** The group of a kind such as 'spiral galaxy'; undefined for what has no symbol (dark nebulae, galaxy clusters). */
export function groupOf(kind: string): ObjectGroup | undefined {
  return objectGroups.find(({ symbol }) => symbol === symbolOfKind[kind]);
}

/** A symbol at a place; half its length and half its width in units of the picture. */
export function objectSymbol(
  { symbol, colour }: ObjectGroup,
  [x, y]: readonly [number, number],
  halfLength: number,
  halfWidth: number,
): string {
  const r = halfLength;
  const line = { fill: 'none', stroke: colour, 'stroke-width': 1.1 };
  switch (symbol) {
    case 'galaxy':
      return element('ellipse', { cx: x, cy: y, rx: r, ry: halfWidth, ...line, fill: `${colour}20` });
    case 'open':
      return element('circle', { cx: x, cy: y, r, ...line, 'stroke-dasharray': '2 1.4' });
    case 'globular':
      return element('path', {
        d: circle(x, y, r) + stroke(x - r, y, 2 * r, 0) + stroke(x, y - r, 0, 2 * r),
        ...line,
      });
    case 'nebula':
      return element('rect', {
        x: x - r,
        y: y - r,
        width: 2 * r,
        height: 2 * r,
        ...line,
        fill: `${colour}20`,
      });
    case 'planetary': {
      const tick = 0.75 * r;
      const ticks = [
        stroke(x + r, y, tick, 0),
        stroke(x - r, y, -tick, 0),
        stroke(x, y + r, 0, tick),
        stroke(x, y - r, 0, -tick),
      ];
      return element('path', { d: circle(x, y, r) + ticks.join(''), ...line });
    }
  }
}

function circle(x: number, y: number, r: number): string {
  const half = (by: number) => `a${short(r)},${short(r)} 0 1 0 ${short(by)},0`;
  return `M${short(x - r)},${short(y)}${half(2 * r)}${half(-2 * r)}`;
}

function stroke(x: number, y: number, dx: number, dy: number): string {
  return `M${short(x)},${short(y)}l${short(dx)},${short(dy)}`;
}
