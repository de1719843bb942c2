/** Triggers of the tags tables: datasets enter collections and leave them. */
import type { Registry } from '../../butler/registry.ts';
import { lockDataIds } from '../data_id_lock.ts';
import type { Definition } from '../definition.ts';
import { memberTable } from '../members.ts';
import { applyFunctionName } from '../select/apply.ts';
import { recordsUsed } from '../select/records_used.ts';
import { reach, recordsAmong } from './reach.ts';
import { isFindFirst, type Subject, subjectsOf } from './subjects.ts';
import {
  beginUpkeep,
  indent,
  keep,
  literal,
  membersOf,
  noteForRebuilds,
  onTruncate,
  quote,
  triggerFunction,
} from './text.ts';

/** Rows that a statement changed: those that went and those that came, as far as there are any. */
interface Rows {
  readonly relation: string;
  /** Whether there are rows that went. */
  readonly leave: boolean;
}

const inserted: Rows = { relation: 'new_rows', leave: false };
const deleted: Rows = { relation: 'old_rows', leave: true };
const updated: Rows = { relation: '(select * from old_rows union all select * from new_rows)', leave: true };

/** Dimensions whose records stand for datasets of these types: who changes what rows are made of locks them. */
function anchors(registry: Registry, subjects: readonly Subject[]): string[] {
  return registry.universe.sorted(
    waysOf(registry, subjects)
      .map(({ anchor }) => anchor)
      .filter((name) => name !== undefined),
  );
}

/** Elements that are known only through the records of others. */
function impliedElements(registry: Registry, subjects: readonly Subject[]): string[] {
  return registry.universe.sorted(
    waysOf(registry, subjects)
      .filter(({ anchor }) => anchor === undefined)
      .map(({ element }) => element),
  );
}

function waysOf(registry: Registry, subjects: readonly Subject[]) {
  return subjects.flatMap(({ definition, type }) =>
    recordsUsed(definition, type).flatMap(({ element }) => {
      const way = reach(registry, type.dimensions, registry.universe.element(element));
      return way ? [{ element, anchor: way.anchor }] : [];
    }),
  );
}

/**
 * Locks what datasets refer to, against who changes it. Foreign keys have done this for rows that come, except where
 * they are not checked (session_replication_role = replica); nobody does it for rows that go.
 *
 * A transaction of REPEATABLE READ must fail where something was changed that it does not see: FOR SHARE does so, by
 * the new versions of the records, and of the row that each edit of chains changes.
 */
function lockReferences(registry: Registry, subjects: readonly Subject[], { relation, leave }: Rows): string {
  const ids = [...new Set(subjects.map(({ type }) => type.id))].join(', ');
  const among = (columns: string) =>
    `select distinct ${columns} from ${relation} s where s.dataset_type_id in (${ids})`;
  const locks = (strength: string) =>
    [
      `perform from ${registry.table('collection')} r where r.collection_id = any (collections)
order by r.collection_id ${strength};`,
      ...anchors(registry, subjects).map((dimension) => {
        const { table, condition, order } = recordsAmong(
          registry,
          dimension,
          among,
          (name) => `s.${quote(name)}`,
        );
        return `perform from ${table} where ${condition} order by ${order} ${strength};`;
      }),
    ].join('\n');
  const followsChains = subjects.some(({ definition }) => definition.config.collectionType !== 'RUN');
  const others = [...(followsChains ? ['collection_flat_edit'] : []), ...impliedElements(registry, subjects)];
  return `if current_setting('transaction_isolation') <> 'read committed' then
${indent(locks('for share'), 2)}
${indent(others.map((name) => `perform from ${registry.table(name)} for share;`).join('\n'), 2)}
els${leave ? 'e' : "if current_setting('session_replication_role') = 'replica' then"}
${indent(locks('for key share'), 2)}
end if;`;
}

function follow(registry: Registry, subject: Subject, { relation, leave }: Rows): string {
  const { definition, type } = subject;
  const columns = type.dimensions.required.map(quote);
  const here = `from ${relation} s where s.dataset_type_id = ${type.id} and s.collection_id = any (members)`;
  const decides = leave && isFindFirst(definition);
  const same = ['dataset_type_id', ...columns].map((column) => `t.${column} = s.${column}`).join(' and ');
  const others = `union
  select t.dataset_id
  ${here.replace(' s where', ` s join ${type.tags} t on ${same} join ${membersOf(definition)} on m.collection_id = t.collection_id where`)}`;
  const lock = `${lockDataIds(registry, type, here.replace(/^from /, ''))};\n`;
  return `if ${type.id}::int8 = any (types) then
  ids := null;
${indent(decides && definition.mode === 'live' ? lock : '', 2)}  select array_agg(i.dataset_id) into ids
  from (select s.dataset_id ${here}${decides ? `\n  ${others}` : ''}) i;
  if ids is not null then
${indent(keep(subject, applyFunctionName(definition, type)), 4)}
  end if;
end if;`;
}

/** What is done for the rows that one kind of statement changed. */
function changed(
  registry: Registry,
  definitions: readonly Definition[],
  subjects: readonly Subject[],
  rows: Rows,
): string {
  const note = noteForRebuilds(
    definitions,
    `select distinct s.dataset_type_id, s.dataset_id from ${rows.relation} s`,
  );
  const ids = [...new Set(subjects.map(({ type }) => type.id))];
  const live = subjects.filter(({ definition }) => definition.mode === 'live');
  const tables = definitions.map((definition) => {
    const own = subjects.filter((subject) => subject.definition === definition);
    if (own.length === 0) return '';
    return `select array_agg(m.collection_id) into members
from ${registry.table(memberTable)} m
where m.table_name = ${literal(definition.tableName)} and m.collection_id = any (collections);
if members is not null then
${indent(own.map((subject) => follow(registry, subject, rows)).join('\n'), 2)}
end if;`;
  });
  return `select array_agg(distinct s.dataset_type_id), array_agg(distinct s.collection_id) into types, collections
from (select distinct s.dataset_type_id, s.collection_id from ${rows.relation} s) s;
if types is null then
  return null;
end if;
${beginUpkeep(registry)}
${note}
if types && '{${ids.join(',')}}'::int8[] then
${indent([live.length === 0 ? '' : lockReferences(registry, live, rows), ...tables].join('\n'), 2)}
end if;`;
}

/** The trigger function of a tags table, given by its name. */
export function datasetFunction(
  registry: Registry,
  table: string,
  definitions: readonly Definition[],
): string[] {
  const subjects = subjectsOf(definitions).filter(({ type }) => type.tags === registry.table(table));
  const branch = (operation: string, rows: Rows) => `tg_op = '${operation}' then
${indent(changed(registry, definitions, subjects, rows), 2)}`;
  return triggerFunction(
    registry,
    table,
    'Keeps the rows of ObsCore tables in step with the datasets of collections',
    ['types bigint[]', 'collections bigint[]', 'members bigint[]', 'ids uuid[]'],
    `${onTruncate(registry)}
if ${branch('INSERT', inserted)}
elsif ${branch('DELETE', deleted)}
elsif ${branch('UPDATE', updated)}
end if;`,
  );
}
