/** The PL/v8 API as PL/v8 3.x documents it. Entry modules use it; pure modules know nothing of it. */

interface Plv8Row {
  [column: string]: unknown;
}

interface Plv8Cursor {
  fetch(): Plv8Row | undefined;
  fetch(count: number): Plv8Row[] | undefined;
  move(count?: number): void;
  close(): void;
}

interface Plv8Plan {
  execute(args?: readonly unknown[]): Plv8Row[];
  cursor(args?: readonly unknown[]): Plv8Cursor;
  free(): void;
}

interface Plv8 {
  readonly version: string;
  elog(level: number, ...message: unknown[]): void;
  /** Runs a statement: the rows of a query, or the number of rows that a command touched. */
  execute(sql: string, args?: readonly unknown[]): Plv8Row[];
  prepare(sql: string, types?: readonly string[]): Plv8Plan;
  subtransaction<T>(body: () => T): T;
  find_function(signature: string): (...args: unknown[]) => unknown;
  quote_literal(value: string): string;
  quote_nullable(value: string | null): string;
  quote_ident(name: string): string;
  return_next(row: unknown): void;
  memory_usage(): Record<string, number>;
}

declare const plv8: Plv8;
declare const DEBUG5: number;
declare const DEBUG1: number;
declare const LOG: number;
declare const INFO: number;
declare const NOTICE: number;
declare const WARNING: number;
declare const ERROR: number;
