/** The rows that a configuration makes, without a table that keeps them. */
import { openRegistry, Registry } from '../butler/registry.ts';
import { configOf, type Definition } from './definition.ts';
import { footprintCellTable, footprintTable, storeFootprints } from './footprints.ts';
import { memberTable, requireCollections, wantedMembers } from './members.ts';
import { allDatasets } from './select/datasets.ts';
import { rowsOf } from './select/rows.ts';

/** A registry some of whose tables are temporary ones of this session. */
class RegistryWithOwn extends Registry {
  private readonly own: ReadonlySet<string>;

  constructor(name: string, own: readonly string[]) {
    super(name);
    this.own = new Set(own);
  }

  override table(name: string): string {
    return this.own.has(name) ? `pg_temp.${plv8.quote_ident(name)}` : super.table(name);
  }
}

/** What the transaction before it, or an export before it in this transaction, left. */
function makeTemporary(registry: Registry, name: string, columns: string): void {
  plv8.execute(`drop table if exists ${registry.table(name)}`);
  plv8.execute(`create temporary table ${plv8.quote_ident(name)} (${columns}) on commit drop`);
}

function storeMembers(definition: Definition): void {
  const { registry, tableName } = definition;
  makeTemporary(registry, memberTable, 'table_name name, collection_id int8, rank int4');
  const members = wantedMembers(definition);
  plv8.execute(
    `insert into ${registry.table(memberTable)} (table_name, collection_id, rank)
     select $1::name, m.id, m.rank from unnest($2::int8[], $3::int4[]) as m (id, rank)`,
    [tableName, members.map(({ id }) => id), members.map(({ rank }) => rank)],
  );
  plv8.execute(`analyze ${registry.table(memberTable)}`);
}

/** The registry's footprints, where an ObsCore table has them kept; otherwise those of this moment. */
function registryWithFootprints(name: string): Registry {
  const kept = openRegistry(name);
  const [{ known }] = kept.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
    kept.table(footprintTable),
  ]);
  if (known) return new RegistryWithOwn(kept.name, [memberTable]);
  const registry = new RegistryWithOwn(kept.name, [memberTable, footprintTable, footprintCellTable]);
  for (const table of [footprintTable, footprintCellTable])
    plv8.execute(`drop table if exists ${registry.table(table)}`);
  storeFootprints(registry);
  return registry;
}

export interface TypeRows {
  readonly dataset_type: string;
  /** A query of the table's columns, but pgSphere's, and `complaints`. */
  readonly query: string;
}

/**
 * For each configured dataset type that the registry has, in the configuration's order, the query of its rows, which
 * reads temporary tables and is good until the transaction ends.
 */
export function rowsWithoutTable(registryName: string | null, text: string): TypeRows[] {
  const config = { ...configOf(text), pgsphere: null };
  const registry = registryWithFootprints(openRegistry(registryName).name);
  const definition: Definition = {
    registry,
    tableName: config.tableName,
    // What no trigger has to follow may be anything that a query can say.
    mode: 'matview',
    onError: 'record',
    published: false,
    config,
    configText: text,
  };
  requireCollections(definition);
  storeMembers(definition);
  const types = registry.datasetTypes(config.datasetTypes.map(({ name }) => name));
  return config.datasetTypes.flatMap(({ name }) =>
    types
      .filter((datasetType) => datasetType.name === name)
      .map((datasetType) => ({
        dataset_type: name,
        query: rowsOf(definition, datasetType, allDatasets(definition, datasetType)),
      })),
  );
}
