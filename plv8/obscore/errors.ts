/** Errors of ObsCore tables: each has a name at the head of its message, and an SQLSTATE of class OC. */
import { Failure } from '../failure.ts';

export const obscoreErrors = {
  /** A configuration is wrong: the detail has a line for each complaint, with its path. */
  ObsCoreConfigError: 'OC001',
  /** No such ObsCore table. */
  MissingObsCoreTableError: 'OC002',
  /** What is asked for does not fit the state of things: a table that is there already, a mode that lacks it. */
  ObsCoreStateError: 'OC003',
  /** A dataset's row cannot be made whole, and on_error is raise. */
  ObsCoreRecordError: 'OC004',
  /** A parameter of a search cannot be read. */
  ObsCoreQueryError: 'OC005',
} as const;

export type ObsCoreErrorName = keyof typeof obscoreErrors;

/** What to throw: `obscoreError('MissingObsCoreTableError', "registry r has no ObsCore table 'x'", { hint })`. */
export function obscoreError(
  name: ObsCoreErrorName,
  message: string,
  more: { detail?: string; hint?: string } = {},
): Failure {
  return new Failure(obscoreErrors[name], `${name}: ${message}`, more);
}
