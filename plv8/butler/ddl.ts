/** The tables of a registry: those that every one has, those of its dimensions, and those of dimension groups. */
import { keyColumn } from './data_id.ts';
import { calibsTableName, tagsTableName } from './names.ts';
import type { Registry } from './registry.ts';
import {
  type ColumnSpec,
  column,
  createTables,
  type ForeignKeySpec,
  grantRights,
  nullable,
  type TableSpec,
} from './table.ts';
import type { Column, DimensionGroup, Element, Universe } from './universe.ts';

/** Strings up to this length are stored with their length; longer ones as text. */
export const longestVarchar = 32;

function sqlType({ type, length }: { type: Column['type']; length?: number }): string {
  switch (type) {
    case 'int':
      return 'bigint';
    case 'float':
      return 'double precision';
    case 'bool':
      return 'boolean';
    case 'timespan':
      return 'int8range';
    case 'string':
      return length !== undefined && length <= longestVarchar ? `varchar(${length})` : 'text';
    case 'hash':
    case 'region':
      return 'text';
  }
}

/** Whether an element has a table of its own. */
export function hasTable({ skypix, viewOf }: Element): boolean {
  return skypix === undefined && viewOf === undefined;
}

/** A column that holds a dimension's key, under the dimension's name. */
function dimensionColumn(universe: Universe, name: string): ColumnSpec {
  const element = universe.element(name);
  const comment = element.skypix
    ? `Pixel of ${name}`
    : `${name}: ${element.doc.charAt(0).toLowerCase()}${element.doc.slice(1)}`;
  return column(name, sqlType(keyColumn(universe, name)), comment);
}

/** Foreign keys to those of the dimensions that have tables. */
function dimensionKeys(universe: Universe, names: readonly string[]): ForeignKeySpec[] {
  return names
    .map((name) => universe.element(name))
    .filter(hasTable)
    .map((element) => ({
      table: element.name,
      source: element.required,
      target: element.required.map((name) => (name === element.name ? keyColumn(universe, name).name : name)),
    }));
}

const roleComments = {
  region: 'Region on the sky, ICRS: sphgeom encoding in base64 [; pos.outline]',
  timespan: 'Begin and end, end excluded: ns since 1970-01-01 TAI [ns; time.interval]',
} as const;

function columnComment(element: Element, { name, role, doc }: Column): string {
  if (role === 'region' || role === 'timespan') return roleComments[role];
  if (role === 'key') return `Key of the ${element.name}`;
  if (role === 'alternate') return doc ?? `Other name of the ${element.name}, unique among those of its kind`;
  return doc ?? `${name.replaceAll('_', ' ')} of the ${element.name}`;
}

function elementTable(universe: Universe, element: Element): TableSpec {
  const required = element.required.filter((name) => name !== element.name);
  return {
    name: element.name,
    comment: element.doc,
    columns: element.columns.map((part) =>
      part.role === 'required' || part.role === 'implied'
        ? dimensionColumn(universe, part.name)
        : {
            name: part.name,
            type: sqlType(part),
            nullable: part.role !== 'key',
            comment: columnComment(element, part),
          },
    ),
    primaryKey: element.columns
      .filter(({ role }) => role === 'required' || role === 'key')
      .map(({ name }) => name),
    unique: element.columns.filter(({ role }) => role === 'alternate').map(({ name }) => [...required, name]),
    foreignKeys: dimensionKeys(universe, [...required, ...element.implied]),
  };
}

const skypixColumns = [
  column('skypix_system', 'varchar(16)', 'Pixelization: htm or healpix'),
  column('skypix_level', 'smallint', 'Level of the pixelization'),
];

function governorsOf(universe: Universe, element: Element): string[] {
  return element.required.filter((name) => universe.element(name).isGovernor);
}

