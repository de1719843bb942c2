/**
 * Removal of collections and runs. What forbids it is checked first, before anything is deleted, and again by foreign
 * keys against what other sessions do meanwhile; what goes with a collection or a dataset goes by their cascades.
 * Datasets are deleted before any lock on collections is taken, because that is the long part; then come the lock for
 * chains, the chains' rows, and the collections' own, in the order of every edit.
 */

import { isForeignKeyViolation } from '../sqlstate.ts';
import { lockChains } from './chains.ts';
import { namedCollections } from './collections.ts';
import { butlerError } from './errors.ts';
import type { Collection, Registry } from './registry.ts';

/**
 * Removes a collection that is in no chain: a run with its datasets wherever they are associated, a chain, tags and
 * calibrations without what they hold.
 * @throws MissingCollectionError, OrphanedRecordError
 */
export function removeCollection(registry: Registry, name: string): void {
  const collections = namedCollections(registry, [name]);
  requireUnchained(registry, collections);
  remove(registry, collections, false);
}

/**
 * Removes runs with all their datasets, wherever these are associated.
 * @param unlink take the runs out of the chains that hold them
 * @throws MissingCollectionError, CollectionTypeError, OrphanedRecordError
 */
export function removeRuns(registry: Registry, names: readonly string[], unlink: boolean): void {
  const runs = namedCollections(registry, names);
  const other = runs.find(({ type }) => type !== 'RUN');
  if (other)
    throw butlerError('CollectionTypeError', `collection '${other.name}' is ${other.type}, not RUN`, {
      hint: 'Other collections go by butler.remove_collection.',
    });
  if (!unlink) requireUnchained(registry, runs);
  remove(registry, runs, unlink);
}

function remove(registry: Registry, collections: readonly Collection[], unlink: boolean): void {
  const ids = collections.map(({ id }) => id);
  const runs = collections.filter(({ type }) => type === 'RUN');
  requireUnstored(registry, runs);
  try {
    if (runs.length > 0) deleteDatasets(registry, runs);
    lockChains(registry);
    if (unlink) unlinkEverywhere(registry, ids);
    const deleted = registry.rows<{ id: bigint }>(
      `delete from ${registry.table('collection')} where collection_id = any($1::int8[])
       returning collection_id as id`,
      [ids],
    );
    const gone = collections.find(({ id }) => !deleted.some((row) => row.id === id));
    if (gone)
      throw butlerError(
        'MissingCollectionError',
        `another session has just removed collection '${gone.name}'`,
      );
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    // Another session was faster: the checks see now what it did.
    requireUnchained(registry, collections);
    requireUnstored(registry, runs);
    throw butlerError('OrphanedRecordError', `${named(collections)} is still referred to`, {
      ...(error.detail ? { detail: error.detail } : {}),
    });
  }
}

function named(collections: readonly Collection[]): string {
  const names = collections.map(({ name }) => `'${name}'`);
  return names.length === 1 ? `collection ${names[0]}` : `one of the collections ${names.join(', ')}`;
}

/** @throws OrphanedRecordError where a chain holds one of these collections */
function requireUnchained(registry: Registry, collections: readonly Collection[]): void {
  const links = registry.rows<{ child: string; parents: string[] }>(
    `select c.name as child, array_agg(p.name order by p.name collate "C") as parents
     from ${registry.table('collection_chain')} l
     join ${registry.table('collection')} c on c.collection_id = l.child
     join ${registry.table('collection')} p on p.collection_id = l.parent
     where l.child = any($1::int8[])
     group by c.name
     order by c.name collate "C"`,
    [collections.map(({ id }) => id)],
  );
  if (links.length === 0) return;
  const [{ child, parents }] = links;
  throw butlerError(
    'OrphanedRecordError',
    links.length === 1
      ? `collection '${child}' is in a chain`
      : `collection '${child}' and ${links.length - 1} more are in chains`,
    {
      detail: links
        .map((link) => `'${link.child}' is in ${link.parents.map((name) => `'${name}'`).join(', ')}.`)
        .join(' '),
      hint: `Take it out first, as butler.remove_from_chain(${plv8.quote_literal(parents[0])}, array[${plv8.quote_literal(child)}]) does; butler.remove_runs does so itself with unlink_from_chains => true.`,
    },
  );
}

/** @throws OrphanedRecordError where a datastore holds a dataset of one of these runs */
function requireUnstored(registry: Registry, runs: readonly Collection[]): void {
  const [stored] = registry.rows<{ run: string; store: string; datasets: bigint; id: string }>(
    `select c.name as run, l.datastore_name as store, count(*) as datasets, min(d.id::text) as id
     from ${registry.table('dataset')} d
     join ${registry.table('dataset_location')} l on l.dataset_id = d.id
     join ${registry.table('collection')} c on c.collection_id = d.run_id
     where d.run_id = any($1::int8[])
     group by c.name, l.datastore_name
     order by c.name collate "C", l.datastore_name
     limit 1`,
    [runs.map(({ id }) => id)],
  );
  if (!stored) return;
  throw butlerError('OrphanedRecordError', `a datastore still holds datasets of run '${stored.run}'`, {
    detail: `Datastore '${stored.store}' holds ${stored.datasets} datasets of '${stored.run}', such as ${stored.id}.`,
    hint: 'Remove their files first, by the client that the datastore belongs to, or prune them with unstore => true.',
  });
}

/** In the order of their ids, as other removals of datasets do, so that two of them cannot wait for each other. */
function deleteDatasets(registry: Registry, runs: readonly Collection[]): void {
  const dataset = registry.table('dataset');
  registry.rows(
    `with locked as materialized (
       select id from ${dataset} where run_id = any($1::int8[]) order by id for update
     )
     delete from ${dataset} d using locked l where d.id = l.id`,
    [runs.map(({ id }) => id)],
  );
}

/**
 * Takes collections out of every chain. The rows of the chains are locked before those of the collections, as an edit
 * does that adds them; once these are locked too, nobody can add them any more.
 */
function unlinkEverywhere(registry: Registry, ids: readonly bigint[]): void {
  const collection = registry.table('collection');
  const chain = registry.table('collection_chain');
  registry.rows(
    `select from ${collection}
     where collection_id in (select parent from ${chain} where child = any($1::int8[]))
     order by collection_id for no key update`,
    [ids],
  );
  registry.rows(
    `select from ${collection} where collection_id = any($1::int8[]) order by collection_id for update`,
    [ids],
  );
  registry.rows(`delete from ${chain} where child = any($1::int8[])`, [ids]);
}
