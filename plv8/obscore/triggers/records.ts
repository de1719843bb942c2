/** Triggers of dimension tables: records come after the datasets that show them, change, and go. */
import { recordKeys } from '../../butler/data_id.ts';
import type { Registry } from '../../butler/registry.ts';
import type { Element } from '../../butler/universe.ts';
import type { Definition } from '../definition.ts';
import { applyFunctionName } from '../select/apply.ts';
import { recordsUsed } from '../select/records_used.ts';
import { dimensionTypes, mayComeLate, type Reach, reach, reachedDatasets, recordsAmong } from './reach.ts';
import { isFindFirst, type Subject, subjectsOf } from './subjects.ts';
import {
  beginUpkeep,
  indent,
  keep,
  membersOf,
  noteForRebuilds,
  onTruncate,
  quote,
  triggerFunction,
} from './text.ts';

/** A dataset type of an ObsCore table whose rows show records of the element. */
interface Concerned extends Subject {
  readonly reach: Reach;
  readonly mayComeLate: boolean;
}

function concernedBy(registry: Registry, element: Element, definitions: readonly Definition[]): Concerned[] {
  return subjectsOf(definitions).flatMap((subject) => {
    const isUsed = recordsUsed(subject.definition, subject.type).some((use) => use.element === element.name);
    const way = isUsed ? reach(registry, subject.type.dimensions, element) : undefined;
    return way ? [{ ...subject, reach: way, mayComeLate: mayComeLate(subject.type, element) }] : [];
  });
}

/** Elements whose records rows are made of, and whether datasets may be there before the records. */
export function elementsUsed(
  registry: Registry,
  definitions: readonly Definition[],
): { element: Element; mayComeLate: boolean }[] {
  const names = subjectsOf(definitions).flatMap(({ definition, type }) =>
    recordsUsed(definition, type).map(({ element }) => element),
  );
  return registry.universe.sorted(names).flatMap((name) => {
    const element = registry.universe.element(name);
    const concerned = concernedBy(registry, element, definitions);
    return concerned.length === 0
      ? []
      : [{ element, mayComeLate: concerned.some((subject) => subject.mayComeLate) }];
  });
}

/** The required dimensions of the changed records, from arrays of them: `unnest(k0, k1) as c (instrument, visit)`. */
function changedRecords(element: Element): string {
  const arrays = element.required.map((_, place) => `k${place}`).join(', ');
  return `unnest(${arrays}) as c (${element.required.map(quote).join(', ')})`;
}

/** Collects the keys of what a statement changed: a client that stores a record as it is changes nothing. */
function collectKeys(registry: Registry, element: Element): string {
  const keys = recordKeys(registry.universe, element.name).map(({ column }) => quote(column));
  const into = (relation: string) =>
    `select ${keys.map((key) => `array_agg(r.${key})`).join(', ')}
    into ${keys.map((_, place) => `k${place}`).join(', ')}
  from ${relation} r;`;
  const list = element.columns.map(({ name }) => quote(name)).join(', ');
  const differing = (one: string, other: string) =>
    `(select ${list} from ${one} except select ${list} from ${other})`;
  return `if tg_op = 'INSERT' then
  ${into('new_rows')}
elsif tg_op = 'DELETE' then
  ${into('old_rows')}
else
  ${into(`(
    select distinct ${keys.join(', ')}
    from (${differing('new_rows', 'old_rows')} union all ${differing('old_rows', 'new_rows')}) d
  )`)}
end if;`;
}

/**
 * Keeps inserts of the datasets concerned off until the transaction ends, and waits for those that are under way:
 * they have locked the anchors, which are FOR KEY SHARE to them. Where the records are known only through others, no
 * row stands for all of them, and the tags table is locked.
 */
