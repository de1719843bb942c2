/**
 * Triggers of collections and chains. A client replaces a chain by deleting all its links and inserting others: what
 * an edit comes to is known when the transaction ends. Each statement therefore leaves a row in almagest_obscore_edit,
 * whose deferred trigger compares the members of each ObsCore table with the chains, once, and takes the rows away.
 */
import type { Registry } from '../../butler/registry.ts';
import { collectionTypes } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { editTable } from './names.ts';
import { beginUpkeep, indent, literal, onTruncate, triggerFunction } from './text.ts';

/** Conditions on a new or changed collection `n`: whether it can belong to an ObsCore table by its name. */
function canBelong(definitions: readonly Definition[]): string {
  const names = definitions
    .filter(({ config }) => config.collectionType !== 'RUN')
    .flatMap(({ config }) => config.collections);
  const conditions = [
    ...(definitions.some(({ config }) => config.collectionType === 'RUN')
      ? [`n.type = ${collectionTypes.RUN}`]
      : []),
    ...(names.length === 0 ? [] : [`n.name in (${[...new Set(names)].map(literal).join(', ')})`]),
  ];
  return conditions.join(' or ') || 'false';
}

/** The trigger function of `collection`. What is in one that is removed goes by the triggers of the tags tables. */
export function collectionFunction(registry: Registry, definitions: readonly Definition[]): string[] {
  const edit = registry.table(editTable);
  return triggerFunction(
    registry,
    'collection',
    'Notes collections that ObsCore tables may have to show, or show no longer',
    ['found boolean'],
    `${onTruncate(registry)}
if tg_op = 'INSERT' then
  insert into ${edit} (collection_id, change)
  select n.collection_id, 'made' from new_rows n where ${canBelong(definitions)};
elsif tg_op = 'DELETE' then
  insert into ${edit} (collection_id, change)
  select o.collection_id, 'removed' from old_rows o;
else
  insert into ${edit} (collection_id, change)
  select n.collection_id, 'renamed'
  from new_rows n
  join old_rows o on o.collection_id = n.collection_id
  where (n.name, n.type) is distinct from (o.name, o.type);
end if;`,
  );
}

export function chainFunction(registry: Registry): string[] {
  return triggerFunction(
    registry,
    'collection_chain',
    'Notes that chains of ObsCore tables may have other members',
    ['found boolean'],
    `${onTruncate(registry)}
insert into ${registry.table(editTable)} (collection_id, change) values (null, 'chains');`,
  );
}

/** The deferred trigger function of the notes. */
export function editFunction(registry: Registry): string[] {
  return triggerFunction(
    registry,
    editTable,
    'Brings the members of ObsCore tables up to date at the end of a transaction that changed collections',
    ['made bigint[]', 'renamed bigint[]', 'others bigint[]', 'chains boolean'],
    `with noted as (delete from ${registry.table(editTable)} returning collection_id, change)
select array_agg(n.collection_id) filter (where n.change = 'made'),
  array_agg(n.collection_id) filter (where n.change = 'renamed'),
  array_agg(n.collection_id) filter (where n.change = 'removed'),
  bool_or(n.change = 'chains')
into made, renamed, others, chains
from noted n;
-- The first of a transaction's notes has taken all.
if chains is null then
  return null;
end if;
${indent(beginUpkeep(registry), 0)}
perform obscore._follow_collections(${literal(registry.name)}, made, renamed, others, chains);`,
  );
}
