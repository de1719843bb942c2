/** How loads show themselves: a bar a file on a terminal, plain lines elsewhere. */
import { basename } from 'node:path';
import cliProgress from 'cli-progress';
import type { LoadError } from '../load/errors.ts';
import type { LoadEvents } from '../load/load.ts';
import type { LoadResult } from '../load/load_file.ts';
import type { LoadProgress } from '../load/row_stream.ts';
import { formatError } from './options.ts';

/** Where nothing moves on the screen, a long load says this often how far it is. */
const secondsBetweenLines = 10;

const count = (value: number) => value.toLocaleString('en-US');

function rate(rows: number, seconds: number): string {
  return count(Math.round(rows / Math.max(seconds, 0.001)));
}

/** The closing line of a file, and one line for each row that was left out. */
export function resultLines(result: LoadResult): string[] {
  const { path, status, rows, refusals, seconds, created, notes } = result;
  const refused = refusals.map(
    ({ row, column, reason }) => `${path}: row ${row}, column "${column}": ${reason}`,
  );
  const remarks = notes.map((note) => `${path}: ${note}`);
  const left = refusals.length === 0 ? '' : `, ${count(refusals.length)} refused`;
  if (status === 'already') return [`${path}: already ${notes[0]}`];
  if (status === 'checked') {
    const made = created ? '; the table would be made' : '';
    return [...refused, ...remarks, `${path}: ${count(rows)} rows can be loaded${left}${made}`];
  }
  const made = created ? ' into a new table' : '';
  const speed = `in ${seconds.toFixed(2)} s (${rate(rows, seconds)} rows/s)`;
  return [...refused, ...remarks, `${path}: ${count(rows)} rows loaded${made} ${speed}${left}`];
}

/** What a file's failure looks like: each refused row, then why nothing of it was loaded. */
export function failureLines(path: string, error: Error): string[] {
  const { refusals = [] } = error as Partial<LoadError>;
  const refused = refusals.map(
    ({ row, column, reason }) => `${path}: row ${row}, column "${column}": ${reason}`,
  );
  return [
    ...(refused.length > 1 ? refused : []),
    `${formatError(error)}`,
    `${path}: nothing of it was loaded`,
  ];
}

export interface Report extends LoadEvents {
  close(): void;
}

/** Lines for files, pipes and logs. */
function lineReport(): Report {
  const shown = new Map<string, number>();
  const started = new Map<string, number>();
  return {
    started: (path) => {
      started.set(path, performance.now());
      shown.set(path, performance.now());
    },
    progressed: (path, { rows, of }) => {
      const now = performance.now();
      if (now - shown.get(path)! < secondsBetweenLines * 1000) return;
      shown.set(path, now);
      const speed = rate(rows, (now - started.get(path)!) / 1000);
      console.log(
        `${path}: ${count(rows)}${of === undefined ? '' : ` of ${count(of)}`} rows, ${speed} rows/s`,
      );
    },
    finished: (result) => {
      for (const line of resultLines(result)) console.log(line);
    },
    failed: (path, error) => {
      for (const line of failureLines(path, error)) console.error(line);
    },
    noticed: (message) => console.error(`notice: ${message}`),
    close: () => {},
  };
}

/** Bars that end as lines. */
function barReport(): Report {
  const bars = new cliProgress.MultiBar(
    {
      format: '{file} {bar} {percentage}% | {done} rows | {speed} rows/s | {left}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      hideCursor: false,
      // An interrupt ends the program as it would without a bar.
      gracefulExit: false,
      clearOnComplete: true,
      linewrap: false,
      etaBuffer: 50,
    },
    cliProgress.Presets.shades_classic,
  );
  const running = new Map<string, { bar: cliProgress.SingleBar; since: number }>();
  const end = (path: string, lines: readonly string[]) => {
    // Logged lines show at the next redraw: removing the bar is one.
    for (const line of lines) bars.log(`${line}\n`);
    const { bar } = running.get(path) ?? {};
    if (bar === undefined) bars.update();
    else bars.remove(bar);
    running.delete(path);
  };
  return {
    started: (path) => {
      const payload = { file: basename(path), done: '0', speed: '0', left: '' };
      running.set(path, { bar: bars.create(1, 0, payload), since: performance.now() });
    },
    progressed: (path, { rows, of }: LoadProgress) => {
      const { bar, since } = running.get(path)!;
      const seconds = (performance.now() - since) / 1000;
      const left = of === undefined ? '' : `${Math.ceil(((of - rows) * seconds) / Math.max(rows, 1))} s left`;
      if (of !== undefined) bar.setTotal(Math.max(of, 1));
      bar.update(of === undefined ? 0 : rows, { done: count(rows), speed: rate(rows, seconds), left });
    },
    finished: (result) => end(result.path, resultLines(result)),
    failed: (path, error) => end(path, failureLines(path, error)),
    noticed: (message) => bars.log(`notice: ${message}\n`),
    close: () => bars.stop(),
  };
}

/** Bars where both outputs are a terminal, lines elsewhere. */
export function makeReport(): Report {
  return process.stdout.isTTY && process.stderr.isTTY ? barReport() : lineReport();
}
