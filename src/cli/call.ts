/** What commands on registries, ObsCore tables and APDBs share: a call of one SQL function, and its rows as a table or as JSON. */
import { Command } from 'commander';
import type pg from 'pg';
import { connectClient } from '../db/client.ts';
import { formatResult, queryText, spreadJson } from '../db/result-table.ts';
import { type DatabaseOptions, databaseOption, databaseUrl } from './options.ts';

export interface RegistryOptions extends DatabaseOptions {
  readonly registry?: string;
  readonly json?: boolean;
}

/** A function and its arguments by name; `undefined` leaves one to its default. */
export interface Call {
  /** Where the function is: butler by default. */
  readonly schema?: 'butler' | 'obscore' | 'apdb';
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A command that works on a registry: `--database`, `--registry`, `--json`. */
export function registryCommand(name: string): Command {
  return databaseOption(new Command(name))
    .option('-r, --registry <name>', 'the registry (default: the setting butler.registry, or the only one)')
    .option('--json', 'for programs');
}

export async function withClient<T>(
  options: DatabaseOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectClient(databaseUrl(options));
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** `schema.name(argument => $1, …)` and its values. */
export function callSql(client: pg.Client, call: Call): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const list = Object.entries(call.arguments)
    .filter(([, value]) => value !== undefined)
    .map(([argument, value]) => `${client.escapeIdentifier(argument)} => $${values.push(value)}`);
  const name = `${call.schema ?? 'butler'}.${client.escapeIdentifier(call.name)}`;
  return { sql: `${name}(${list.join(', ')})`, values };
}

/**
 * Prints the rows of a query: as psql does, or as one JSON array whose numbers are the server's. In a table each name
 * in the objects of the JSON column `spread` has a column of its own.
 */
export async function printQuery(
  client: pg.Client,
  sql: string,
  values: readonly unknown[],
  options: RegistryOptions,
  spread?: string,
): Promise<void> {
  if (options.json) {
    const { rows } = await client.query<{ rows: string }>(
      `select coalesce(json_agg(t), '[]')::text as rows from (${sql}) as t`,
      [...values],
    );
    console.log(rows[0].rows);
    return;
  }
  const result = await queryText(client, sql, values);
  console.log(formatResult(spread === undefined ? result : spreadJson(result, spread)));
}

/** Calls a function and prints its rows, the JSON column `spread` as columns. */
export async function printCall(call: Call, options: RegistryOptions, spread?: string): Promise<void> {
  await withClient(options, async (client) => {
    const { sql, values } = callSql(client, withRegistry(call, options));
    await printQuery(client, `select * from ${sql}`, values, options, spread);
  });
}

/** Calls a function and says what it did: `say` gets its value; with `--json` the value itself is printed. */
export async function reportCall<T>(
  call: Call,
  options: RegistryOptions,
  say: (value: T) => string,
): Promise<void> {
  await withClient(options, async (client) => {
    const { sql, values } = callSql(client, withRegistry(call, options));
    const { rows } = await client.query<{ value: T; json: string | null }>(
      `select value, to_json(value)::text as json
       from (select ${sql} as value) as called`,
      values,
    );
    console.log(options.json ? (rows[0].json ?? 'null') : say(rows[0].value));
  });
}

export function withRegistry(call: Call, { registry }: RegistryOptions): Call {
  return registry === undefined ? call : { ...call, arguments: { ...call.arguments, registry } };
}
