/** Errors of alert-production databases: each has a name at the head of its message, and an SQLSTATE of class AP. */
import { Failure } from '../failure.ts';

export const apdbErrors = {
  /** A configuration or a schema definition is wrong: the detail has a line for each complaint, with its path. */
  ApdbConfigError: 'AP001',
  /** No such APDB. */
  MissingApdbError: 'AP002',
  /** What is asked for does not fit the state of things: a name that is taken, an option that the APDB lacks. */
  ApdbStateError: 'AP003',
  /** Rows that are to be stored are wrong: the detail names the table, the row and the column. */
  ApdbDataError: 'AP004',
  /** An object, a source, a visit or a chunk that is named does not exist. */
  MissingRecordError: 'AP005',
  /** Versions that this Almagest does not work with. */
  IncompatibleVersionError: 'AP006',
} as const;

export type ApdbErrorName = keyof typeof apdbErrors;

/** What to throw: `apdbError('MissingApdbError', "there is no APDB 'x'", { hint })`. */
export function apdbError(
  name: ApdbErrorName,
  message: string,
  more: { detail?: string; hint?: string } = {},
): Failure {
  return new Failure(apdbErrors[name], `${name}: ${message}`, more);
}