function lockAnchors(registry: Registry, element: Element, concerned: readonly Concerned[]): string {
  const texts = concerned.map((subject) => {
    const { anchor, joins, values } = subject.reach;
    if (anchor === undefined)
      return `${refuseOldSnapshot('true')}
lock table ${subject.type.tags} in share row exclusive mode;`;
    const from = `${changedRecords(element)} ${joins.join(' ')}`;
    const columnOf = (dimension: string) => values.get(dimension)!;
    const { table, condition, order } = recordsAmong(
      registry,
      anchor,
      (columns) => `select distinct ${columns} from ${from}`,
      columnOf,
    );
    const isOthers = `${condition} and r.xmin <> pg_current_xact_id()::xid`;
    const lock = `perform from ${table} where ${condition} order by ${order} for update;
${refuseOldSnapshot(subject.mayComeLate ? `exists (select from ${table} where ${isOthers})` : 'true')}`;
    if (!subject.mayComeLate) return lock;
    // A lock leaves no trace for a transaction that does not see this one: a new version of the row does.
    const [column] = order.split(', ');
    return `${lock}
update ${table} set ${column!.replace(/^r\./, '')} = ${column} where ${isOthers};`;
  });
  return [...new Set(texts)].join('\n');
}

/** Datasets that other sessions have registered since the transaction began are not seen by it, nor do they see it. */
function refuseOldSnapshot(condition: string): string {
  return `if current_setting('transaction_isolation') <> 'read committed' and ${condition} then
  raise exception using
    errcode = 'serialization_failure',
    message = 'ObsCore rows of datasets that other sessions register meanwhile could be missed',
    hint = 'Store these records in a transaction of READ COMMITTED.';
end if;`;
}

function follow(element: Element, subject: Concerned): string {
  const { definition, type } = subject;
  const { registry, tableName, mode } = definition;
  const reached = `${reachedDatasets(type.tags, subject.reach, changedRecords(element))} and t.dataset_type_id = ${type.id}`;
  // Who adds a collection to a table, whose datasets are none of its yet, does so before or after all of this.
  const lockCollections = `perform from ${registry.table('collection')} r
where r.collection_id in (select t.collection_id from ${reached})
order by r.collection_id for key share;
`;
  // Of two sessions that change what one row is made of, the second looks once the first has ended.
  const lockRows = `  perform from ${registry.table(tableName)} o where o.registry_dataset_id = any (ids)
    order by o.registry_dataset_id for update;
`;
  const isLive = mode === 'live';
  const text = `${isLive ? lockCollections : ''}select array_agg(i.dataset_id) into ids
from (
  select distinct t.dataset_id from ${reached} join ${membersOf(definition)} on m.collection_id = t.collection_id
) i;
if ids is not null then
${isLive && !isFindFirst(definition) ? lockRows : ''}${indent(keep(subject, applyFunctionName(definition, type)), 2)}
end if;`;
  return subject.mayComeLate
    ? text
    : `if tg_op = 'UPDATE' then
${indent(text, 2)}
end if;`;
}

/** All datasets of the registry that show the records, of whatever type: a rebuild may have another configuration. */
function noteAll(registry: Registry, element: Element, definitions: readonly Definition[]): string {
  const queries = registry.datasetTypes().flatMap(({ dimensions, tags }) => {
    const way = reach(registry, dimensions, element);
    return way
      ? [`select t.dataset_type_id, t.dataset_id from ${reachedDatasets(tags, way, changedRecords(element))}`]
      : [];
  });
  return queries.length === 0 ? '' : noteForRebuilds(definitions, [...new Set(queries)].join('\nunion\n'));
}

/** The trigger function of the table of an element. */
export function recordFunction(
  registry: Registry,
  element: Element,
  definitions: readonly Definition[],
): string[] {
  const concerned = concernedBy(registry, element, definitions);
  const live = concerned.filter(({ definition }) => definition.mode === 'live');
  const late = live.filter((subject) => subject.mayComeLate);
  const others = live.filter((subject) => !subject.mayComeLate);
  const lockOthers = lockAnchors(registry, element, others);
  return triggerFunction(
    registry,
    element.name,
    'Keeps the rows of ObsCore tables in step with the records that they are made of',
    [...dimensionTypes(registry, element).map(({ type }, place) => `k${place} ${type}[]`), 'ids uuid[]'],
    `${onTruncate(registry)}
${collectKeys(registry, element)}
if k0 is null then
  return null;
end if;
${beginUpkeep(registry)}
${noteAll(registry, element, definitions)}
${lockAnchors(registry, element, late)}
${lockOthers === '' ? '' : `if tg_op = 'UPDATE' then\n${indent(lockOthers, 2)}\nend if;`}
${concerned.map((subject) => follow(element, subject)).join('\n')}`,
  );
}
