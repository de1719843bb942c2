/**
 * Data IDs between JSON and columns. Their values never pass through JavaScript, whose numbers would change ids
 * beyond 2^53: what is here composes SQL that reads and writes them.
 */
import { butlerErrors } from './errors.ts';
import type { Registry } from './registry.ts';
import type { Parameters } from './statement.ts';
import type { Column, DimensionGroup, Universe } from './universe.ts';

/** An SQL string constant. */
const literal = (text: string): string => plv8.quote_literal(text);

/** The column that holds a dimension's own key in the table of its records. */
export function keyColumn(universe: Universe, dimension: string): Column {
  return universe.element(dimension).columns.find(({ role }) => role === 'key')!;
}

/** The SQL type of a dimension's values. */
export function keyType(universe: Universe, dimension: string): 'int8' | 'text' {
  return keyColumn(universe, dimension).type === 'int' ? 'int8' : 'text';
}

/** JSON of the required dimensions, from columns of the same names of a relation. */
export function dataIdJson(group: DimensionGroup, alias: string): string {
  return jsonObject(group.required.map((name) => [name, `${alias}.${plv8.quote_ident(name)}`]));
}

/** JSON of named expressions, in their order. */
export function jsonObject(members: readonly (readonly [name: string, sql: string])[]): string {
  return `json_build_object(${members.map(([name, sql]) => `${literal(name)}, ${sql}`).join(', ')})`;
}

/** Where the tables of a required dimension hold it: its own key under the key's name, others under theirs. */
export function recordKeys(universe: Universe, element: string): { dimension: string; column: string }[] {
  const { required, isDimension } = universe.element(element);
  return required.map((dimension) => ({
    dimension,
    column: isDimension && dimension === element ? keyColumn(universe, element).name : dimension,
  }));
}

/** Whether the columns of an element's table name the record of these values: SQL. */
export function recordCondition(
  universe: Universe,
  element: string,
  alias: string,
  keyOf: (dimension: string) => string,
): string {
  return recordKeys(universe, element)
    .map(({ dimension, column }) => `${alias}.${plv8.quote_ident(column)} = ${keyOf(dimension)}`)
    .join(' and ');
}

/**
 * Expressions that look an implied dimension up, one for each element of the group that implies it; `keyOf` gives
 * those of the required dimensions.
 */
export function impliedValues(
  registry: Registry,
  group: DimensionGroup,
  dimension: string,
  keyOf: (required: string) => string,
): { by: string; sql: string }[] {
  const { universe } = registry;
  const value = (name: string): string =>
    group.required.includes(name) ? keyOf(name) : impliedValues(registry, group, name, keyOf)[0].sql;
  return group.names
    .filter((name) => universe.element(name).implied.includes(dimension))
    .map((by) => {
      const alias = plv8.quote_ident(`of ${by}`);
      const where = recordCondition(universe, by, alias, value);
      const column = `${alias}.${plv8.quote_ident(dimension)}`;
      return { by, sql: `(select ${column} from ${registry.table(by)} ${alias} where ${where})` };
    });
}

export interface DataIdSource {
  /** SQL of a JSON array, such as `$2`. */
  readonly array: string;
  /** The member of each element that holds its data ID; each element is one where this is not given. */
  readonly member?: string;
  /** Further columns, from expressions over `item`, the element as json. */
  readonly more?: Readonly<Record<string, string>>;
}

/** A name under which a data ID may give a record's alternate key, such as `detector.full_name`. */
interface Alternate {
  readonly dimension: string;
  readonly column: string;
}

function alternatesOf(universe: Universe, dimensions: readonly string[]): Alternate[] {
  return dimensions.flatMap((dimension) =>
    universe
      .element(dimension)
      .columns.filter(({ role, type }) => role === 'alternate' && type === 'string')
      .map(({ name }) => ({ dimension, column: name })),
  );
}

/**
 * A query that standardises data IDs: one row for each element of a JSON array, with its `position` (from 1), its
 * required dimensions as columns of their names and types, and `more`.
 *
 * Integers may be strings; a string that is the alternate key of a record (`"detector": "S29"`, or
 * `"detector.full_name": "S29"`) becomes its key. Dimensions outside the group are left out; implied ones must be
 * what the records say.
 *
 * While it runs it raises DimensionNameError for a key that is no dimension and for a missing value, DataIdValueError
 * for a value of another type, InconsistentDataIdError for an implied value that contradicts the records.
 */
