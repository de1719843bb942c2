/**
 * The whole sky as an SVG picture: stars by magnitude and colour over the density of fainter ones, deep-sky objects
 * by kind, the galactic plane and the ecliptic. Every position is ICRS, in degrees.
 */
import { type DensityPixel, type PixelCount, smoothDensity } from './density.ts';
import { type Frame, type FrameShape, graticuleLabels, lineLabel, type Position, skyFrame } from './frame.ts';
import { type Box, LabelPlacer } from './labels.ts';
import { type LegendContent, legend } from './legend.ts';
import { element, group, short, text } from './svg.ts';
import { groupOf, objectSymbol, starColour, starRadius } from './symbols.ts';

export interface Star {
  readonly position: Position;
  readonly magnitude: number;
  /** B-V, magnitudes; null where it is not known. */
  readonly colourIndex: number | null;
  readonly name: string | null;
}

export interface SkyObject {
  readonly position: Position;
  /** As in 'spiral galaxy' or 'open cluster'. */
  readonly kind: string;
  readonly majorArcmin: number | null;
  readonly minorArcmin: number | null;
  readonly name: string | null;
}

export interface SkyMap {
  readonly title: string;
  readonly subtitle: string;
  /** Brightest first: the brightest are labelled before others. */
  readonly stars: readonly Star[];
  /** Most prominent first. */
  readonly objects: readonly SkyObject[];
  readonly counts: readonly PixelCount[];
  readonly countsLabel: string;
  readonly galacticPlane: readonly Position[];
  readonly ecliptic: readonly Position[];
  readonly galacticCentre: Position;
}

const size = { width: 1800, height: 1136 };
const map: FrameShape = { x: 900, y: 542, halfWidth: 838, centreRa: 0 };
const paper = '#ffffff';
const lines = {
  galactic: { label: 'galactic plane', colour: '#2f5597' },
  ecliptic: { label: 'ecliptic', colour: '#a0662a', dash: '5 4' },
};
const shades = [
  '#fbfcfe',
  '#f4f7fc',
  '#edf2f9',
  '#e5ecf6',
  '#dde6f3',
  '#d4dff0',
  '#cbd8ec',
  '#c1d0e8',
  '#b6c8e3',
];

interface Shading {
  readonly markup: string;
  readonly least: number;
  readonly most: number;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.round(part * (sorted.length - 1))];
}

/** Pixels of one shade make one path; a stroke of the same colour closes the seams between them. */
function shading(frame: Frame, pixels: readonly DensityPixel[]): Shading | undefined {
  if (pixels.length === 0) return undefined;
  const sorted = pixels.map(({ density }) => density).sort((a, b) => a - b);
  const least = quantile(sorted, 0.02);
  const most = quantile(sorted, 0.995);
  const paths = shades.map((): string[] => []);
  for (const { corners, density } of pixels) {
    const part = (density - least) / (most - least || 1);
    const shade = Math.min(shades.length - 1, Math.max(0, Math.floor(part * shades.length)));
    paths[shade].push(frame.polygon(corners));
  }
  const drawn = paths.map((parts, shade) =>
    element('path', { d: parts.join(''), fill: shades[shade], stroke: shades[shade], 'stroke-width': 0.6 }),
  );
  // Blurred, because the pixels' outlines mean nothing; clipped, because the blur leaves the map.
  const blur = element('feGaussianBlur', { stdDeviation: 5 });
  const definitions = element(
    'defs',
    {},
    element('clipPath', { id: 'sky' }, element('path', { d: frame.outline })) +
      element('filter', { id: 'blur' }, blur),
  );
  const surface = group({ filter: 'url(#blur)' }, drawn);
  return {
    markup: definitions + group({ class: 'density', 'clip-path': 'url(#sky)' }, [surface]),
    least,
    most,
  };
}

function drawnStars(frame: Frame, stars: readonly Star[], faintest: number): string {
  return group(
    { class: 'stars' },
    stars.map(({ position, magnitude, colourIndex }) => {
      const [cx, cy] = frame.project(position);
      return element('circle', { cx, cy, r: starRadius(magnitude, faintest), fill: starColour(colourIndex) });
    }),
  );
}

/** Half the axes of an object on the picture: its true size, or that of a symbol where it would be too small. */
function halfAxes(frame: Frame, { kind, majorArcmin, minorArcmin }: SkyObject): [number, number] {
  const least = groupOf(kind)?.symbol === 'planetary' ? 2.6 : 4;
  const major = ((majorArcmin ?? 0) / 120) * frame.unitsPerDegree;
  const ratio = majorArcmin && minorArcmin ? Math.max(0.35, minorArcmin / majorArcmin) : 0.6;
  const half = Math.max(least, major);
  return [half, half * ratio];
}

function drawnObjects(frame: Frame, objects: readonly SkyObject[]): string {
  const drawn = objects.map((object) => {
    const [halfLength, halfWidth] = halfAxes(frame, object);
    return objectSymbol(groupOf(object.kind)!, frame.project(object.position), halfLength, halfWidth);
  });
  return group({ class: 'objects' }, drawn);
}

interface Named {
  readonly label: string;
  readonly at: [number, number];
  readonly radius: number;
  readonly size: number;
  readonly colour: string;
  readonly weight?: number;
}

