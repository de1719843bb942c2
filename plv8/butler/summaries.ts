/**
 * Summaries of collections: the dataset types and the governor values that they may hold. They grow with every insert
 * and never shrink by themselves; searches are pruned by them. Foreign keys of the association tables keep them from
 * missing anything, so that a refresh only has to take away.
 */
import { expandCollections } from './collections.ts';
import type { Collection, DatasetType, Registry } from './registry.ts';

export interface Summary {
  /** By name. */
  readonly datasetTypes: string[];
  /** Values by governor dimension, of those that have any. */
  readonly governors: { [dimension: string]: string[] };
}

function governorsOf(registry: Registry): string[] {
  return [...registry.universe.elements.values()]
    .filter(({ isGovernor }) => isGovernor)
    .map(({ name }) => name);
}

/** The summary of a collection; of a chain, all that those of its members hold. */
export function summaryOf(registry: Registry, { id }: Collection): Summary {
  const values = governorsOf(registry).map((governor) => {
    const column = plv8.quote_ident(governor);
    return `array(select distinct s.${column} collate "C"
      from member join ${registry.table(`collection_summary_${governor}`)} s on s.collection_id = member.id
      order by 1) as ${column}`;
  });
  const [{ dataset_types: datasetTypes, ...found }] = registry.rows<{
    dataset_types: string[];
    [governor: string]: string[];
  }>(
    `with member (id) as (
       select $1::int8
       union all
       select child from ${registry.table('collection_flat')} where parent = $1::int8
     )
     select ${[
       `array(select t.name from ${registry.table('dataset_type')} t
         where t.id in (
           select s.dataset_type_id
           from member join ${registry.table('collection_summary_dataset_type')} s on s.collection_id = member.id)
         order by t.name collate "C") as dataset_types`,
       ...values,
     ].join(', ')}`,
    [id],
  );
  return {
    datasetTypes,
    governors: Object.fromEntries(Object.entries(found).filter(([, known]) => known.length > 0)),
  };
}

/**
 * Takes out of summaries what their collections no longer hold.
 * @param expression names and patterns of collections, of chains their members; every collection by default
 * @returns how many collections' summaries changed
 */
export function refreshSummaries(registry: Registry, expression: readonly string[] | null): bigint {
  const ids =
    expression === null
      ? null
      : expandCollections(registry, expression, { flattenChains: true }).map(({ id }) => id);
  const governors = governorsOf(registry);
  const datasetTypes = registry.table('collection_summary_dataset_type');
  const summaries = governors.map((governor) => registry.table(`collection_summary_${governor}`));
  // Who inserts finds its line of the summary there, or waits here and then makes it anew. In the order in which
  // inserts touch them.
  registry.rows(`lock table ${[datasetTypes, ...summaries].join(', ')} in share row exclusive mode`);
  const types = registry.datasetTypes();
  const changed = new Set<bigint>();
  const remove = (summary: string, column: string, scope: string, holders: readonly string[]) => {
    const held = holders.map(
      (table) =>
        `select from ${table} h where h.collection_id = s.collection_id and h.${column} = s.${column}`,
    );
    const rows = registry.rows<{ id: bigint }>(
      `delete from ${summary} s
       where ($1::int8[] is null or s.collection_id = any($1::int8[])) and ${scope}
         ${held.length > 0 ? `and not exists (${held.join(' union all ')})` : ''}
       returning s.collection_id as id`,
      [ids],
    );
    for (const { id } of rows) changed.add(id);
  };
  for (const group of byTable(types)) {
    const scope = `s.dataset_type_id in (${group.map(({ id }) => id).join(', ')})`;
    remove(datasetTypes, 'dataset_type_id', scope, tablesOf(group));
  }
  governors.forEach((governor, place) => {
    const holders = tablesOf(types.filter(({ dimensions }) => dimensions.required.includes(governor)));
    remove(summaries[place], plv8.quote_ident(governor), 'true', holders);
  });
  return BigInt(changed.size);
}

/** Dataset types that share their tables of associations. */
function byTable(types: readonly DatasetType[]): DatasetType[][] {
  const groups = new Map<string, DatasetType[]>();
  for (const type of types) {
    const known = groups.get(type.tags);
    if (known) known.push(type);
    else groups.set(type.tags, [type]);
  }
  return [...groups.values()];
}

/** Tables that hold associations of these types. */
function tablesOf(types: readonly DatasetType[]): string[] {
  return [...new Set(types.flatMap(({ tags, calibs }) => (calibs === undefined ? [tags] : [tags, calibs])))];
}
