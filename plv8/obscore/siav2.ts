/**
 * SIAv2 parameters compiled into one SQL statement over the ObsCore tables that are published (SIA 2.0 section 2.1).
 * Values of one parameter are alternatives, parameters are conditions that all hold; what is NULL meets no condition.
 */
import { type Compiled, Parameters } from '../butler/statement.ts';
import { FootprintSearch } from './position.ts';
import { type PublishedTable, publishedTables } from './publish.ts';
import {
  floatLiteral,
  type Interval,
  readCalibLevel,
  readInterval,
  uuidsIn,
  wrongValue,
} from './siav2_values.ts';
import { type StandardColumn, standardColumns } from './standard.ts';
import { selectStandard, standardValue } from './view.ts';

/** Values by lower-case name of the parameter; one that is not given has none. */
export type Siav2Parameters = ReadonlyMap<string, readonly string[]>;

/** Kinds of data products that Simple Image Access is about. */
const imageTypes = ['image', 'cube'];

const columnByName = new Map(standardColumns.map((column) => [column.name, column]));

/** Beyond this there is no need to count. */
const mostRows = 10n ** 15n;

/** What a condition is made of: a table and its columns, the statement's values, the regions that are searched. */
class Leaf {
  readonly table: PublishedTable;
  readonly values: Parameters;
  readonly positions: FootprintSearch | undefined;

  constructor(table: PublishedTable, values: Parameters, positions: FootprintSearch | undefined) {
    this.table = table;
    this.values = values;
    this.positions = positions;
  }

  column(name: string): string {
    return standardValue(this.table, columnByName.get(name) as StandardColumn);
  }

  float(x: number): string {
    return this.values.add(floatLiteral(x), 'float8');
  }

  text(value: string): string {
    return this.values.add(value, 'text');
  }

  oneOf(expression: string, values: readonly string[]): string {
    return `${expression} in (${values.map((value) => this.text(value)).join(', ')})`;
  }
}

/** The condition that a table's rows meet for one of the values. */
type Condition = (leaf: Leaf, values: readonly string[]) => string;

const anyOf = (conditions: readonly string[]) => conditions.map((condition) => `(${condition})`).join(' or ');

/** The column's value lies in an interval. */
function within(parameter: string, name: string): Condition {
  return (leaf, values) =>
    anyOf(
      values.map((value) => {
        const { from, to } = readInterval(parameter, value);
        return `${leaf.column(name)} between ${leaf.float(from)} and ${leaf.float(to)}`;
      }),
    );
}

/** What two columns bound has a point in common with an interval. */
function meeting(parameter: string, lower: string, upper: string): Condition {
  return (leaf, values) =>
    anyOf(
      values.map((value) => {
        const { from, to }: Interval = readInterval(parameter, value);
        return `${leaf.column(lower)} <= ${leaf.float(to)} and ${leaf.column(upper)} >= ${leaf.float(from)}`;
      }),
    );
}

function equal(name: string): Condition {
  return (leaf, values) => leaf.oneOf(leaf.column(name), values);
}

const position: Condition = ({ table, values, positions }) =>
  table.columns.has('footprint') && positions
    ? positions.condition('t.footprint', table.registry, values)
    : 'false';

/** States stand between slashes: /I/Q/. */
const polarization: Condition = (leaf, values) =>
  `string_to_array(${leaf.column('pol_states')}, '/') && array[${values.map((value) => leaf.text(value)).join(', ')}]`;

/**
 * Identifiers are compared without regard to case, as those of the Virtual Observatory are. Where the dataset's UUID
 * is part of them, it leads to the row.
 */
const identifier: Condition = (leaf, values) => {
  const same = leaf.oneOf(
    `lower(${leaf.column('obs_publisher_did')})`,
    values.map((value) => value.toLowerCase()),
  );
  const { obs_publisher_did_fmt: format } = JSON.parse(leaf.table.config) as {
    obs_publisher_did_fmt?: string | null;
  };
  if (!format?.includes('{id}') || !leaf.table.columns.has('registry_dataset_id')) return same;
  const ids = values.flatMap(uuidsIn);
  if (ids.length === 0) return 'false';
  const list = ids.map((id) => leaf.values.add(id, 'uuid')).join(', ');
  return `t.registry_dataset_id in (${list}) and ${same}`;
};

