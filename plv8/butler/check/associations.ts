/** Rules of datasets: in their run, one for each data ID, in collections of the right types, valid without overlap. */
import { dataIdJson } from '../data_id.ts';
import { calibsTable, tagsTable } from '../ddl.ts';
import type { Registry } from '../registry.ts';
import type { TableSpec } from '../table.ts';
import type { DimensionGroup } from '../universe.ts';
import { type Finding, findings } from './finding.ts';
import { overlappingValidity } from './validity.ts';

/** The dataset types that share dimensions, and the tables of their associations. */
export interface AssociationTables {
  readonly group: DimensionGroup;
  readonly tags: TableSpec;
  readonly calibs?: TableSpec;
}

/** The tables that dataset types say they have. Their names follow from the keys of the dimension groups. */
export function associationTablesWanted(registry: Registry): AssociationTables[] {
  const rows = registry.rows<{ key: bigint; dimensions: string[]; calibrations: boolean }>(
    `select t.dimensions_key as key, bool_or(t.calibration_association_table is not null) as calibrations,
            array(select d.dimension_name from ${registry.table('dimension_graph_definition')} d
                  where d.dimension_graph_id = t.dimensions_key) as dimensions
     from ${registry.table('dataset_type')} t
     group by t.dimensions_key
     order by t.dimensions_key`,
  );
  const { universe } = registry;
  return rows.map(({ key, dimensions, calibrations }) => {
    const group = universe.conform(dimensions);
    return {
      group,
      tags: tagsTable(universe, group, key),
      ...(calibrations ? { calibs: calibsTable(universe, group, key) } : {}),
    };
  });
}

export function checkAssociations(registry: Registry, { group, tags, calibs }: AssociationTables): Finding[] {
  const table = registry.table(tags.name);
  const names = ['dataset_type_id', 'collection_id', ...group.required];
  const columns = names.map((name) => plv8.quote_ident(name)).join(', ');
  return [
    ...findings(
      registry,
      'dataset is not in its run',
      tags.name,
      `select format('%s %s in %s', t.name, d.id, c.name)
       from ${registry.table('dataset_type')} t
       join ${registry.table('dataset')} d on d.dataset_type_id = t.id
       join ${registry.table('collection')} c on c.collection_id = d.run_id
       where t.tag_association_table = $1
         and not exists (select from ${table} a where a.dataset_id = d.id and a.collection_id = d.run_id)`,
      [tags.name],
    ),
    ...findings(
      registry,
      'data ID is taken twice',
      tags.name,
      `select format('%s %s in %s', t.name, ${dataIdJson(group, 'twice')}, c.name)
       from (select ${columns} from ${table} group by ${columns} having count(*) > 1) twice
       join ${registry.table('dataset_type')} t on t.id = twice.dataset_type_id
       join ${registry.table('collection')} c on c.collection_id = twice.collection_id`,
    ),
    ...findings(
      registry,
      'dataset is in a run that is not its own',
      tags.name,
      `select format('%s %s in %s', t.name, a.dataset_id, c.name) ${associations(registry, tags)}
       where c.type = 1 and d.run_id <> a.collection_id`,
    ),
    ...wrongCollections(registry, tags, [1, 2]),
    ...wrongTypes(registry, tags, 'tag_association_table'),
    ...(calibs
      ? [
          ...wrongCollections(registry, calibs, [4]),
          ...wrongTypes(registry, calibs, 'calibration_association_table'),
          ...overlappingValidity(registry, registry.table(calibs.name)).map((finding) => ({
            ...finding,
            object: calibs.name,
          })),
        ]
      : []),
  ];
}

/** The associations `a` of a table, with their collections `c`, datasets `d`, and types `t`. */
function associations(registry: Registry, { name }: TableSpec): string {
  return `from ${registry.table(name)} a
    join ${registry.table('collection')} c on c.collection_id = a.collection_id
    join ${registry.table('dataset')} d on d.id = a.dataset_id
    join ${registry.table('dataset_type')} t on t.id = a.dataset_type_id`;
}

function wrongCollections(registry: Registry, spec: TableSpec, types: readonly number[]): Finding[] {
  return findings(
    registry,
    'collection is of the wrong type to hold the dataset',
    spec.name,
    `select format('%s %s in %s, of type %s', t.name, a.dataset_id, c.name, c.type) ${associations(registry, spec)}
     where c.type <> all ($1::int[])`,
    [types],
  );
}

/** Types that are not those of the datasets, and types whose associations are kept elsewhere. */
function wrongTypes(registry: Registry, spec: TableSpec, place: string): Finding[] {
  return findings(
    registry,
    'dataset is associated under another type',
    spec.name,
    `select format('%s %s in %s', t.name, a.dataset_id, c.name) ${associations(registry, spec)}
     where d.dataset_type_id <> a.dataset_type_id or t.${place} is distinct from $1`,
    [spec.name],
  );
}
