/** What tests of collections share: a registry of their own, calls in few words, and chains flattened afresh. */
import type { ExecutionContext } from 'ava';
import type pg from 'pg';
import { database, type TestDatabase } from '../support/database.ts';

/** A database with one registry, `r`, which functions find by themselves. */
export async function registry(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('r')`);
  return db;
}

type Session = Pick<pg.Client, 'query'>;

/** The value of a function of the schema butler that returns one. */
export async function value<T>(session: Session, name: string, ...given: readonly unknown[]): Promise<T> {
  const places = given.map((_, index) => `$${index + 1}`).join(', ');
  const { rows } = await session.query<{ value: T }>(`select butler.${name}(${places}) as value`, [...given]);
  return rows[0].value;
}

export async function register(
  session: Session,
  type: string,
  ...names: readonly (string | null)[]
): Promise<boolean[]> {
  const made: boolean[] = [];
  for (const name of names) made.push(await value<boolean>(session, 'register_collection', name, type));
  return made;
}

/** The error of a name, such as MissingCollectionError, that a call must end in. */
export async function fails(
  t: ExecutionContext,
  call: Promise<unknown>,
  name: string,
): Promise<pg.DatabaseError> {
  const error = (await t.throwsAsync(call)) as pg.DatabaseError;
  t.true(error.message.startsWith(`${name}: `), error.message);
  return error;
}
