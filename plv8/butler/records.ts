/**
 * Statements that write the records of dimensions. Each takes its values as text array `$1` and the records, a JSON
 * array of objects, as `$2`: whatever their number, it is one statement. What they must refuse they raise themselves,
 * or the table's constraints do, and `explain` then finds the record.
 */
import { jsonObject, keyColumn, recordKeys } from './data_id.ts';
import { hasTable, longestVarchar } from './ddl.ts';
import { butlerError } from './errors.ts';
import type { Registry } from './registry.ts';
import { announceOverlaps, deleteOverlaps, insertOverlaps } from './skypix.ts';
import type { Parameters } from './statement.ts';
import type { Column, Element } from './universe.ts';

export const conflictActions = ['error', 'skip', 'replace'] as const;
export type ConflictAction = (typeof conflictActions)[number];

const quote = (name: string): string => plv8.quote_ident(name);
const literal = (text: string): string => plv8.quote_literal(text);

/** The element of a name, which has a table. @throws DimensionNameError */
export function elementWithTable(registry: Registry, name: string | null): Element {
  const element = registry.universe.element(name ?? '');
  if (hasTable(element)) return element;
  throw butlerError('DimensionNameError', `${element.name} has no records of its own`, {
    hint: element.viewOf
      ? `The ${element.name} values are those of the ${element.viewOf} records: insert these.`
      : 'Pixels are numbers; nothing is inserted for them.',
  });
}

/** SQL type that JSON members are read as; timespans, regions and hashes have several forms and are read as text. */
function readType({ type }: Column): string {
  switch (type) {
    case 'int':
      return 'int8';
    case 'float':
      return 'float8';
    case 'bool':
      return 'boolean';
    default:
      return 'text';
  }
}

/** The value for a column of what was read for it. */
function stored({ name, type }: Column): string {
  const read = `r.${quote(name)}`;
  switch (type) {
    case 'timespan':
      return `butler._timespan(${read})`;
    case 'region':
      return `butler._region(${read})`;
    case 'hash':
      return `replace(encode(decode(${read}, 'hex'), 'base64'), chr(10), '')`;
    default:
      return read;
  }
}

/** A column's value as JSON: what records give and take, save that regions and timespans are text. */
export function columnJson({ type }: Column, sql: string): string {
  switch (type) {
    case 'hash':
      return `to_json(encode(decode(${sql}, 'base64'), 'hex'))`;
    case 'timespan':
      return `to_json(butler._shown_timespan(${sql}))`;
    default:
      return `to_json(${sql})`;
  }
}

/** The records as relation `r`: a column for each of the element's, read as a type, and `item` and `position`. */
function given(element: Element, typeOf: (column: Column) => string): string {
  const { columns } = element;
  return `rows from (
      json_to_recordset($2) as (${columns.map((column) => `${quote(column.name)} ${typeOf(column)}`).join(', ')}),
      json_array_elements($2)
    ) with ordinality as r (${columns.map(({ name }) => quote(name)).join(', ')}, item, position)`;
}

/** Raises where a record has a field that the element has not, or as a list or object; otherwise true. */
function fieldsAreFit(element: Element, parameters: Parameters): string {
  const list = (columns: readonly Column[]) =>
    parameters.add(`{${columns.map(({ name }) => `"${name}"`).join(',')}}`, 'text[]');
  const allowed = list(element.columns);
  const composite = list(element.columns.filter(({ type }) => type === 'timespan' || type === 'region'));
  const isFit = `f.key = any (${allowed}) and (json_typeof(f.value) not in ('object', 'array') or f.key = any (${composite}))`;
  return `case when exists (select from json_each(r.item) f where not (${isFit}))
    then butler._refuse_record_fields(r.item, r.position, ${literal(element.name)}, ${allowed}, ${composite}) is null
    else true end`;
}

/** Names of the columns of the primary key, and of the others. */
export function columnNames(element: Element): { key: string[]; rest: string[] } {
  const isKey = ({ role }: Column) => role === 'required' || role === 'key';
  return {
    key: element.columns.filter(isKey).map(({ name }) => name),
    rest: element.columns.filter((column) => !isKey(column)).map(({ name }) => name),
  };
}

/**
 * The records as a query: a column for each of the element's, as the table keeps it. In the order of their keys, so
 * that sessions which write the same ones wait for one another and not in a circle.
 */
