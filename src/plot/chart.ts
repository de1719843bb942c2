/** A chart of series of points against one axis: dots, and through their medians a line. */
import { element, group, text } from './svg.ts';

export interface Series {
  readonly label: string;
  readonly colour: string;
  /** In order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dash?: string;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Values of x are whole numbers, and so are its ticks. */
  readonly wholeX?: boolean;
  readonly series: readonly Series[];
}

/** Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008). */
export const chartColours = {
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  sky: '#56b4e9',
  ink: '#333a45',
} as const;

const size = { width: 960, height: 540 };
const area = { left: 84, top: 64, right: 936, bottom: 470 };
const ink = '#333a45';
const soft = '#5b6472';
const rule = '#e3e7ec';

/** A line has at most so many points; dots are drawn while there are at most so many of them. */
const linePoints = 240;
const mostDots = 4000;

/** Round numbers, about so many, from the first at or above `low` to the last at or below `high`. */
export function roundTicks(low: number, high: number, about: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

const median = (sorted: readonly number[]) =>
  (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;

/** Medians of neighbouring points, so many at most; the points themselves where they are no more. */
export function medians(points: Series['points'], most: number): readonly (readonly [number, number])[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => {
    const from = Math.floor((i * points.length) / most);
    const part = points.slice(from, Math.floor(((i + 1) * points.length) / most));
    const middle = (axis: 0 | 1) => median(part.map((point) => point[axis]).sort((a, b) => a - b));
    return [middle(0), middle(1)] as const;
  });
}

function tickLabel(value: number): string {
  return Math.abs(value) >= 1000 ? value.toLocaleString('en-US') : String(value);
}

/** The range of a chart along one axis; half a unit to each side where all values are one. */
function range(values: readonly number[], least: number): [low: number, high: number] {
  let [low, high] = [least, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** The chart as an SVG document. The y axis begins at 0 where no value is below. */
export function chartSvg({ title, xLabel, yLabel, wholeX, series }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const [xLow, xHigh] = range(
    points.map(([x]) => x),
    Number.POSITIVE_INFINITY,
  );
  const [yLow, yTop] = range(
    points.map(([, y]) => y),
    0,
  );
  const yHigh = yTop + (yTop - yLow) * 0.04;
  const px = (x: number) => area.left + ((x - xLow) / (xHigh - xLow)) * (area.right - area.left);
  const py = (y: number) => area.bottom - ((y - yLow) / (yHigh - yLow)) * (area.bottom - area.top);
  const small = { fill: soft, 'font-size': 13 };
  const grid = roundTicks(yLow, yHigh, 6).flatMap((y) => [
    element('line', { x1: area.left, x2: area.right, y1: py(y), y2: py(y), stroke: rule }),
    text(area.left - 10, py(y) + 4.5, tickLabel(y), { ...small, 'text-anchor': 'end' }),
  ]);
  const xTicks = roundTicks(xLow, xHigh, 10).filter((x) => !wholeX || Number.isInteger(x));
  const columns = xTicks.flatMap((x) => [
    element('line', { x1: px(x), x2: px(x), y1: area.bottom, y2: area.bottom + 5, stroke: soft }),
    text(px(x), area.bottom + 21, tickLabel(x), { ...small, 'text-anchor': 'middle' }),
  ]);
  const dots = points.length > mostDots ? [] : series.map((one) => dotsOf(one, px, py));
  const lines = series.map(({ points: own, colour, dash }) =>
    element('polyline', {
      points: medians(own, linePoints)
        .map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`)
        .join(' '),
      fill: 'none',
      stroke: colour,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
      'stroke-dasharray': dash,
    }),
  );
  const axis = element('line', {
    x1: area.left,
    x2: area.right,
    y1: area.bottom,
    y2: area.bottom,
    stroke: soft,
  });
  const middle = (area.top + area.bottom) / 2;
  const labels = [
    text(area.left, 34, title, { fill: ink, 'font-size': 18, 'font-weight': 600 }),
    text((area.left + area.right) / 2, area.bottom + 50, xLabel, { ...small, 'text-anchor': 'middle' }),
    element(
      'g',
      { transform: `translate(22 ${middle}) rotate(-90)` },
      text(0, 0, yLabel, { ...small, 'text-anchor': 'middle' }),
    ),
  ];
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${size.width} ${size.height}`,
      'font-family': 'Helvetica, Arial, sans-serif',
      role: 'img',
    },
    [
      '',
      element('title', {}, title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
      element('rect', { width: size.width, height: size.height, fill: '#ffffff' }),
      group({ class: 'grid' }, [...grid, ...columns, axis]),
      group({ class: 'dots' }, dots),
      group({ class: 'lines' }, lines),
      group({ class: 'labels' }, labels),
      legend(series),
      '',
    ].join('\n'),
  )}\n`;
}

function dotsOf({ points, colour }: Series, px: (x: number) => number, py: (y: number) => number): string {
  return group(
    { fill: colour, 'fill-opacity': '0.35' },
    points.map(([x, y]) => element('circle', { cx: px(x), cy: py(y), r: 2 })),
  );
}

/** Names of the series at the top right, the last of them at the edge. */
function legend(series: readonly Series[]): string {
  const parts: string[] = [];
  let right = area.right;
  for (const { label, colour, dash } of series.toReversed()) {
    const width = label.length * 7.2;
    parts.push(text(right, 54, label, { fill: ink, 'font-size': 13, 'text-anchor': 'end' }));
    const end = right - width - 6;
    parts.push(
      element('line', {
        x1: end - 22,
        x2: end,
        y1: 49.5,
        y2: 49.5,
        stroke: colour,
        'stroke-width': 3,
        'stroke-dasharray': dash,
      }),
    );
    right = end - 22 - 18;
  }
  return group({ class: 'legend' }, parts);
}
