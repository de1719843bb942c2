/** The all-sky frame: a Mollweide projection with right ascension increasing to the left, and its graticule. */
import { type GeoPath, geoGraticule, geoPath } from 'd3-geo';
import { geoMollweide } from 'd3-geo-projection';
import { type Box, type LabelPlacer, textBox } from './labels.ts';
import { element, group, short, text } from './svg.ts';

/** (ra, decl) in degrees, ICRS. */
export type Position = readonly [number, number];

export interface Frame {
  /** Where a position lies on the picture. */
  project(position: Position): [number, number];
  /** A line through positions, as path data; broken where it leaves one edge of the map for the other. */
  line(positions: readonly Position[]): string;
  /** A small polygon, corners counter-clockwise as seen from outside the sphere, as path data. */
  polygon(corners: readonly Position[]): string;
  /** The map's outline and its meridians every 2 hours and parallels every 30 degrees, as path data. */
  readonly outline: string;
  readonly graticule: string;
  /** Whether a box lies inside the map. */
  contains(box: Box): boolean;
  /** Picture units in one degree at the map's centre. */
  readonly unitsPerDegree: number;
}

export interface FrameShape {
  /** Centre of the map on the picture, and half its width; it is half as high as wide. */
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  /** Right ascension at the centre, degrees. */
  readonly centreRa: number;
}

const margin = 6;

export function skyFrame({ x, y, halfWidth, centreRa }: FrameShape): Frame {
  const projection = geoMollweide()
    .scale(halfWidth / (2 * Math.SQRT2))
    .translate([x, y])
    .rotate([-centreRa, 0])
    .reflectX(true)
    .precision(0.1);
  const path: GeoPath = geoPath(projection).digits(2);
  const draw = (shape: Parameters<GeoPath>[0]) => path(shape) ?? '';
  const arc = (dx: number) => `a${halfWidth},${halfWidth / 2} 0 1 0 ${dx},0`;
  const inside = (px: number, py: number) =>
    Math.hypot((px - x) / (halfWidth - margin), (py - y) / (halfWidth / 2 - margin)) < 1;
  return {
    project: ([ra, decl]) => projection([ra, decl])!,
    line: (positions) => draw({ type: 'LineString', coordinates: positions.map(([ra, decl]) => [ra, decl]) }),
    polygon: (corners) => {
      const ring = corners.toReversed().map(([ra, decl]) => [ra, decl]);
      return draw({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });
    },
    // Exactly this projection's outline, where the path of a sphere would be a polygon.
    outline: `M${x - halfWidth},${y}${arc(2 * halfWidth)}${arc(-2 * halfWidth)}Z`,
    graticule: draw(geoGraticule().stepMinor([30, 30]).stepMajor([90, 360])()),
    contains: ([left, top, right, bottom]) =>
      inside(left, top) && inside(right, top) && inside(left, bottom) && inside(right, bottom),
    unitsPerDegree: halfWidth / 180,
  };
}

const labelSize = 13;

/** Labels of the hours along the equator and of the parallels outside the map; the placer keeps their room free. */
export function graticuleLabels(frame: Frame, shape: FrameShape, placer: LabelPlacer): string {
  const labels: string[] = [];
  const inner = { fill: '#5b6472' };
  for (let hour = 0; hour < 24; hour += 2) {
    const [px, py] = frame.project([hour * 15, 0]);
    const label = `${hour}h`;
    const width = label.length * 0.56 * labelSize;
    const box = textBox(label, px - width / 2, py + labelSize, labelSize);
    if (!placer.isFree(box)) continue;
    placer.reserve(box);
    labels.push(text(px, py + labelSize, label, { ...inner, 'text-anchor': 'middle' }));
  }
  for (const decl of [-60, -30, 0, 30, 60])
    for (const side of [-1, 1]) {
      const edge = frame.project([shape.centreRa - side * 179.999, decl]);
      labels.push(
        text(
          edge[0] + side * (9 + Math.abs(decl) / 6),
          edge[1] + labelSize * 0.35,
          edgeLabel(decl, shape.centreRa),
          {
            ...inner,
            'text-anchor': side < 0 ? 'end' : 'start',
          },
        ),
      );
    }
  for (const decl of [-90, 90]) {
    const [px, py] = frame.project([shape.centreRa, decl]);
    labels.push(
      text(px, py + (decl > 0 ? -8 : labelSize + 6), declinationLabel(decl), {
        ...inner,
        'text-anchor': 'middle',
      }),
    );
  }
  return group({ class: 'graticule-labels', 'font-size': labelSize }, labels);
}

/** On the equator the edge has its hour beside its declination. */
function edgeLabel(decl: number, centreRa: number): string {
  if (decl !== 0) return declinationLabel(decl);
  return `${((centreRa / 15 + 12) % 24).toFixed(0)}h, 0°`;
}

function declinationLabel(decl: number): string {
  return decl === 0 ? '0°' : `${decl > 0 ? '+' : '−'}${Math.abs(decl)}°`;
}

/** A line's name written along it, beside the position at `place` (0 to 1) of its points. */
export function lineLabel(
  frame: Frame,
  positions: readonly Position[],
  place: number,
  label: string,
  colour: string,
  placer: LabelPlacer,
): string {
  const index = Math.floor(place * (positions.length - 1));
  const [from, to] = [frame.project(positions[index]), frame.project(positions[index + 1])];
  const leftToRight = from[0] <= to[0] ? [from, to] : [to, from];
  const [dx, dy] = [leftToRight[1][0] - leftToRight[0][0], leftToRight[1][1] - leftToRight[0][1]];
  const angle = Math.atan2(dy, dx);
  const half = (label.length * 0.56 * labelSize) / 2;
  for (let along = -half; along <= half; along += labelSize / 2) {
    const px = from[0] + along * Math.cos(angle) + 9 * Math.sin(angle);
    const py = from[1] + along * Math.sin(angle) - 9 * Math.cos(angle);
    placer.reserve([px - labelSize / 2, py - labelSize / 2, px + labelSize / 2, py + labelSize / 2]);
  }
  return element(
    'text',
    {
      transform: `translate(${short(from[0])} ${short(from[1])}) rotate(${short((angle * 180) / Math.PI)})`,
      y: -6,
      fill: colour,
      'font-size': labelSize,
      'font-style': 'italic',
      'text-anchor': 'middle',
    },
    label,
  );
}
