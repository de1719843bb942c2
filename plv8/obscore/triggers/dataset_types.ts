/** The trigger of the table of dataset types: one that a configuration names may be registered later. */
import type { Registry } from '../../butler/registry.ts';
import type { Definition } from '../definition.ts';
import { triggerName } from './names.ts';
import { indent, literal, onTruncate, triggerFunction } from './text.ts';

export function datasetTypeFunction(registry: Registry, definitions: readonly Definition[]): string[] {
  const names = [
    ...new Set(definitions.flatMap(({ config }) => config.datasetTypes.map(({ name }) => name))),
  ];
  const named = (relation: string) =>
    `exists (select from ${relation} n where n.name in (${names.map(literal).join(', ') || 'null'}))`;
  // A table that other dataset types have not used yet.
  const unkept = `exists (
  select from new_rows n
  where not exists (
    select from pg_trigger t
    where t.tgrelid = to_regclass(format('%I.%I', ${literal(registry.name)}, n.tag_association_table))
      and t.tgname = ${literal(triggerName('insert'))}))`;
  const update = `perform obscore._dataset_types_changed(${literal(registry.name)}, tg_op <> 'INSERT');`;
  return triggerFunction(
    registry,
    'dataset_type',
    'Has ObsCore tables show dataset types that are registered after them',
    ['concerned boolean'],
    `${onTruncate(registry)}
if tg_op = 'INSERT' then
  concerned := ${named('new_rows')} or ${unkept};
elsif tg_op = 'DELETE' then
  concerned := ${named('old_rows')};
else
  concerned := ${named('new_rows')} or ${named('old_rows')};
end if;
if concerned then
${indent(update, 2)}
end if;`,
  );
}
