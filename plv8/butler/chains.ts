/**
 * Edits of chains. One edit at a time in a registry: each first takes the registry's lock for chains, then the
 * parent's row, so that transactions with several edits never wait for each other in a ring, and the positions that
 * it reads stay true. Other clients lock the parent's row alone, and wait here or are waited for.
 */

import { isForeignKeyViolation } from '../sqlstate.ts';
import { namedCollections, searchOrder } from './collections.ts';
import { butlerError } from './errors.ts';
import { isGlob } from './globs.ts';
import { type Collection, collectionTypeName, type Registry } from './registry.ts';

/** The bounds of a position, a smallint. */
const firstPosition = -32768;
const lastPosition = 32767;
const longestChain = lastPosition - firstPosition + 1;

/** Waits for other sessions' edits of chains in this registry to end; the lock goes with the transaction. */
export function lockChains(registry: Registry): void {
  registry.rows(`select pg_advisory_xact_lock(hashtext('butler chains'), $1::regclass::oid::int4)`, [
    registry.table('collection_chain'),
  ]);
}

/** What an edit works on: the locked parent, its children in order, and the positions at both ends. */
interface Chain {
  readonly registry: Registry;
  readonly parent: Collection;
  readonly children: readonly bigint[];
  readonly first: number;
  readonly last: number;
}

/**
 * `for no key update` shuts out other edits of the parent, but not one that makes the parent a child: two edits
 * towards a cycle would block each other for ever.
 * @throws MissingCollectionError, CollectionTypeError
 */
function lockChain(registry: Registry, name: string): Chain {
  lockChains(registry);
  const [row] = registry.rows<{ id: bigint; type: number; doc: string | null }>(
    `select collection_id as id, type, doc from ${registry.table('collection')} where name = $1 for no key update`,
    [name],
  );
  if (!row) throw butlerError('MissingCollectionError', `no collection is named '${name}'`);
  const parent = { id: row.id, name, type: collectionTypeName(row.type), doc: row.doc };
  requireChain(parent);
  const links = registry.rows<{ position: number; child: bigint }>(
    `select position, child from ${registry.table('collection_chain')} where parent = $1 order by position`,
    [parent.id],
  );
  return {
    registry,
    parent,
    children: links.map(({ child }) => child),
    first: links.at(0)?.position ?? 0,
    last: links.at(-1)?.position ?? -1,
  };
}

function requireChain({ name, type }: Collection): void {
  if (type !== 'CHAINED')
    throw butlerError('CollectionTypeError', `collection '${name}' is ${type}, not CHAINED`, {
      hint: "Only a chain has children: make one by butler.register_collection('name', 'CHAINED').",
    });
}

/** @throws CollectionExpressionError */
function refuseGlobs(names: readonly string[]): void {
  const glob = names.find(isGlob);
  if (glob !== undefined)
    throw butlerError(
      'CollectionExpressionError',
      `the children of a chain are ordered, and '${glob}' is a pattern`,
      {
        hint: 'Name each child, for instance with array(select name from butler.query_collections(…) order by …).',
      },
    );
}

/**
 * Makes the named collections the children of a chain, in this order.
 * @param flatten put the members of a child that is a chain in its place
 */
export function setChain(
  registry: Registry,
  parent: string,
  names: readonly string[],
  flatten: boolean,
): void {
  refuseGlobs(names);
  const chain = lockChain(registry, parent);
  withChildren(registry, names, flatten, (ids) => replace(chain, ids));
}

/** Puts the named collections, in this order, before all other children; those that are children already move. */
export function prependChain(registry: Registry, parent: string, names: readonly string[]): void {
  const chain = lockChain(registry, parent);
  withChildren(registry, names, false, (ids) => {
    const others = without(chain.children, ids);
    const first = chain.first - ids.length;
    if (first < firstPosition) replace(chain, [...ids, ...others]);
    else move(chain, [...ids, ...others], ids, first);
  });
}

