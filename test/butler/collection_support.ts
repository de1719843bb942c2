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

export const edit = (session: Session, name: string, parent: string, children: readonly string[]) =>
  value<string[]>(session, name, parent, children);

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

/** Members of a chain, none of them a chain: depth first, the first occurrence counts. */
function flattened(children: ReadonlyMap<string, readonly string[]>, parent: string): string[] {
  const seen = new Set<string>([parent]);
  const members: string[] = [];
  const visit = (name: string) => {
    for (const child of children.get(name) ?? []) {
      if (seen.has(child)) continue;
      seen.add(child);
      if (children.has(child)) visit(child);
      else members.push(child);
    }
  };
  visit(parent);
  return members;
}

/** That `collection_flat` holds of every chain what flattening the chains anew gives. */
export async function flatIsRight(t: ExecutionContext, db: TestDatabase): Promise<void> {
  const chains = await db.query<{ name: string; children: string[]; flat: string[] }>(
    `select p.name,
       array(select c.name from r.collection_chain l join r.collection c on c.collection_id = l.child
             where l.parent = p.collection_id order by l.position) as children,
       array(select c.name from r.collection_flat f join r.collection c on c.collection_id = f.child
             where f.parent = p.collection_id order by f.rank) as flat
     from r.collection p where p.type = 3 order by p.name`,
  );
  const children = new Map(chains.map((chain) => [chain.name, chain.children]));
  for (const { name, flat } of chains) t.deepEqual(flat, flattened(children, name), name);
  t.deepEqual(
    await db.query('select parent from r.collection_flat group by parent having max(rank) + 1 <> count(*)'),
    [],
  );
}

async function isBlocked(db: TestDatabase, session: pg.Client): Promise<boolean> {
  const { processID } = session as unknown as { processID: number };
  const [{ blocked }] = await db.query<{ blocked: boolean }>(
    'select cardinality(pg_blocking_pids($1)) > 0 as blocked',
    [processID],
  );
  return blocked;
}

/**
 * Runs `first` in a transaction that stays open until the second session's call waits for it; what the second one
 * then gives, as a promise in an array.
 */
export async function overtaken(
  db: TestDatabase,
  first: (session: pg.Client) => Promise<unknown>,
  second: (session: pg.Client) => Promise<unknown>,
): Promise<readonly [Promise<unknown>]> {
  const [one, two] = [await db.connect(), await db.connect()];
  await one.query('begin');
  await first(one);
  let over = false;
  const call = second(two).finally(() => {
    over = true;
  });
  call.catch(() => {});
  while (!over && !(await isBlocked(db, two))) await new Promise((resolve) => setTimeout(resolve, 5));
  await one.query('commit');
  await call.catch(() => {});
  return [call];
}
