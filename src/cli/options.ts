/** What commands share: how to name a database, and what an error looks like. */
import type { Command } from 'commander';
import { clusterHome, runningServer } from '../cluster/home.ts';
import { FormatError } from '../formats/table.ts';

/** The environment variables by which libpq's clients name a server. */
const serverVariables = ['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGSERVICE', 'PGUSER'];

export interface DatabaseOptions {
  readonly database?: string;
}

/** Adds `--database URL`. */
export function databaseOption(command: Command): Command {
  return command.option(
    '-d, --database <URL>',
    'postgresql://user@host/database (default: the PG* variables, else the embedded server)',
  );
}

/**
 * The database that a command works on: `--database`, else what the PG* variables say (undefined leaves it to
 * them), else the embedded server of this checkout where one runs.
 */
export function databaseUrl(options: DatabaseOptions): string | undefined {
  if (options.database !== undefined) return options.database;
  if (serverVariables.some((name) => process.env[name] !== undefined)) return undefined;
  return runningServer(clusterHome())?.url;
}

/** An error whose message is for the user, with what to do about it. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** Fields that PostgreSQL's and our own errors carry beside their message. */
interface ErrorFields {
  readonly message?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly cause?: unknown;
}

/** The file that an error is about, and the row and column in it, where the message does not say them. */
function placeOf(error: Error): string {
  if (!(error instanceof FormatError) || error.message.startsWith(error.path)) return '';
  const { path, row, column } = error;
  const within = [row && `row ${row}`, column && `column "${column}"`].filter(Boolean).join(', ');
  return within === '' ? `${path}: ` : `${path}: ${within}: `;
}

/** An error as psql prints one: message, DETAIL, HINT, CONTEXT; the stack only where DEBUG is set. */
export function formatError(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const fields: ErrorFields = error;
  const lines = [`error: ${placeOf(error)}${fields.message || fields.code || error.name}`];
  if (fields.detail) lines.push(`detail: ${fields.detail}`);
  if (fields.hint) lines.push(`hint: ${fields.hint}`);
  // Errors of registries, ObsCore tables and APDBs say all there is to say; where in our code they were raised helps nobody.
  const isOwn = /^(BR|OC|AP)\d{3}$/.test(fields.code ?? '');
  if (fields.where && (!isOwn || process.env.DEBUG)) lines.push(`context: ${fields.where}`);
  if (process.env.DEBUG) lines.push(error.stack ?? '');
  return lines.join('\n');
}
