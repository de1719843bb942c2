/** What the commands on APDBs share: which APDB, and calls of functions that have it as their argument `apdb`. */
import { Command } from 'commander';
import { type Call, type RegistryOptions, reportCall } from '../call.ts';
import { type DatabaseOptions, databaseOption } from '../options.ts';

export interface JsonOptions extends DatabaseOptions {
  readonly json?: boolean;
}

export interface ApdbOptions extends JsonOptions {
  readonly apdb?: string;
}

/** A command on the APDB that its first argument names: `--database`, `--json`. */
export function namedCommand(name: string): Command {
  return databaseOption(new Command(name))
    .argument('<name>', 'schema of the APDB')
    .option('--json', 'for programs');
}

/** A command that works in an APDB: `--database`, `--apdb`, `--json`. */
export function apdbCommand(name: string): Command {
  return databaseOption(new Command(name))
    .option('-a, --apdb <name>', 'the APDB (default: the setting apdb.name, or the only one)')
    .option('--json', 'for programs');
}

/** A call of a function of the schema apdb in the APDB that the options name. */
export function apdbCall(
  name: string,
  values: Readonly<Record<string, unknown>>,
  { apdb }: ApdbOptions,
): Call {
  return { schema: 'apdb', name, arguments: { ...values, apdb } };
}

/** Calls a function on the APDB `name`, and says what it did. */
export function reportNamed<T>(
  call: string,
  values: Readonly<Record<string, unknown>>,
  options: RegistryOptions,
  say: (value: T) => string,
): Promise<void> {
  return reportCall<T>({ schema: 'apdb', name: call, arguments: values }, options, say);
}
