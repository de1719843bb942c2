/** A connection of a simulation, with clocks of what is done through it. */
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Took } from './timings.ts';

/** CPU time of a server's process [s]; null where it is not on this machine or cannot be seen. */
function processSeconds(pid: number | null): number | null {
  if (pid === null) return null;
  try {
    // The first number is the time on a CPU [ns].
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return null;
  }
}

export class Session {
  readonly client: pg.Client;
  readonly #pid: number | null;

  private constructor(client: pg.Client, pid: number | null) {
    this.client = client;
    this.#pid = pid;
  }

  static async open(connect: () => Promise<pg.Client>): Promise<Session> {
    const client = await connect();
    const { rows } = await client.query<{ pid: number; local: boolean }>(
      'select pg_backend_pid() as pid, inet_server_addr() is null as local',
    );
    return new Session(client, rows[0].local ? rows[0].pid : null);
  }

  /** CPU time of the server's process up to now [s]. */
  get cpu(): number | null {
    return processSeconds(this.#pid);
  }

  /** Does a step and gives what it took, with what it gave. */
  async timed<T>(step: () => Promise<T>): Promise<{ value: T; took: Took }> {
    const [since, before] = [performance.now(), this.cpu];
    const value = await step();
    const after = this.cpu;
    const cpu = before === null || after === null ? null : after - before;
    return { value, took: { real: (performance.now() - since) / 1000, cpu } };
  }
}

/** Does a step of this program's own and gives what it took of its own CPU time, with what it gave. */
export function ownTimed<T>(step: () => T): { value: T; took: Took } {
  const [since, before] = [performance.now(), process.cpuUsage()];
  const value = step();
  const { user, system } = process.cpuUsage(before);
  return { value, took: { real: (performance.now() - since) / 1000, cpu: (user + system) / 1e6 } };
}

/** A clock of everything: this program's CPU time and that of the server's processes. */
export function wholeClock(sessions: readonly Session[]): () => Took {
  const since = performance.now();
  const own = process.cpuUsage();
  const server = (): number | null =>
    sessions.reduce<number | null>((sum, { cpu }) => (sum === null || cpu === null ? null : sum + cpu), 0);
  const before = server();
  return () => {
    const { user, system } = process.cpuUsage(own);
    const after = server();
    const cpu = before === null || after === null ? null : after - before + (user + system) / 1e6;
    return { real: (performance.now() - since) / 1000, cpu };
  };
}