export function storedRecords(element: Element, parameters: Parameters): string {
  const { key } = columnNames(element);
  return `
  select ${element.columns.map((column) => `${stored(column)} as ${quote(column.name)}`).join(', ')}
  from ${given(element, readType)}
  where ${fieldsAreFit(element, parameters)}
  order by ${key.map((name) => `r.${quote(name)}`).join(', ')}, r.position`;
}

/**
 * Statements that insert records, to be run in order; the first gives how many were written. A record whose key is
 * there already is an error, skipped, or replaced as a whole.
 */
export function insertRecords(
  registry: Registry,
  element: Element,
  onConflict: ConflictAction,
  parameters: Parameters,
): string[] {
  const { key, rest } = columnNames(element);
  const replaces = onConflict === 'replace' && rest.length > 0;
  const resolution = replaces
    ? `on conflict (${key.map(quote).join(', ')}) do update
    set ${rest.map((name) => `${quote(name)} = excluded.${quote(name)}`).join(', ')}`
    : onConflict === 'error'
      ? ''
      : `on conflict (${key.map(quote).join(', ')}) do nothing`;
  const hasRegion = element.spatial !== undefined;
  const returned = hasRegion
    ? [
        ...recordKeys(registry.universe, element.name).map(
          ({ dimension, column }) => `${quote(column)} as ${quote(dimension)}`,
        ),
        'region',
      ].join(', ')
    : 'true as written';
  const writes = `written as (
  insert into ${registry.table(element.name)} (${element.columns.map(({ name }) => quote(name)).join(', ')})
  ${storedRecords(element, parameters)}
  ${resolution}
  returning ${returned}
)`;
  const count = 'select count(*) from written';
  if (!hasRegion) {
    // Those that are there already are announced, too, as clients do.
    const named = `(select r.${quote(key[0])} as ${quote(element.name)} from ${given(element, readType)}) named`;
    return [`with ${[writes, ...announceOverlaps(registry, element, named)].join(',\n')}\n${count}`];
  }
  if (!replaces) return [`with ${writes},\n${insertOverlaps(registry, element, 'written')}\n${count}`];
  // What was replaced leaves its pixels, which only a later statement can do: both would write the same keys.
  return [`with ${writes}\n${count}`, ...renewOverlaps(registry, element)];
}

/** Statements that make the overlaps of the given records anew from their regions in the table. */
export function renewOverlaps(registry: Registry, element: Element): string[] {
  const keys = recordKeys(registry.universe, element.name);
  const { key } = columnNames(element);
  const columns = element.columns.filter(({ name }) => key.includes(name));
  // A join with the function itself would run it again for each row of the table.
  const current = `given as materialized (
  select * from json_to_recordset($2) as (${columns.map((column) => `${quote(column.name)} ${readType(column)}`).join(', ')})
), current as (
  select ${keys.map(({ dimension, column }) => `t.${quote(column)} as ${quote(dimension)}`).join(', ')}, t.region
  from given n
  join ${registry.table(element.name)} t on ${key.map((name) => `t.${quote(name)} = n.${quote(name)}`).join(' and ')}
)`;
  return [
    `with ${current}\n${deleteOverlaps(registry, element, 'current')}`,
    `with ${current},\n${insertOverlaps(registry, element, 'current')}\nselect`,
  ];
}

/** Whether a record breaks a rule of one column: the complaint, or NULL. Reads columns as text. */
function complaint(element: Element, column: Column): string {
  const read = `r.${quote(column.name)}`;
  const isMissing = column.nullable
    ? 'null'
    : literal(
        column.role === 'key' || column.role === 'required'
          ? `it has no ${column.name}, which is part of its key`
          : `it has no ${column.name}, which every ${element.name} has`,
      );
  const unlike = (plain: string, type: string) =>
    `case when ${read} !~ ${literal(plain)} then butler._value_complaint(${literal(column.name)}, ${read}, '${type}') end`;
  let isWrong: string;
  switch (column.type) {
    case 'int':
      isWrong = unlike('^-?[0-9]{1,18}$', 'int8');
      break;
    case 'float':
      isWrong = unlike('^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{1,2})?$', 'float8');
      break;
    case 'bool':
      isWrong = unlike('^(true|false)$', 'boolean');
      break;
    case 'string':
      isWrong =
        column.length === undefined || column.length > longestVarchar
          ? 'null'
          : `case when char_length(${read}) > ${column.length} then format('its %s, %L, has %s characters, %s too many', ${literal(
              column.name,
            )}, ${read}, char_length(${read}), char_length(${read}) - ${column.length}) end`;
      break;
    default:
      isWrong = `butler._value_complaint(${literal(column.name)}, ${read}, '${column.type}')`;
  }
  return `case when ${read} is null then ${isMissing} else ${isWrong} end`;
}

