/** What the fields of templates name: keys of the data ID, fields of its records, and what is known of the dataset. */
import { hasTable } from '../../butler/ddl.ts';
import type { DatasetType } from '../../butler/registry.ts';
import type { Column } from '../../butler/universe.ts';
import type { DatasetTypeConfig } from '../config.ts';
import { type Lookup, sqlText, type Term } from '../format/compile.ts';
import { datasetId, runName } from './names.ts';
import type { Records } from './records.ts';

function constantText(value: string | null): Term | 'none' {
  return value === null
    ? 'none'
    : { sql: `${sqlText(value)}::text`, kind: 'str', nullable: false, constant: value };
}

function constantInt(value: number): Term {
  return { sql: `${value}::int8`, kind: 'int', nullable: false, constant: BigInt(value) };
}

const kinds = {
  int: 'int',
  float: 'float',
  string: 'str',
  bool: 'bool',
  hash: 'str',
  region: 'region',
  timespan: 'timespan',
} as const satisfies Record<Column['type'], Term['kind']>;

/** A term of a column; where a string has a length, its type is varchar, which is not text. */
function columnTerm(sql: string, type: Column['type'], nullable: boolean): Term {
  return { sql: type === 'string' ? `${sql}::text` : sql, kind: kinds[type], nullable };
}

/** Roles of columns that no table has NULL in: all others may be NULL, whatever the universe says of them. */
const linked: readonly Column['role'][] = ['required', 'key', 'implied'];

/** A field of an element's record, by the name of its column. */
function fieldTerm(records: Records, element: string, field: string): ReturnType<Lookup> {
  if (!records.has(element)) return undefined;
  const definition = records.registry.universe.element(element);
  const column = definition.columns.find(({ name }) => name === field);
  if (!column) return { invalid: `records of ${element} have no field '${field}'` };
  if (column.type === 'hash') return { invalid: `{records[${element}].${field}}: a hash has no text` };
  const { role, type } = column;
  if (hasTable(definition)) return columnTerm(records.field(element, field), type, !linked.includes(role));
  // Bands are known by their names alone, pixels by their numbers.
  return role === 'key' ? columnTerm(records.key(element), type, false) : undefined;
}

/** The terms that templates of one dataset type can name, but for `obs_id`. */
export function lookupFor(records: Records, datasetType: DatasetType, config: DatasetTypeConfig): Lookup {
  const { universe } = records.registry;
  const { names } = datasetType.dimensions;
  const own = new Map<string, () => Term | 'none'>();
  for (const name of names) {
    const { type } = universe.element(name).columns.find(({ role }) => role === 'key')!;
    own.set(name, () => columnTerm(records.key(name), type, false));
  }
  const ofDataset = (sql: string, kind: 'uuid' | 'str') => () => {
    records.use({ others: true });
    return { sql, kind, nullable: false };
  };
  own.set('id', ofDataset(datasetId, 'uuid'));
  own.set('run', ofDataset(runName, 'str'));
  own.set('dataset_type', () => constantText(datasetType.name));
  own.set('dataproduct_type', () => constantText(config.dataproductType));
  own.set('dataproduct_subtype', () => constantText(config.dataproductSubtype));
  own.set('o_ucd', () => constantText(config.oUcd));
  own.set('calib_level', () => constantInt(config.calibLevel));
  own.set('obs_collection', () => constantText(config.obsCollection));
  own.set('access_format', () => constantText(config.accessFormat));
  config.sXel?.forEach((size, axis) => {
    own.set(`s_xel${axis + 1}`, () => constantInt(size));
  });
  // An exposure stands for the visit that its data ID lacks.
  const exposure = own.get('exposure');
  if (exposure && !own.has('visit')) own.set('visit', exposure);
  return (path) => ('name' in path ? own.get(path.name)?.() : fieldTerm(records, path.record, path.field));
}