function namedStars(frame: Frame, stars: readonly Star[], faintest: number): Named[] {
  return stars
    .filter(({ name }) => name !== null)
    .map((star) => ({
      label: star.name!,
      at: frame.project(star.position),
      radius: starRadius(star.magnitude, faintest),
      size: 13.5,
      colour: '#1f2733',
      weight: 500,
    }));
}

function namedObjects(frame: Frame, objects: readonly SkyObject[]): Named[] {
  return objects
    .filter(({ name }) => name !== null)
    .map((object) => ({
      label: object.name!,
      at: frame.project(object.position),
      radius: halfAxes(frame, object)[0],
      size: 12,
      colour: groupOf(object.kind)!.colour,
    }));
}

function around([x, y]: readonly [number, number], radius: number): Box {
  return [x - radius, y - radius, x + radius, y + radius];
}

/** Labels in the order given, each where there is room; those that have none are left out. */
function placed(named: readonly Named[], placer: LabelPlacer): string[] {
  return named.flatMap(({ label, at, radius, size, colour, weight }) => {
    const place = placer.place(label, at, radius, size);
    if (place === undefined) return [];
    return [text(place.x, place.y, label, { fill: colour, 'font-size': size, 'font-weight': weight })];
  });
}

/** The galactic centre's label before all others, then stars', then objects', clear of whatever is labelled or bright. */
function labels(
  frame: Frame,
  sky: SkyMap,
  objects: readonly SkyObject[],
  faintest: number,
  placer: LabelPlacer,
): string {
  const centre = { label: 'galactic centre', at: frame.project(sky.galacticCentre), radius: 6, size: 12.5 };
  const written = placed([{ ...centre, colour: lines.galactic.colour }], placer);
  const named = [...namedStars(frame, sky.stars, faintest), ...namedObjects(frame, objects)];
  for (const { at, radius } of named) placer.reserve(around(at, radius));
  for (const { position, magnitude } of sky.stars)
    if (magnitude < 2.5) placer.reserve(around(frame.project(position), starRadius(magnitude, faintest)));
  // A halo of paper keeps the letters legible over stars and shades.
  const halo = { stroke: paper, 'stroke-width': 2.6, 'stroke-linejoin': 'round', 'paint-order': 'stroke' };
  return group({ class: 'labels', ...halo }, [...written, ...placed(named, placer)]);
}

/**
 * The picture as the text of an SVG file: 1800 by 1136 units on white, Mollweide, 0h at the centre, right ascension
 * increasing to the left. Objects of a kind that has no symbol are not drawn.
 */
export function skyMap(sky: SkyMap): string {
  const frame = skyFrame(map);
  const placer = new LabelPlacer(frame.contains);
  const faintest = sky.stars.reduce((most, { magnitude }) => Math.max(most, magnitude), 6);
  const objects = sky.objects.filter(({ kind }) => groupOf(kind) !== undefined);
  const shaded = shading(frame, smoothDensity(sky.counts, 2));
  const content: LegendContent = {
    faintest,
    lines: [lines.galactic, lines.ecliptic],
    densityLabel: sky.countsLabel,
    density: shaded && { shades, least: shaded.least, most: shaded.most },
  };
  const line = (positions: readonly Position[], { colour, dash }: { colour: string; dash?: string }) =>
    element('path', {
      d: frame.line(positions),
      fill: 'none',
      stroke: colour,
      'stroke-width': 1.3,
      'stroke-dasharray': dash,
      opacity: 0.75,
    });
  const hours = graticuleLabels(frame, map, placer);
  const lineLabels = [
    lineLabel(frame, sky.galacticPlane, 0.34, lines.galactic.label, lines.galactic.colour, placer),
    lineLabel(frame, sky.ecliptic, 0.37, lines.ecliptic.label, lines.ecliptic.colour, placer),
  ];
  const [x, y] = frame.project(sky.galacticCentre);
  const cross = `M${short(x - 5)},${short(y)}h10M${short(x)},${short(y - 5)}v10`;
  const body = [
    element('rect', { width: size.width, height: size.height, fill: paper }),
    text(62, 52, sky.title, { 'font-size': 30, 'font-weight': 600, fill: '#1f2733' }),
    text(62, 80, sky.subtitle, { 'font-size': 15.5, fill: '#5b6472' }),
    element('path', { class: 'sky', d: frame.outline, fill: shades[0] }),
    ...(shaded ? [shaded.markup] : []),
    element('path', {
      class: 'graticule',
      d: frame.graticule,
      fill: 'none',
      stroke: '#9aa5b5',
      'stroke-width': 0.6,
      opacity: 0.6,
    }),
    line(sky.galacticPlane, lines.galactic),
    line(sky.ecliptic, lines.ecliptic),
    drawnObjects(frame, objects),
    drawnStars(frame, sky.stars, faintest),
    element('path', { d: cross, stroke: lines.galactic.colour, 'stroke-width': 1.6 }),
    element('path', { d: frame.outline, fill: 'none', stroke: '#5b6472', 'stroke-width': 1.2 }),
    hours,
    ...lineLabels,
    labels(frame, sky, objects, faintest, placer),
    legend(62, 1040, content),
  ];
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${size.width} ${size.height}`,
    width: size.width,
    height: size.height,
    'font-family': "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
  };
  return `${element('svg', root, `\n${body.join('\n')}\n`)}\n`;
}
