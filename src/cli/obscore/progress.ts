/** How long work shows itself, on standard error: a line that changes on a terminal, now and then a line elsewhere. */

/** Where nothing moves on the screen, long work says this often how far it is. */
const secondsBetweenLines = 10;

export const count = (value: number | bigint): string => value.toLocaleString('en-US');

interface Line {
  show(text: string): void;
  close(): void;
}

/** A line that is written over; where standard error is no terminal, `show` is heard now and then. */
function movingLine(): Line {
  if (process.stderr.isTTY)
    return {
      show: (text) => process.stderr.write(`\r\u001b[K${text}`),
      close: () => process.stderr.write('\r\u001b[K'),
    };
  let last = performance.now();
  return {
    show: (text) => {
      if (performance.now() - last < secondsBetweenLines * 1000) return;
      last = performance.now();
      process.stderr.write(`${text}\n`);
    },
    close: () => {},
  };
}

/** Does work of unknown length and says meanwhile what it is and for how long it has been under way. */
export async function whileWaiting<T>(what: string, work: () => Promise<T>): Promise<T> {
  const line = movingLine();
  const since = performance.now();
  const timer = setInterval(() => {
    line.show(`${what}: ${Math.round((performance.now() - since) / 1000)} s`);
  }, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    line.close();
  }
}

export interface RowProgress {
  readonly progressed: (rows: number) => void;
  close(): void;
}

/** Says how many rows are done, of about how many, and how fast. */
export function rowProgress(what: string, of: number | undefined): RowProgress {
  const line = movingLine();
  const since = performance.now();
  let shown = since;
  return {
    progressed: (rows) => {
      const now = performance.now();
      if (now - shown < 200) return;
      shown = now;
      const total = of === undefined || of < rows ? '' : ` of about ${count(of)}`;
      const speed = count(Math.round((rows * 1000) / (now - since)));
      line.show(`${what}: ${count(rows)}${total} rows, ${speed} rows/s`);
    },
    close: line.close,
  };
}
