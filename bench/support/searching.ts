/** What the benchmarks of searches share: a million positions, rivals' extensions, and timing that takes turns. */
import type pg from 'pg';
import { connectClient } from '../../src/db/client.ts';
import { database } from '../../test/support/database.ts';

export interface SearchBench extends AsyncDisposable {
  readonly url: string;
  readonly client: pg.Client;
}

export const starRows = 1_000_000;

/** A database with `bench.star`: a million positions all over the sky, in no order. */
export async function starBench(): Promise<SearchBench> {
  const given = process.env.ALMAGEST_BENCH_DATABASE;
  const own = given === undefined ? await database() : undefined;
  const url = given ?? own!.url;
  const client = await connectClient(url);
  await client.query('drop schema if exists bench cascade; create schema bench; select setseed(0.5)');
  await client.query(
    `create table bench.star as
     select g::int8 as id, random() * 360 as ra, degrees(asin(2 * random() - 1)) as dec, random() as mag
     from generate_series(1, ${starRows}) as g`,
  );
  await client.query('alter table bench.star add primary key (id)');
  await client.query('set max_parallel_workers_per_gather = 0; set jit = off');
  return {
    url,
    client,
    [Symbol.asyncDispose]: async () => {
      await client.query('drop schema if exists bench cascade').catch(() => {});
      await client.end();
      await own?.close();
    },
  };
}

/** Makes an extension that a rival needs, in the schema public; says so and returns false where it is not there. */
export async function hasExtension(client: pg.Client, name: string): Promise<boolean> {
  try {
    await client.query(`create extension if not exists ${name} schema public`);
    return true;
  } catch {
    console.log(`${name} is not installed: left out`);
    return false;
  }
}

/** A repeatable stream of positions all over the sky. */
export function places(count: number, seed: number): [ra: number, decl: number][] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => [random() * 360, (Math.asin(2 * random() - 1) * 180) / Math.PI]);
}

export const milliseconds = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(line(head));
  for (const row of rows) console.log(line(row));
}
