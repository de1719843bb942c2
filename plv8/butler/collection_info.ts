/** What there is to know of a collection besides its name: parents, children, summary, and the tree below it. */
import { chainsBelow, expandCollections, namedCollections } from './collections.ts';
import type { Collection, CollectionType, Registry } from './registry.ts';
import { summaryOf } from './summaries.ts';

function parentsOf(registry: Registry, { id }: Collection): string[] {
  return registry
    .rows<{ name: string }>(
      `select c.name from ${registry.table('collection')} c
       where c.collection_id in (select l.parent from ${registry.table('collection_chain')} l where l.child = $1)
       order by c.name collate "C"`,
      [id],
    )
    .map(({ name }) => name);
}

/**
 * Names of the chains that a collection is a child of.
 * @throws MissingCollectionError
 */
export function parentNames(registry: Registry, name: string): string[] {
  return parentsOf(registry, registry.collection(name));
}

/** @throws MissingCollectionError */
export function collectionInfo(registry: Registry, name: string) {
  const [collection] = namedCollections(registry, [name]);
  const children = chainsBelow(registry, [collection]).get(collection.id) ?? [];
  return {
    name: collection.name,
    type: collection.type,
    doc: collection.doc,
    children: children.map((child) => child.name),
    parents: parentsOf(registry, collection),
    dataset_types: summaryOf(registry, collection).datasetTypes,
  };
}

/**
 * Collections that an expression means, each followed by all that is below it.
 * @throws MissingCollectionError
 */
export function collectionTree(
  registry: Registry,
  expression: readonly string[],
  types: readonly CollectionType[] | undefined,
) {
  const tops = expandCollections(registry, expression, types ? { types } : {});
  const children = chainsBelow(registry, tops);
  const lines: { name: string; type: string; depth: number; path: string[] }[] = [];
  const visit = ({ id, name, type }: Collection, above: readonly string[]) => {
    const path = [...above, name];
    lines.push({ name, type, depth: above.length, path });
    for (const child of children.get(id) ?? []) visit(child, path);
  };
  for (const top of tops) visit(top, []);
  return lines;
}