/** The pixels that regions of an element touch, and for which of its governors they are kept. */
function skypixOverlapTables(universe: Universe, element: Element): TableSpec[] {
  const governors = governorsOf(universe, element);
  const summary = `${element.name}_skypix_overlap_summary`;
  const system = skypixColumns.map(({ name }) => name);
  return [
    {
      name: summary,
      comment: `Pixelizations in which ${element.name}_skypix_overlap is kept`,
      columns: [...skypixColumns, ...governors.map((name) => dimensionColumn(universe, name))],
      primaryKey: [...system, ...governors],
      foreignKeys: dimensionKeys(universe, governors),
    },
    {
      name: `${element.name}_skypix_overlap`,
      comment: `Pixels that the region of each ${element.name} may touch`,
      columns: [
        ...skypixColumns,
        ...element.required.map((name) => dimensionColumn(universe, name)),
        column('skypix_index', 'bigint', 'Pixel that the region may touch'),
      ],
      primaryKey: [...system, ...element.required, 'skypix_index'],
      indexes: [[...system, 'skypix_index', ...element.required]],
      foreignKeys: [
        {
          table: summary,
          source: [...system, ...governors],
          target: [...system, ...governors],
          cascade: true,
        },
        ...dimensionKeys(universe, element.required),
      ],
    },
  ];
}

/** Overlaps between elements of two families. Clients expect the tables and leave them empty. */
function pairOverlapTables(universe: Universe, one: Element, other: Element): TableSpec[] {
  const name = `${one.name}_${other.name}_overlap`;
  const governors = [...governorsOf(universe, one), ...governorsOf(universe, other)];
  const rest = [...one.required, ...other.required].filter((dimension) => !governors.includes(dimension));
  const table = (label: string, comment: string, dimensions: readonly string[]): TableSpec => ({
    name: label,
    comment,
    columns: dimensions.map((dimension) => dimensionColumn(universe, dimension)),
    primaryKey: dimensions,
    foreignKeys: dimensionKeys(universe, dimensions),
  });
  return [
    table(`${name}_summary`, `For which ${governors.join(' and ')} ${name} is kept; empty`, governors),
    table(name, `Overlaps of ${one.name} with ${other.name}; empty`, [...governors, ...rest]),
  ];
}

function collectionTables(universe: Universe): TableSpec[] {
  const collection = column('collection_id', 'bigint', 'The collection');
  const collectionKey = (source: string, cascade: boolean): ForeignKeySpec => ({
    table: 'collection',
    source: [source],
    target: ['collection_id'],
    cascade,
  });
  const governors = [...universe.elements.values()].filter(({ isGovernor }) => isGovernor);
  return [
    {
      name: 'collection',
      comment: 'Collections of datasets',
      columns: [
        column('collection_id', 'bigint', 'Key of the collection'),
        column('name', 'text', 'Its name; upper and lower case differ'),
        column('type', 'smallint', 'Its type: 1 RUN, 2 TAGGED, 3 CHAINED, 4 CALIBRATION'),
        nullable(column('doc', 'text', 'What it is for')),
      ],
      primaryKey: ['collection_id'],
      unique: [['name']],
      sequenceOf: 'collection_id',
    },
    {
      name: 'run',
      comment: 'Collections of type RUN, to one of which each dataset belongs for ever',
      columns: [
        collection,
        nullable(column('host', 'text', 'Machine that made the datasets')),
        nullable(
          column('timespan', 'int8range', 'When they were made: ns since 1970-01-01 TAI [ns; time.interval]'),
        ),
      ],
      primaryKey: ['collection_id'],
      foreignKeys: [collectionKey('collection_id', true)],
    },
    {
      name: 'collection_chain',
      comment: 'Children of the CHAINED collections, in the order in which they are searched',
      columns: [
        column('parent', 'bigint', 'The chain: a collection of type CHAINED'),
        column(
          'position',
          'smallint',
          'Place of the child: smaller ones are searched first; there may be gaps',
        ),
        column('child', 'bigint', 'A collection of any type'),
      ],
      primaryKey: ['parent', 'position'],
      foreignKeys: [collectionKey('parent', true), collectionKey('child', false)],
    },
    {
      name: 'collection_summary_dataset_type',
      comment: 'Dataset types of which a collection has, or once had, datasets',
      columns: [collection, column('dataset_type_id', 'bigint', 'The dataset type')],
      primaryKey: ['collection_id', 'dataset_type_id'],
      foreignKeys: [
        collectionKey('collection_id', true),
        { table: 'dataset_type', source: ['dataset_type_id'], target: ['id'], cascade: true },
      ],
    },
    ...governors.map(({ name }) => ({
      name: `collection_summary_${name}`,
      comment: `Each ${name} of which a collection has, or once had, datasets`,
      columns: [collection, dimensionColumn(universe, name)],
      primaryKey: ['collection_id', name],
      foreignKeys: [collectionKey('collection_id', true), ...dimensionKeys(universe, [name])],
    })),
  ];
}

