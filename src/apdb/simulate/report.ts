/** Timings of a simulation, visit by visit: a table of them, and a picture. */
import { chartColours, chartSvg, type Series } from '../../plot/chart.ts';
import {
  type Count,
  counts,
  type TileStep,
  type TileTiming,
  type Timing,
  type Took,
  tileSteps,
  type VisitStep,
  type VisitTiming,
  visitSteps,
} from './timings.ts';

/** A visit: times are means over its detectors, which work side by side; numbers of rows are sums. */
export interface VisitReport {
  readonly visit: number;
  /** MJD TAI. */
  readonly visitTime: number;
  readonly tiles: number;
  readonly took: Readonly<Partial<Record<TileStep | VisitStep | 'sum_select', Took>>>;
  readonly rows: Readonly<Partial<Record<Count, number>>>;
}

const selects = ['obj_select', 'src_select', 'fsrc_select'] as const;

function mean(values: readonly Took[]): Took | undefined {
  if (values.length === 0) return undefined;
  const known = values.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
  const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
  return {
    real: total(values.map(({ real }) => real)) / values.length,
    cpu: known.length === 0 ? null : total(known) / known.length,
  };
}

function sum(values: readonly Took[]): Took | undefined {
  const middle = mean(values);
  if (middle === undefined) return undefined;
  return { real: middle.real * values.length, cpu: middle.cpu === null ? null : middle.cpu * values.length };
}

const isTile = (timing: Timing): timing is TileTiming => 'detector' in timing;

function reportOf(visit: number, tiles: readonly TileTiming[], whole: VisitTiming | undefined): VisitReport {
  const steps = tileSteps.flatMap((step) => {
    const took = mean(tiles.flatMap((tile) => tile.took[step] ?? []));
    return took === undefined ? [] : [[step, took] as const];
  });
  const took: Partial<Record<TileStep, Took>> = Object.fromEntries(steps);
  const select = sum(selects.flatMap((step) => took[step] ?? []));
  const rows = counts.flatMap((name) => {
    const given = tiles.flatMap((tile) => tile.rows[name] ?? []);
    return given.length === 0 ? [] : [[name, given.reduce((total, number) => total + number, 0)] as const];
  });
  return {
    visit,
    visitTime: (whole ?? tiles[0]).visit_time,
    tiles: tiles.length,
    took: { ...took, ...whole?.took, ...(select === undefined ? {} : { sum_select: select }) },
    rows: Object.fromEntries(rows),
  };
}

/** Visits in order; of a detector that was timed twice, the later. */
export function visitReports(timings: readonly Timing[]): VisitReport[] {
  const visits = new Map<number, { tiles: Map<number, TileTiming>; whole?: VisitTiming }>();
  for (const timing of timings) {
    const visit = visits.get(timing.visit) ?? { tiles: new Map<number, TileTiming>() };
    visits.set(timing.visit, visit);
    if (isTile(timing)) visit.tiles.set(timing.detector, timing);
    else visit.whole = timing;
  }
  return [...visits]
    .sort(([a], [b]) => a - b)
    .map(([visit, { tiles, whole }]) => reportOf(visit, [...tiles.values()], whole));
}

const timed = [...selects, 'sum_select', 'match', 'store', 'tile_visit', ...visitSteps] as const;

/** Columns of the table: a visit, its detectors, times [s] by the wall and on a CPU, numbers of rows. */
export const reportColumns: readonly string[] = [
  'visit',
  'visit_time',
  'tiles',
  ...timed.flatMap((step) => [`${step}_real`, `${step}_cpu`]),
  ...counts,
];

/** Those that a short table has. */
export const shortColumns: readonly string[] = [
  'visit',
  'visit_real',
  'visit_cpu',
  'visit_proc_real',
  'visit_proc_cpu',
];

const seconds = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : String(Number(value.toPrecision(6)));

function fields(report: VisitReport): Map<string, string> {
  const all = new Map<string, string>([
    ['visit', String(report.visit)],
    ['visit_time', String(report.visitTime)],
    ['tiles', String(report.tiles)],
  ]);
  for (const step of timed) {
    all.set(`${step}_real`, seconds(report.took[step]?.real));
    all.set(`${step}_cpu`, seconds(report.took[step]?.cpu));
  }
  for (const name of counts) all.set(name, String(report.rows[name] ?? ''));
  return all;
}

/** The table as CSV, with a header; what is not known is empty. */
export function reportCsv(
  reports: readonly VisitReport[],
  columns: readonly string[] = reportColumns,
): string {
  const lines = reports.map((report) => {
    const all = fields(report);
    return columns.map((column) => all.get(column) ?? '').join(',');
  });
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

const drawn = [
  { step: 'store', label: 'store', colour: chartColours.orange },
  { step: 'obj_select', label: 'read objects', colour: chartColours.green },
  { step: 'src_select', label: 'read sources', colour: chartColours.blue },
  { step: 'fsrc_select', label: 'read forced sources', colour: chartColours.purple },
] as const;

/** Times of reading and of storing against visits, as an SVG document. */
export function reportSvg(reports: readonly VisitReport[], title: string): string {
  const series = drawn.flatMap(({ step, label, colour }): Series[] => {
    const points = reports.flatMap(({ visit, took }): [number, number][] => {
      const value = took[step];
      return value === undefined ? [] : [[visit, value.real]];
    });
    return points.length === 0 ? [] : [{ label, colour, points }];
  });
  return chartSvg({ title, xLabel: 'visit', yLabel: 'seconds', wholeX: true, series });
}
