/** Work that needs exclusive locks for a moment, and lets nobody wait long behind it while it waits for them itself. */
import { isDeadlock, isLockNotAvailable } from '../sqlstate.ts';

/** How long one attempt waits for a lock: less than others wait before they look for deadlocks [ms]. */
const patience = 200;

/** Between attempts [s]. */
const [shortestPause, longestPause] = [0.01, 2];

/**
 * Runs a body in a subtransaction, again and again until it gets its locks: where it does not, all that it locked is
 * given up, and whoever queued behind it goes on.
 */
export function attempt<T>(body: () => T): T {
  const [{ given }] = plv8.execute(`select current_setting('lock_timeout') as given`) as [{ given: string }];
  const setTimeout = (value: string) => plv8.execute(`select set_config('lock_timeout', $1, true)`, [value]);
  for (let pause = shortestPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return plv8.subtransaction(() => {
        setTimeout(`${patience}ms`);
        const result = body();
        setTimeout(given);
        return result;
      });
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      plv8.execute('select pg_sleep($1)', [pause]);
    }
  }
}

/** Whether what failed may succeed when it is tried again. */
export function isLockFailure(error: unknown): boolean {
  return isLockNotAvailable(error) || isDeadlock(error);
}