export function dataIdRows(
  registry: Registry,
  group: DimensionGroup,
  source: DataIdSource,
  parameters: Parameters,
): string {
  const { universe } = registry;
  const quote = plv8.quote_ident;
  const alternates = alternatesOf(universe, group.required);
  const dotted = alternates.map(({ dimension, column }) => `${dimension}.${column}`);
  const read = [...group.required, ...group.implied, ...dotted];
  const columns = read.map((name) => `${quote(name)} text`).join(', ');
  const { array, member, more = {} } = source;
  const dataId = member === undefined ? 'given.item' : `given.item -> ${literal(member)}`;
  // One pass over the text of the array gives the columns, a second the elements for the rare and the bad.
  const elements = `json_array_elements(${array})`;
  const from =
    read.length === 0
      ? `${elements} with ordinality as given (item, position)`
      : member === undefined
        ? `rows from (json_to_recordset(${array}) as (${columns}), ${elements}) with ordinality
             as given (${[...read.map(quote), 'item', 'position'].join(', ')})`
        : `${elements} with ordinality as given (item, position),
             lateral json_to_record(${dataId}) as id (${columns})`;
  const text = (name: string) => `${member === undefined ? 'given' : 'id'}.${quote(name)}`;
  const allowed = [
    ...[...universe.elements.values()].filter(({ isDimension }) => isDimension).map(({ name }) => name),
    ...alternatesOf(
      universe,
      [...universe.elements.keys()].filter((name) => !universe.element(name).skypix),
    ).map(({ dimension, column }) => `${dimension}.${column}`),
  ];
  const allowedKeys = parameters.add(`{${allowed.map((name) => `"${name}"`).join(',')}}`, 'text[]');

  const value = (dimension: string): string => {
    const type = keyType(universe, dimension);
    const others = alternates.filter((alternate) => alternate.dimension === dimension);
    const raw = text(dimension);
    const quoted = `strpos((${dataId})::text, '"' || ${raw} || '"')`;
    const slow = `butler._data_id_value(${dataId}, given.position, ${literal(dimension)}, '${type}', ${
      others.length === 0 ? 'null' : literal(others.map(({ column }) => column).join(' or '))
    })`;
    if (type === 'text') return `case when ${quoted} > 0 then ${raw} else ${slow} end`;
    const lookUp = ({ column }: Alternate, name: string) => {
      const keys = recordKeys(universe, dimension);
      const own = keys.find((key) => key.dimension === dimension)!;
      const conditions = keys
        .filter((key) => key !== own)
        .map((key) => `r.${quote(key.column)} = ${text(key.dimension)}`);
      conditions.push(`r.${quote(column)} = ${name}`);
      const select = `select r.${quote(own.column)} from ${registry.table(dimension)} r`;
      return `(${select} where ${conditions.join(' and ')})`;
    };
    const found = others.flatMap((other) => [
      `case when json_typeof(${dataId} -> ${literal(dimension)}) = 'string' then ${lookUp(other, raw)} end`,
      lookUp(other, text(`${dimension}.${other.column}`)),
    ]);
    // A string of digits may still be an alternate key.
    const isPlain = `${raw} ~ '^-?[0-9]{1,18}$'${others.length === 0 ? '' : ` and ${quoted} = 0`}`;
    return `case when ${isPlain} then ${raw}::int8 else coalesce(${[...found, `${slow}::int8`].join(', ')}) end`;
  };

  // As many colons as values: no further key, and none twice. What has more is looked at key by key.
  const given = group.required.length === 0 ? '0' : `num_nonnulls(${group.required.map(text).join(', ')})`;
  const colons = `length((${dataId})::text) - length(replace((${dataId})::text, ':', ''))`;
  const checked = `
    select given.position,
      ${[
        ...group.required.map((name) => `${value(name)} as ${quote(name)}`),
        ...group.implied.map((name) => `${text(name)} as ${quote(`given ${name}`)}`),
        ...Object.entries(more).map(([name, sql]) => `${sql} as ${quote(name)}`),
        `${dataId} as item`,
      ].join(',\n      ')}
    from ${from}
    where case when ${colons} = ${given} then true
      else butler._check_data_id_keys(${dataId}, given.position, ${allowedKeys}) end`;

  const contradictions = group.implied.flatMap((name) =>
    impliedValues(registry, group, name, (required) => `v.${quote(required)}`).map(({ by, sql }) => {
      const stated = `v.${quote(`given ${name}`)}`;
      const message = `format('InconsistentDataIdError: data ID %s says %s = %L, but its %s has %L', v.item, ${literal(
        name,
      )}, ${stated}, ${literal(by)}, ${sql})`;
      return (
        `when ${stated} is not null and ${stated} <> ${sql}::text then ` +
        `butler._raise('${butlerErrors.InconsistentDataIdError}', ${message}, 'It is data ID ' || v.position || ' of those given.') is null`
      );
    }),
  );
  const kept = ['position', ...group.required, ...Object.keys(more)].map((name) => `v.${quote(name)}`);
  return `
  select ${kept.join(', ')}
  from (${checked}
    offset 0
  ) v
  ${contradictions.length === 0 ? '' : `where case ${contradictions.join('\n    ')} else true end`}`;
}
