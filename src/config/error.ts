/** A configuration file that cannot be one. */
import { type Finding, findingLines } from '../../plv8/config/place.ts';

/** The detail has a line for each complaint. */
export class ConfigFileError extends Error {
  readonly complaints: readonly Finding[];
  readonly detail: string;
  readonly hint: string;

  /** @param guide the page of the documentation that says what may be in it */
  constructor(complaints: readonly Finding[], guide: string, file?: string) {
    const count = complaints.length === 1 ? 'a mistake' : `${complaints.length} mistakes`;
    super(`${file === undefined ? 'the configuration' : file} has ${count}`);
    this.name = 'ConfigFileError';
    this.complaints = complaints;
    this.detail = findingLines(complaints);
    this.hint = `${guide} has every option.`;
  }
}