const datasetTables: readonly TableSpec[] = [
  {
    name: 'dataset_type',
    comment: 'Types of dataset: what is stored, and which dimensions identify it',
    columns: [
      column('id', 'bigint', 'Key of the dataset type'),
      column('name', 'text', 'Its name; upper and lower case differ'),
      column(
        'storage_class',
        'text',
        'How its datasets are stored and read: a name in the configuration of clients',
      ),
      column(
        'dimensions_key',
        'bigint',
        'Its dimension group: dimension_graph_key.id, or 0 for no dimensions',
      ),
      column(
        'tag_association_table',
        'text',
        'Table that associates its datasets with RUN and TAGGED collections',
      ),
      nullable(
        column(
          'calibration_association_table',
          'text',
          'Table that associates its datasets with CALIBRATION collections; NULL where it is no calibration',
        ),
      ),
    ],
    primaryKey: ['id'],
    unique: [['name']],
    sequenceOf: 'id',
  },
  {
    name: 'dataset',
    comment: 'Datasets, wherever their files are',
    columns: [
      column('id', 'uuid', 'Key of the dataset, the same in every registry'),
      column('dataset_type_id', 'bigint', 'Its type'),
      column('ingest_date', 'bigint', 'When it was registered: ns since 1970-01-01 TAI [ns; time.creation]'),
      column('run_id', 'bigint', 'The RUN collection that it belongs to'),
    ],
    primaryKey: ['id'],
    foreignKeys: [
      { table: 'dataset_type', source: ['dataset_type_id'], target: ['id'] },
      { table: 'run', source: ['run_id'], target: ['collection_id'], cascade: true },
    ],
  },
  {
    name: 'dataset_location',
    comment: 'Datastores that hold a dataset',
    columns: [
      column('datastore_name', 'text', 'The datastore'),
      column('dataset_id', 'uuid', 'The dataset that it holds'),
    ],
    primaryKey: ['datastore_name', 'dataset_id'],
    foreignKeys: [{ table: 'dataset', source: ['dataset_id'], target: ['id'] }],
  },
  {
    name: 'dataset_location_trash',
    comment: 'Datasets that a datastore is about to delete',
    columns: [
      column('dataset_id', 'uuid', 'The dataset, which may be gone already'),
      column('datastore_name', 'text', 'The datastore that held it'),
    ],
    primaryKey: ['dataset_id', 'datastore_name'],
  },
];

const generalTables: readonly TableSpec[] = [
  {
    name: 'butler_attributes',
    comment: 'What the registry is: its managers with their versions, its dimensions',
    columns: [column('name', 'text', 'Name of the attribute'), column('value', 'text', 'Its value')],
    primaryKey: ['name'],
  },
  {
    name: 'opaque_meta',
    comment: 'Tables that datastores keep in the registry',
    columns: [column('table_name', 'text', 'Name of the table')],
    primaryKey: ['table_name'],
  },
  {
    name: 'dimension_graph_key',
    comment:
      'Keys of the dimension groups of dataset types; key 0, without a row, is the group of no dimensions',
    columns: [column('id', 'bigint', 'Key of the dimension group')],
    primaryKey: ['id'],
    sequenceOf: 'id',
  },
  {
    name: 'dimension_graph_definition',
    comment: 'The required dimensions of each dimension group',
    columns: [
      column('dimension_graph_id', 'bigint', 'The dimension group'),
      column('dimension_name', 'text', 'A dimension that it requires'),
    ],
    primaryKey: ['dimension_graph_id', 'dimension_name'],
    foreignKeys: [
      { table: 'dimension_graph_key', source: ['dimension_graph_id'], target: ['id'], cascade: true },
    ],
  },
];

