/** What the demo says while it works: numbered steps, commands as one would type them, times. */

const plain = !process.stdout.isTTY || 'NO_COLOR' in process.env;

function styled(code: number, text: string): string {
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}

export const bold = (text: string): string => styled(1, text);
export const dim = (text: string): string => styled(2, text);

/** Seconds since `start`, a reading of `performance.now()`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/** Counts the steps of a run and times each. */
export class Steps {
  readonly #total: number;
  readonly #start = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  async run<T>(title: string, work: () => T | Promise<T>): Promise<T> {
    this.#done++;
    console.log(`\n${bold(`[${this.#done}/${this.#total}] ${title}`)}`);
    const start = performance.now();
    const result = await work();
    console.log(dim(secondsSince(start)));
    return result;
  }

  /** Time since the first step began. */
  elapsed(): string {
    return secondsSince(this.#start);
  }
}
