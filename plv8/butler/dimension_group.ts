/** The tables of a dimension group, which are made when the first dataset type needs them. */
import { Failure } from '../failure.ts';
import { completeAssociationTable } from './additions.ts';
import { calibsTable, makeTables, tagsTable } from './ddl.ts';
import type { Registry } from './registry.ts';
import type { DimensionGroup } from './universe.ts';

export interface DimensionGroupTables {
  readonly key: bigint;
  /** Names, not quoted. */
  readonly tags: string;
  /** Only where asked for. */
  readonly calibs?: string;
}

/** The key of a dimension group; undefined where no dataset type ever had it. */
function findDimensionGroup(registry: Registry, group: DimensionGroup): bigint | undefined {
  if (group.required.length === 0) return 0n;
  const [row] = registry.rows<{ key: bigint }>(
    `select dimension_graph_id as key
     from ${registry.table('dimension_graph_definition')}
     group by dimension_graph_id
     having array_agg(dimension_name order by dimension_name collate "C")
            = array(select name from unnest($1::text[]) as name order by name collate "C")`,
    [group.required],
  );
  return row?.key;
}

/** The tables of a group that has a key, and which of them are not there. */
function groupTables(registry: Registry, group: DimensionGroup, key: bigint, isCalibration: boolean) {
  const specs = [
    tagsTable(registry.universe, group, key),
    ...(isCalibration ? [calibsTable(registry.universe, group, key)] : []),
  ];
  const missing = specs.filter(({ name }) => {
    const table = registry.table(name);
    const [row] = registry.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [table]);
    return !row?.known;
  });
  const [tags, calibs] = specs;
  return { missing, found: { key, tags: tags!.name, ...(calibs ? { calibs: calibs.name } : {}) } };
}

/**
 * The tables that associate datasets of a dimension group with collections; makes what is missing. Concurrent
 * calls wait for one another.
 */
export function ensureDimensionGroup(
  registry: Registry,
  group: DimensionGroup,
  isCalibration: boolean,
): DimensionGroupTables {
  const known = findDimensionGroup(registry, group);
  if (known !== undefined) {
    const { missing, found } = groupTables(registry, group, known, isCalibration);
    if (missing.length === 0) return found;
  }
  // The lock is the one that clients of the Data Butler take for this; what it waited for may have made the group.
  plv8.execute(
    `lock table ${registry.table('dimension_graph_key')}, ${registry.table('dimension_graph_definition')} in exclusive mode`,
  );
  const key = findDimensionGroup(registry, group) ?? addDimensionGroup(registry, group);
  const { missing, found } = groupTables(registry, group, key, isCalibration);
  if (missing.length > 0) requireRightToCreate(registry, group);
  makeTables(registry, missing);
  for (const { name } of missing) completeAssociationTable(registry, registry.table(name));
  return found;
}

/** Loaders write rows; tables are the owners'. */
function requireRightToCreate(registry: Registry, group: DimensionGroup): void {
  const [row] = registry.rows<{ may: boolean }>(`select has_schema_privilege($1, 'create') as may`, [
    registry.name,
  ]);
  if (row?.may) return;
  const names = group.required.join(', ') || 'no dimensions';
  throw new Failure('42501', `permission denied: datasets of ${names} are new in registry ${registry.name}`, {
    detail: 'Their tables have to be made, which needs the right to create in the schema.',
    hint:
      'Let a member of almagest_owner register the first dataset type of these dimensions, or: ' +
      `grant create on schema ${registry.schema} to the role.`,
  });
}

function addDimensionGroup(registry: Registry, group: DimensionGroup): bigint {
  const [row] = registry.rows<{ key: bigint }>(
    `insert into ${registry.table('dimension_graph_key')} (id) values (nextval($1::regclass)) returning id as key`,
    [registry.table('dimension_graph_key_seq_id')],
  );
  registry.rows(
    `insert into ${registry.table('dimension_graph_definition')} (dimension_graph_id, dimension_name)
     select $1::int8, unnest($2::text[])`,
    [row!.key, group.required],
  );
  return row!.key;
}
