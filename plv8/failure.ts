/** Errors that reach SQL with an SQLSTATE, a detail and a hint. */

/** An SQLSTATE as the number in which PL/v8 passes it: six bits a letter from '0' on, the first letter lowest. */
function packed(sqlstate: string): number {
  let code = 0;
  for (let i = 0; i < 5; i++) code |= ((sqlstate.charCodeAt(i) - 48) & 0x3f) << (6 * i);
  return code;
}

/**
 * An error that keeps its SQLSTATE, detail and hint on the way from PL/v8 to the client. Its name stays `Error`,
 * which PL/v8 does not print before the message.
 */
export class Failure extends Error {
  readonly code: number;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  /**
   * @param sqlstate five letters, such as 22023 (invalid parameter value)
   * @param message what is wrong, in a lower-case phrase
   */
  constructor(sqlstate: string, message: string, more: { detail?: string; hint?: string } = {}) {
    super(message);
    this.code = packed(sqlstate);
    this.detail = more.detail;
    this.hint = more.hint;
  }
}
