import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { reportColumns, reportCsv, reportSvg, visitReports } from '../../../src/apdb/simulate/report.ts';
import { readTimings, type TileTiming, type Timing, TimingLog } from '../../../src/apdb/simulate/timings.ts';

function file(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-report-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return path.join(directory, 'log.jsonl');
}

const tile = (visit: number, detector: number, store: number, stored: number): TileTiming => ({
  visit,
  detector,
  tile: `0x${detector}`,
  visit_time: 60000 + visit,
  took: {
    obj_select: { real: 0.25, cpu: 0.125 },
    src_select: { real: 0.5, cpu: null },
    store: { real: store, cpu: store / 2 },
  },
  rows: { obj_stored: stored },
});

const whole = (visit: number): Timing => ({
  visit,
  visit_time: 60000 + visit,
  tiles: 2,
  took: {
    generate: { real: 0.01, cpu: 0.01 },
    visit_proc: { real: 3, cpu: 2 },
    visit: { real: 4, cpu: 2.5 },
  },
});

function cells(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

test('a visit is one line: mean times of its detectors, sums of their rows', (t) => {
  const reports = visitReports([whole(2), tile(2, 1, 3, 20), tile(2, 0, 1, 10), tile(1, 0, 8, 5)]);
  const [first, second] = cells(reportCsv(reports));
  t.is(first.visit, '1');
  t.is(first.visit_real, '');
  t.is(second.store_real, '2');
  t.is(second.store_cpu, '1');
  t.is(second.obj_stored, '30');
  t.is(second.fsrc_stored, '');
  t.is(second.src_select_cpu, '');
  t.is(second.sum_select_real, '0.75');
  t.is(second.visit_cpu, '2.5');
  t.is(second.tiles, '2');
  t.is(new Set(reportColumns).size, reportColumns.length);
});

test('a detector that was timed again counts once', (t) => {
  const [report] = visitReports([tile(1, 0, 8, 5), tile(1, 0, 2, 7)]);
  t.deepEqual([report.took.store?.real, report.rows.obj_stored], [2, 7]);
});

test('timings come back from their file, without a line that was cut off', (t) => {
  const log = file(t);
  new TimingLog(log).write(tile(1, 0, 8, 5));
  writeFileSync(log, '{"visit":2,"dete', { flag: 'a' });
  const again = new TimingLog(log);
  again.write(tile(3, 0, 8, 5));
  again.write(whole(3));
  t.deepEqual(readTimings(log), { timings: [tile(1, 0, 8, 5), tile(3, 0, 8, 5), whole(3)], spoilt: 1 });
});

test('the picture has a line for each step that was timed', (t) => {
  const svg = reportSvg(visitReports([tile(1, 0, 1, 1), tile(2, 0, 2, 1)]), 'night');
  t.is(svg.match(/<polyline/g)?.length, 3);
  t.regex(svg, />read sources</);
  t.notRegex(svg, />read forced sources</);
});
