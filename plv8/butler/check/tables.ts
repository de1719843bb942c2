/** Tables that a registry must have, and what was added to them here. */
import type { Registry } from '../registry.ts';
import type { TableSpec } from '../table.ts';
import type { AssociationTables } from './associations.ts';
import { type Finding, findings, missingColumns } from './finding.ts';

export function checkTables(registry: Registry, specs: readonly TableSpec[]): Finding[] {
  return missingColumns(registry, specs).map(({ table, columns }) => ({
    problem: 'table or column is missing',
    object: table,
    detail: columns.join(', '),
  }));
}

/** Dataset types whose dimension group or tables are not what their key says. */
export function checkDatasetTypes(registry: Registry): Finding[] {
  return findings(
    registry,
    'dataset type names the wrong tables or dimensions',
    'dataset_type',
    `select format('%s: dimensions %s, %s', t.name, t.dimensions_key,
                   concat_ws(', ', t.tag_association_table, t.calibration_association_table))
     from ${registry.table('dataset_type')} t
     where t.tag_association_table <> 'dataset_tags_' || to_char(t.dimensions_key, 'FM00000000')
        or t.calibration_association_table <> 'dataset_calibs_' || to_char(t.dimensions_key, 'FM00000000')
        or t.dimensions_key <> 0
           and not exists (select from ${registry.table('dimension_graph_key')} k where k.id = t.dimensions_key)`,
  );
}

/** Triggers, indexes and constraints that are not there, or not in force: butler.attach makes them again. */
export function checkAdditions(registry: Registry, associations: readonly AssociationTables[]): Finding[] {
  const indexes = [
    'collection_almagest_name',
    ...associations.flatMap(({ tags, calibs, group }) => [
      ...(group.required.length > 0 ? [`${tags.name}_almagest_data_id`] : []),
      ...(calibs ? [`${calibs.name}_almagest_validity`] : []),
    ]),
  ];
  return findings(
    registry,
    `addition is missing: select butler.attach('${registry.name}')`,
    'additions',
    `select wanted
     from unnest($2::text[]) as wanted
     where not exists (
       select from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::name and c.relname = wanted and i.indisvalid)
     union all
     select wanted || ' on collection_chain'
     from unnest('{almagest_flat_insert,almagest_flat_update,almagest_flat_delete,almagest_flat_truncate}'::text[]) as wanted
     where not exists (
       select from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::name and c.relname = 'collection_chain' and t.tgname = wanted and t.tgenabled in ('O', 'A'))
     union all
     select 'the row of collection_flat_edit' where not exists (select from ${registry.table('collection_flat_edit')})`,
    [registry.name, indexes],
  );
}
