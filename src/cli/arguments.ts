/** Arguments that several commands read alike. */
import { type Command, InvalidArgumentError } from 'commander';

/** `a,b,c` or repeated, as users of the Data Butler write lists. */
export function names(value: string, before: readonly string[] = []): string[] {
  const given = value.split(',').filter((name) => name !== '');
  if (given.length === 0) throw new InvalidArgumentError('it names nothing');
  return [...before, ...given];
}

export function integer(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('it is a whole number');
  return Number(value);
}

export function positive(value: string): number {
  const number = integer(value);
  if (number === 0) throw new InvalidArgumentError('it is a whole number above 0');
  return number;
}

/** A number, 0 or above. */
export function measure(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('it is a number, 0 or above');
  return number;
}

/** A number from 0 to 1. */
export function fraction(value: string): number {
  const number = measure(value);
  if (number > 1) throw new InvalidArgumentError('it is a number from 0 to 1');
  return number;
}

/** Adds `--where`, `--bind`, `--order-by` and `--limit`. */
export function queryOptions(command: Command): Command {
  return command
    .option('-w, --where <expression>', `such as "instrument='DECam' and exposure.day_obs=20190401"`)
    .option('--bind <json>', `values of the names that the expression binds, such as '{"night": 20190401}'`)
    .option('--order-by <columns>', 'columns such as -exposure.exposure_time,detector', names)
    .option('--limit <n>', 'at most this many rows', integer);
}