/** Every table that a registry has before its first dataset type. */
export function staticTables(universe: Universe): TableSpec[] {
  const elements = [...universe.elements.values()];
  const spatial = elements.filter((element) => element.spatial);
  const pairs = spatial.flatMap((one, index) =>
    spatial
      .slice(index + 1)
      .filter((other) => other.spatial!.family !== one.spatial!.family)
      .map((other) => [one, other] as const),
  );
  return [
    ...generalTables,
    ...elements.filter(hasTable).map((element) => elementTable(universe, element)),
    ...spatial.flatMap((element) => skypixOverlapTables(universe, element)),
    ...pairs.flatMap(([one, other]) => pairOverlapTables(universe, one, other)),
    ...collectionTables(universe),
    ...datasetTables,
  ];
}

/** Those of them that are worked with. Overlaps between pairs of elements are a relic: a registry may lack them. */
export function workingTables(universe: Universe): TableSpec[] {
  return staticTables(universe).filter(
    ({ name }) => !/_overlap(_summary)?$/.test(name) || /_skypix_overlap/.test(name),
  );
}

/** What tags and calibs tables have in common. */
function associationTable(universe: Universe, group: DimensionGroup) {
  const same = ['collection_id', 'dataset_type_id'];
  return {
    columns: [
      column('dataset_type_id', 'bigint', 'Type of the dataset'),
      column('dataset_id', 'uuid', 'The dataset'),
      column('collection_id', 'bigint', 'The collection that holds it'),
      ...group.required.map((name) => dimensionColumn(universe, name)),
    ],
    foreignKeys: [
      { table: 'dataset_type', source: ['dataset_type_id'], target: ['id'] },
      { table: 'dataset', source: ['dataset_id'], target: ['id'], cascade: true },
      { table: 'collection', source: ['collection_id'], target: ['collection_id'], cascade: true },
      { table: 'collection_summary_dataset_type', source: same, target: same },
      ...group.required.flatMap((name) => [
        ...dimensionKeys(universe, [name]),
        ...(universe.element(name).isGovernor
          ? [
              {
                table: `collection_summary_${name}`,
                source: ['collection_id', name],
                target: ['collection_id', name],
              },
            ]
          : []),
      ]),
    ] satisfies ForeignKeySpec[],
  };
}

export function tagsTable(universe: Universe, group: DimensionGroup, key: bigint): TableSpec {
  return {
    ...associationTable(universe, group),
    name: tagsTableName(key),
    comment: `Datasets in RUN and TAGGED collections, by ${group.required.join(', ') || 'no dimensions'}`,
    primaryKey: ['dataset_id', 'collection_id'],
    unique: [['dataset_type_id', 'collection_id', ...group.required]],
  };
}

export function calibsTable(universe: Universe, group: DimensionGroup, key: bigint): TableSpec {
  const { columns, foreignKeys } = associationTable(universe, group);
  return {
    name: calibsTableName(key),
    comment: `Datasets in CALIBRATION collections and when they are valid, by ${group.required.join(', ') || 'no dimensions'}`,
    columns: [
      column('id', 'bigint', 'Key of the association'),
      ...columns,
      {
        ...column(
          'timespan',
          'int8range',
          'When it is valid: ns since 1970-01-01 TAI; unbounded where a bound is infinite, 0 or 4102444800000000000 [ns; time.interval]',
        ),
        defaultTo: `'(,)'::int8range`,
      },
    ],
    primaryKey: ['id'],
    indexes: [['dataset_type_id', 'collection_id', ...group.required, 'timespan']],
    foreignKeys,
    sequenceOf: 'id',
  };
}

/** Makes tables with the rights of the almagest roles on them. */
export function makeTables(registry: Registry, specs: readonly TableSpec[]): void {
  for (const statement of [...createTables(registry, specs), ...grantRights(registry, specs)])
    plv8.execute(statement);
}