/** A query for the first record with a value that its column cannot hold: `position`, `item`, `complaint`; `other` is NULL. */
export function firstMisfit(element: Element): string {
  return `
  select r.position, r.item, c.complaint, null as other
  from ${given(element, () => 'text')},
    lateral (values ${element.columns.map((column, index) => `(${index}, ${complaint(element, column)})`).join(',\n      ')}
    ) c (place, complaint)
  where c.complaint is not null
  order by r.position, c.place
  limit 1`;
}

export interface Constraint {
  readonly type: 'p' | 'u' | 'f';
  readonly columns: readonly string[];
  /** The table and columns that a foreign key refers to. */
  readonly target?: string;
  readonly targetColumns?: readonly string[];
}

/** The constraint of an element's table that has a name. */
export function findConstraint(registry: Registry, element: Element, name: string): Constraint | undefined {
  const columns = (table: string, numbers: string) =>
    `array(select a.attname::text from unnest(${numbers}) with ordinality n (number, place)
           join pg_attribute a on a.attrelid = ${table} and a.attnum = n.number order by n.place)`;
  const [row] = registry.rows<{
    type: 'p' | 'u' | 'f';
    columns: string[];
    target: string | null;
    target_columns: string[];
  }>(
    `select c.contype as type, ${columns('c.conrelid', 'c.conkey')} as columns,
            t.relname::text as target, ${columns('c.confrelid', 'c.confkey')} as target_columns
     from pg_constraint c
     left join pg_class t on t.oid = c.confrelid
     where c.conrelid = $1::regclass and c.conname = $2 and c.contype in ('p', 'u', 'f')`,
    [registry.table(element.name), name],
  );
  if (!row) return undefined;
  const { type, columns: own, target, target_columns } = row;
  return { type, columns: own, ...(target === null ? {} : { target, targetColumns: target_columns }) };
}

/**
 * A query for the first record that breaks a constraint: its `position` and `item`, the `complaint`, and the `other`
 * record, which has what must be its alone. `among`: those given, or all, with those of the table.
 */
export function firstConflict(
  registry: Registry,
  element: Element,
  { type, columns, target, targetColumns }: Constraint,
  among: 'all' | 'given',
): string {
  const parts = columns.map((name) => element.columns.find((column) => column.name === name)!);
  const records = `(
    select r.position, r.item, ${parts.map((part) => `${stored(part)} as ${quote(part.name)}`).join(', ')}
    from ${given(element, readType)}
  ) n`;
  const values = jsonObject(columns.map((name) => [name, `n.${quote(name)}`]));
  if (type === 'f' && target !== undefined) {
    const matches = columns.map((name, i) => `t.${quote(targetColumns![i])} = n.${quote(name)}`);
    return `
  select n.position, n.item, format('there is no %s %s', ${literal(target)}, ${values}) as complaint, null as other
  from ${records}
  where not exists (select from ${registry.table(target)} t where ${matches.join(' and ')})
  order by n.position
  limit 1`;
  }
  const same = (alias: string) => columns.map((name) => `${alias}.${quote(name)} = n.${quote(name)}`);
  return `
  select n.position, n.item,
    ${literal(`its ${columns.at(-1)} is taken`)} as complaint,
    coalesce('The registry has ' || t.record, 'Record ' || n.earlier || ' has it, too') as other
  from (
    select n.*, lag(n.position) over (partition by ${columns.map((name) => `n.${quote(name)}`).join(', ')} order by n.position) as earlier
    from ${records}
  ) n
  left join lateral (
    select row_to_json(t) as record
    from ${registry.table(element.name)} t
    where ${among === 'all'} and ${same('t').join(' and ')}
  ) t on true
  where t.record is not null or n.earlier is not null
  order by n.position
  limit 1`;
}

/** The key of a record that was given, as `item` of a relation: JSON of its data ID, for messages. */
export function keyOfItem(registry: Registry, element: Element): string {
  return jsonObject(
    element.required.map((dimension) => [
      dimension,
      `item -> ${literal(
        element.isDimension && dimension === element.name
          ? keyColumn(registry.universe, dimension).name
          : dimension,
      )}`,
    ]),
  );
}