/** Puts the named collections, in this order, after all other children; those that are children already move. */
export function extendChain(registry: Registry, parent: string, names: readonly string[]): void {
  const chain = lockChain(registry, parent);
  withChildren(registry, names, false, (ids) => {
    const others = without(chain.children, ids);
    if (chain.last + ids.length > lastPosition) replace(chain, [...others, ...ids]);
    else move(chain, [...others, ...ids], ids, chain.last + 1);
  });
}

/** Takes the named collections out of a chain; those that are not in it are ignored. */
export function removeFromChain(registry: Registry, parent: string, names: readonly string[]): void {
  const chain = lockChain(registry, parent);
  withChildren(registry, names, false, (ids) => unlink(chain, ids));
}

/**
 * Runs an edit with the ids of its children. One of them that another session removes meanwhile fails the foreign
 * key: looked up again, it is missing.
 * @throws MissingCollectionError
 */
function withChildren(
  registry: Registry,
  names: readonly string[],
  flatten: boolean,
  edit: (ids: readonly bigint[]) => void,
): void {
  const ids = () => (flatten ? searchOrder : namedCollections)(registry, names).map(({ id }) => id);
  try {
    edit(ids());
  } catch (error) {
    if (isForeignKeyViolation(error)) ids();
    throw error;
  }
}

/** Gives the chain these children, and touches only positions whose child differs. */
function replace(chain: Chain, ids: readonly bigint[]): void {
  if (sameOrder(chain.children, ids)) return;
  if (ids.length > longestChain)
    throw butlerError(
      'CollectionExpressionError',
      `chain '${chain.parent.name}' would have ${ids.length} children, and a chain holds ${longestChain}`,
    );
  const begin = ids.length > lastPosition ? firstPosition : 0;
  const end = begin + ids.length - 1;
  const { registry, parent, first, last } = chain;
  const table = registry.table('collection_chain');
  if (first < begin || last > end)
    registry.rows(`delete from ${table} where parent = $1 and (position < $2 or position > $3)`, [
      parent.id,
      begin,
      end,
    ]);
  registry.rows(
    `insert into ${table} as link (parent, position, child)
     select $1, $2 + n.place - 1, n.id from unnest($3::int8[]) with ordinality as n (id, place)
     on conflict (parent, position) do update set child = excluded.child where link.child <> excluded.child`,
    [parent.id, begin, ids],
  );
}

/** Takes those out that are in the chain, and puts all in from a position on that is free with its successors. */
function move(chain: Chain, result: readonly bigint[], ids: readonly bigint[], position: number): void {
  if (sameOrder(chain.children, result)) return;
  unlink(chain, ids);
  chain.registry.rows(
    `insert into ${chain.registry.table('collection_chain')} (parent, position, child)
     select $1, $2 + n.place - 1, n.id from unnest($3::int8[]) with ordinality as n (id, place)`,
    [chain.parent.id, position, ids],
  );
}

function unlink(chain: Chain, ids: readonly bigint[]): void {
  if (without(chain.children, ids).length === chain.children.length) return;
  chain.registry.rows(
    `delete from ${chain.registry.table('collection_chain')} where parent = $1 and child = any($2::int8[])`,
    [chain.parent.id, ids],
  );
}

function without(ids: readonly bigint[], unwanted: readonly bigint[]): bigint[] {
  const gone = new Set(unwanted);
  return ids.filter((id) => !gone.has(id));
}

function sameOrder(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.length === b.length && a.every((id, place) => id === b[place]);
}

/**
 * Names of a chain's children, in order.
 * @throws MissingCollectionError, CollectionTypeError
 */
export function childrenOf(registry: Registry, parent: string): string[] {
  const chain = registry.collection(parent);
  requireChain(chain);
  return registry
    .rows<{ name: string }>(
      `select c.name from ${registry.table('collection_chain')} l
       join ${registry.table('collection')} c on c.collection_id = l.child
       where l.parent = $1 order by l.position`,
      [chain.id],
    )
    .map(({ name }) => name);
}
