/** How far a simulation is: a bar on a terminal, a line now and then elsewhere. */
import cliProgress from 'cli-progress';

/** Where nothing moves on the screen, a long run says this often how far it is. */
const secondsBetweenLines = 10;

export interface VisitProgress {
  readonly progressed: (done: number, of: number) => void;
  close(): void;
}

function bar(name: string): VisitProgress {
  const shown = new cliProgress.SingleBar(
    {
      format: `${name} {bar} {percentage}% | {value} of {total} visits | {speed} s a visit | {eta_formatted} left`,
      stream: process.stderr,
      barsize: 30,
      hideCursor: false,
      gracefulExit: false,
      clearOnComplete: true,
      linewrap: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let last: number | undefined;
  return {
    progressed: (done, of) => {
      const now = performance.now();
      const speed = last === undefined ? '–' : ((now - last) / 1000).toFixed(2);
      last = now;
      if (shown.isActive) shown.update(done, { speed });
      else shown.start(of, done, { speed });
    },
    close: () => shown.stop(),
  };
}

function lines(name: string): VisitProgress {
  let shown = performance.now();
  return {
    progressed: (done, of) => {
      if (performance.now() - shown < secondsBetweenLines * 1000) return;
      shown = performance.now();
      console.error(`${name}: ${done} of ${of} visits`);
    },
    close: () => {},
  };
}

export function visitProgress(name: string): VisitProgress {
  return process.stderr.isTTY ? bar(name) : lines(name);
}
