/** A clock that other programs on the machine do not disturb: the CPU time of a session's server process and our own. */
import { existsSync, readFileSync } from 'node:fs';
import type pg from 'pg';

export interface Clock {
  /** Milliseconds since some instant. */
  now(): number;
  readonly what: string;
}

/** CPU time where the server runs here, on Linux; wall time elsewhere. */
export async function sessionClock(client: pg.Client): Promise<Clock> {
  const { rows } = await client.query<{ pid: number; local: boolean }>(
    'select pg_backend_pid() as pid, inet_server_addr() is null as local',
  );
  const [{ pid, local }] = rows;
  // The first number is the time on a CPU [ns].
  const file = `/proc/${pid}/schedstat`;
  if (!local || !existsSync(file)) return { now: () => performance.now(), what: 'wall time' };
  return {
    now: () => {
      const { user, system } = process.cpuUsage();
      return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6 + (user + system) / 1e3;
    },
    what: 'CPU time',
  };
}