const calibration: Condition = (leaf, values) =>
  `${leaf.column('calib_level')} in (${values.map((value) => leaf.values.add(String(readCalibLevel(value)), 'smallint')).join(', ')})`;

const productType: Condition = (leaf, values) => {
  const other = values.find((value) => !imageTypes.includes(value));
  if (other === undefined) return leaf.oneOf(leaf.column('dataproduct_type'), values);
  throw wrongValue('dptype', `'${other}' is no kind of image`, "Kinds of images are 'image' and 'cube'.");
};

const conditions: ReadonlyMap<string, Condition> = new Map([
  ['pos', position],
  ['band', meeting('band', 'em_min', 'em_max')],
  ['time', meeting('time', 't_min', 't_max')],
  ['pol', polarization],
  ['fov', within('fov', 's_fov')],
  ['spatres', within('spatres', 's_resolution')],
  ['specrp', within('specrp', 'em_res_power')],
  ['exptime', within('exptime', 't_exptime')],
  ['timeres', within('timeres', 't_resolution')],
  ['id', identifier],
  ['collection', equal('obs_collection')],
  ['facility', equal('facility_name')],
  ['instrument', equal('instrument_name')],
  ['dptype', productType],
  ['dpsubtype', equal('dataproduct_subtype')],
  ['calib', calibration],
  ['target', equal('target_name')],
  ['format', equal('access_format')],
]);

function compileLeaf(leaf: Leaf, parameters: Siav2Parameters): string {
  const required = parameters.get('dptype')?.length ? [] : [productType(leaf, imageTypes)];
  for (const [name, condition] of conditions) {
    const given = parameters.get(name) ?? [];
    if (given.length > 0) required.push(condition(leaf, given));
  }
  return `${selectStandard(leaf.table)}\nwhere ${required.map((condition) => `(${condition})`).join('\n  and ')}`;
}

/** A table without columns: what is wrong with a value is told also where nothing is published. */
const nothing: PublishedTable = {
  registry: '',
  tableName: '',
  config: '{}',
  table: '(select where false)',
  columns: new Map(),
};

/**
 * The statement of a search, which gives rows of obscore.observation: at most maxrec, and a warning where there are
 * more.
 * @throws ObsCoreQueryError for a value that cannot be read
 */
export function compileSiav2(parameters: Siav2Parameters, maxrec: bigint | null): Compiled {
  if (maxrec !== null && maxrec < 0n)
    throw wrongValue('maxrec', `${maxrec} is below 0`, 'Leave it out, or write NULL, for all observations.');
  const values = new Parameters();
  const published = publishedTables();
  const tables = published.length > 0 ? published : [nothing];
  const regions = parameters.get('pos') ?? [];
  const positions = regions.length > 0 ? new FootprintSearch(regions) : undefined;
  const leaves = tables.map((table) => compileLeaf(new Leaf(table, values, positions), parameters));
  const names = standardColumns.map(({ name }) => name).join(', ');
  const union = leaves.join('\nunion all\n');
  if (published.length === 0 || maxrec === 0n) {
    const nulls = standardColumns.map(({ sqlType }) => `null::${sqlType}`).join(', ');
    return { query: `select ${nulls} where false`, parameters: [] };
  }
  if (maxrec === null || maxrec > mostRows) return { query: union, parameters: values.values };
  const most = values.add(String(maxrec), 'int8');
  return {
    query: `select ${names}
from (select u.*, row_number() over () as place from (\n${union}\n) u limit ${most} + 1) r
where case when place <= ${most} then true else obscore._overflow(${most}) end`,
    parameters: values.values,
  };
}
