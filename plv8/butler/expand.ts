/** The statement that adds to a data ID what the records of its dimensions imply. */
import { dataIdRows, jsonObject, recordCondition } from './data_id.ts';
import { hasTable } from './ddl.ts';
import { type ButlerErrorName, butlerError, butlerErrors } from './errors.ts';
import type { Registry } from './registry.ts';
import type { Compiled } from './statement.ts';
import { Parameters } from './statement.ts';
import type { DimensionGroup, Element, Universe } from './universe.ts';

const quote = (name: string): string => plv8.quote_ident(name);
const literal = (text: string): string => plv8.quote_literal(text);

/**
 * The dimensions that the keys of a data ID name, with all that they require and imply.
 * @throws DimensionNameError for what is no dimension
 */
export function groupOfKeys(universe: Universe, keys: readonly string[]): DimensionGroup {
  const names = keys.map((key) => key.split('.')[0]);
  const other = names.find((name) => !universe.element(name).isDimension);
  if (other !== undefined) throw butlerError('DimensionNameError', `${other} joins dimensions and is none`);
  return universe.conform(names);
}

/** The elements of a group with a table, each after those that give the values of its required dimensions. */
function joinable(universe: Universe, group: DimensionGroup): Element[] {
  const known = new Set(group.required);
  const waiting = group.elements.map((name) => universe.element(name)).filter(hasTable);
  const joined: Element[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex(({ required }) => required.every((name) => known.has(name)));
    const [element] = waiting.splice(index, 1);
    for (const name of element.implied) known.add(name);
    joined.push(element);
  }
  return joined;
}

/** Of each family, the finest element of the group: its region or timespan stands for the family. */
function finest(universe: Universe, group: DimensionGroup, kind: 'spatial' | 'temporal'): Element[] {
  const best = new Map<string, Element>();
  for (const name of group.elements) {
    const element = universe.element(name);
    const place = element[kind];
    if (!place) continue;
    const other = best.get(place.family);
    if (!other || place.rank < other[kind]!.rank) best.set(place.family, element);
  }
  return [...best.values()];
}

/** Regions of the pixels that a data ID names: of each system the finest, where its pixels have regions here. */
function pixelRegions(universe: Universe, group: DimensionGroup): string[] {
  const best = new Map<string, { name: string; level: number }>();
  for (const name of group.skypix) {
    const { system, level } = universe.element(name).skypix!;
    if ((best.get(system)?.level ?? -1) < level) best.set(system, { name, level });
  }
  return [...best].map(([system, { name }]) =>
    system === 'htm' ? `sky.htm_triangle(g.${quote(name)})` : 'null::bytea',
  );
}

/**
 * A query of one row for the data ID `$2`: `data_id`, all names, required ones first; `timespan` and `region`, the
 * intersection of those that its records have, NULL where one has none.
 *
 * It raises what `dataIdRows` does, DataIdValueError for a record that does not exist, InconsistentDataIdError for
 * values that the records do not relate.
 */
export function expandDataId(registry: Registry, keys: readonly string[]): Compiled {
  const { universe } = registry;
  const group = groupOfKeys(universe, keys);
  const parameters = new Parameters();
  const given = dataIdRows(registry, group, { array: 'json_build_array($2)' }, parameters);
  const values = new Map(group.required.map((name) => [name, `g.${quote(name)}`]));
  const joins: string[] = [];
  const missing: string[] = [];
  const contradicting: string[] = [];
  const refusal = (condition: string, name: ButlerErrorName, message: string) =>
    `when ${condition} then butler._raise('${butlerErrors[name]}', ${message}) is null`;
  const message = (text: string, ...sql: string[]) => `format(${[literal(text), '$2', ...sql].join(', ')})`;

  for (const name of group.required) {
    const { viewOf } = universe.element(name);
    if (viewOf === undefined) continue;
    const column = `r.${quote(name)}`;
    missing.push(
      refusal(
        `not exists (select from ${registry.table(viewOf)} r where ${column} = ${values.get(name)})`,
        'DataIdValueError',
        message(`DataIdValueError: no ${viewOf} has the ${name} of data ID %s`),
      ),
    );
  }
  for (const element of joinable(universe, group)) {
    const alias = quote(`record of ${element.name}`);
    const condition = recordCondition(universe, element.name, alias, (name) => values.get(name)!);
    joins.push(`left join ${registry.table(element.name)} ${alias} on ${condition}`);
    // Rows are compared whole: a column may be NULL in a record that is there.
    const isMissing = `${alias}.ctid is null`;
    if (element.isDimension)
      missing.push(
        refusal(
          isMissing,
          'DataIdValueError',
          message(`DataIdValueError: there is no record of ${element.name} for data ID %s`),
        ),
      );
    else if (element.alwaysJoin)
      contradicting.push(
        refusal(
          isMissing,
          'InconsistentDataIdError',
          message(
            `InconsistentDataIdError: ${element.required.join(', ')} of data ID %s do not belong together: no record of ${element.name} relates them`,
          ),
        ),
      );
    for (const name of element.implied) {
      const value = `${alias}.${quote(name)}`;
      const other = values.get(name);
      if (other === undefined) values.set(name, value);
      else
        contradicting.push(
          refusal(
            `${other} <> ${value}`,
            'InconsistentDataIdError',
            message(
              `InconsistentDataIdError: records of data ID %s have ${name} %L and, the ${element.name}, %L`,
              other,
              value,
            ),
          ),
        );
    }
  }

  const field = (element: Element, column: string) =>
    `${quote(`record of ${element.name}`)}.${quote(column)}`;
  const timespans = finest(universe, group, 'temporal').map((element) => field(element, 'timespan'));
  const stored = finest(universe, group, 'spatial').map((element) => field(element, 'region'));
  const pixels = pixelRegions(universe, group);
  const regions = [...stored.map((region) => `sky.region_from_base64(${region})`), ...pixels];
  const region =
    regions.length === 0
      ? 'null::text'
      : regions.length > 1
        ? `case when num_nulls(${regions.join(', ')}) = 0 then sky.region_to_base64(sky.region_intersection(array[${regions.join(', ')}])) end`
        : (stored[0] ?? `sky.region_to_base64(${pixels[0]})`);
  const names = [...group.required, ...group.implied];
  const checks = [...missing, ...contradicting];
  return {
    query: `
  with given as materialized (${given}
  )
  select
    ${jsonObject(names.map((name) => [name, values.get(name)!]))} as data_id,
    ${timespans.length === 0 ? 'null::int8range' : `butler._shown_timespan(${timespans.join(' * ')})`} as timespan,
    ${region} as region
  from given g
  ${joins.join('\n  ')}
  ${checks.length === 0 ? '' : `where case ${checks.join('\n    ')} else true end`}`,
    parameters: parameters.values,
  };
}
