import type { Refusal } from '../db/copy/encoder.ts';

/** A file that is not loaded: says what is wrong with it or with its fit to the table, and what to do. */
export class LoadError extends Error {
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  /** Rows that the table cannot hold, as far as they were read. */
  readonly refusals: readonly Refusal[];

  constructor(
    message: string,
    options: { hint?: string; detail?: string; refusals?: readonly Refusal[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'LoadError';
    this.hint = options.hint;
    this.detail = options.detail;
    this.refusals = options.refusals ?? [];
  }
}
