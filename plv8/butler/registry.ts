/** A registry as PL/v8 code sees it: its schema, its universe, and lookups that several operations need. */
import { butlerError } from './errors.ts';
import { type DimensionGroup, Universe } from './universe.ts';

export const collectionTypes = { RUN: 1, TAGGED: 2, CHAINED: 3, CALIBRATION: 4 } as const;
export type CollectionType = keyof typeof collectionTypes;

export function collectionTypeName(code: number): CollectionType {
  const names = Object.keys(collectionTypes) as CollectionType[];
  const name = names.find((candidate) => collectionTypes[candidate] === code);
  if (name === undefined) throw butlerError('RegistryStateError', `no collection type has the code ${code}`);
  return name;
}

export interface Collection {
  readonly id: bigint;
  readonly name: string;
  readonly type: CollectionType;
  readonly doc: string | null;
}

export interface DatasetType {
  readonly id: bigint;
  readonly name: string;
  readonly storageClass: string;
  readonly isCalibration: boolean;
  readonly dimensions: DimensionGroup;
  /** Quoted names of the tables that hold its associations; calibs only for a calibration. */
  readonly tags: string;
  readonly calibs?: string;
}

/** Universes by the text that they were made from: parsing one costs more than looking it up. */
const universes = new Map<string, Universe>();

export class Registry {
  /** The schema's name, and the same quoted. */
  readonly name: string;
  readonly schema: string;
  private parsed: Universe | undefined;

  constructor(name: string) {
    this.name = name;
    this.schema = plv8.quote_ident(name);
  }

  /** A table of the registry, quoted. */
  table(name: string): string {
    return `${this.schema}.${plv8.quote_ident(name)}`;
  }

  rows<R extends object>(sql: string, values: readonly unknown[] = []): R[] {
    return plv8.execute(sql, values) as R[];
  }

  get universe(): Universe {
    if (!this.parsed) {
      const [row] = this.rows<{ value: string }>(
        `select value from ${this.table('butler_attributes')} where name = 'config:dimensions.json'`,
      );
      if (!row)
        throw butlerError('RegistryStateError', `registry ${this.name} does not say what its dimensions are`);
      let universe = universes.get(row.value);
      if (!universe) {
        universe = new Universe(JSON.parse(row.value));
        universes.set(row.value, universe);
      }
      this.parsed = universe;
    }
    return this.parsed;
  }

  findCollection(name: string): Collection | undefined {
    const [row] = this.rows<{ id: bigint; type: number; doc: string | null }>(
      `select collection_id as id, type, doc from ${this.table('collection')} where name = $1`,
      [name],
    );
    return row && { id: row.id, name, type: collectionTypeName(row.type), doc: row.doc };
  }

  /** @throws MissingCollectionError */
  collection(name: string): Collection {
    const found = this.findCollection(name);
    if (!found) throw butlerError('MissingCollectionError', `no collection is named '${name}'`);
    return found;
  }

  findDatasetType(name: string): DatasetType | undefined {
    return this.datasetTypes([name])[0];
  }

  /** @throws MissingDatasetTypeError */
  datasetType(name: string): DatasetType {
    const found = this.findDatasetType(name);
    if (!found) throw butlerError('MissingDatasetTypeError', `dataset type '${name}' does not exist`);
    return found;
  }

  /** Dataset types of these names that exist, or all, by name. */
  datasetTypes(names?: readonly string[]): DatasetType[] {
    const rows = this.rows<{
      id: bigint;
      name: string;
      storage_class: string;
      tags: string;
      calibs: string | null;
      dimensions: string[];
    }>(
      `select t.id, t.name, t.storage_class, t.tag_association_table as tags,
              t.calibration_association_table as calibs,
              array(select d.dimension_name from ${this.table('dimension_graph_definition')} d
                    where d.dimension_graph_id = t.dimensions_key) as dimensions
       from ${this.table('dataset_type')} t
       ${names ? 'where t.name = any($1)' : ''}
       order by t.name collate "C"`,
      names ? [names] : [],
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      storageClass: row.storage_class,
      isCalibration: row.calibs !== null,
      dimensions: this.universe.conform(row.dimensions),
      tags: this.table(row.tags),
      ...(row.calibs === null ? {} : { calibs: this.table(row.calibs) }),
    }));
  }
}

/**
 * The registry of a name, as `butler.current_registry()` gave it where the caller named none.
 * @throws MissingRegistryError
 */
export function openRegistry(name: string | null): Registry {
  const known = plv8.execute('select name::text as name from butler.registry order by name') as {
    name: string;
  }[];
  if (name !== null && known.some((registry) => registry.name === name)) return new Registry(name);
  const names = known.map((registry) => registry.name).join(', ');
  throw butlerError(
    'MissingRegistryError',
    name === null ? 'no registry is named' : `there is no registry '${name}'`,
    {
      hint:
        names === ''
          ? "Make one: select butler.create_registry('name')."
          : `This database has ${names}: write registry => 'name', or set butler.registry = 'name'.`,
    },
  );
}
