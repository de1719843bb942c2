/**
 * The pixels that regions may touch, which clients search first: tables `{element}_skypix_overlap`, in the common
 * pixelization of the universe, and `…_summary`, which says for which instruments or skymaps they are kept.
 */
import { jsonObject, keyColumn, recordKeys } from './data_id.ts';
import { butlerError } from './errors.ts';
import { type Insertion, insertMany, orRefuse } from './references.ts';
import type { Registry } from './registry.ts';
import type { Element } from './universe.ts';

const quote = (name: string): string => plv8.quote_ident(name);

interface CommonPixels {
  readonly system: string;
  readonly level: string;
}

/** Constants of the common pixelization, as columns of the tables have them. */
function commonPixels({ universe }: Registry): CommonPixels {
  const { system, level } = universe.commonSkypix;
  return { system: plv8.quote_literal(system), level: `${level}` };
}

/** The same where its pixels can be computed. @throws UnimplementedQueryError */
function computedPixels(registry: Registry): CommonPixels {
  const { system, name } = registry.universe.commonSkypix;
  if (system !== 'htm')
    throw butlerError('UnimplementedQueryError', `overlaps with pixels of ${name} cannot be computed`, {
      hint: 'Only HTM can be the common pixelization of a universe here.',
    });
  return commonPixels(registry);
}

function governors(registry: Registry, element: Element): string[] {
  return element.required.filter((name) => registry.universe.element(name).isGovernor);
}

/**
 * Parts of a WITH list that say for a relation's instruments or skymaps that the pixels of their regions are kept.
 * Clients say so with the governor alone: without it they could not write the pixels of a visit or a tract.
 */
export function announceOverlaps(registry: Registry, governor: Element, relation: string): string[] {
  if (!governor.isGovernor) return [];
  return summaries(registry)
    .filter((summary) => summary.governor === governor.name)
    .map((summary) => `${quote(summary.table)} as (\n${insertSummary(registry, summary, relation)}\n)`);
}

/** A table that says for which values of its one governor the pixels of an element's regions are kept. */
interface Summary {
  readonly table: string;
  readonly governor: string;
}

function summaries(registry: Registry, elements = spatialElements(registry)): Summary[] {
  return elements.flatMap((element) => {
    const [governor, ...others] = governors(registry, element);
    return governor === undefined || others.length > 0
      ? []
      : [{ table: `${element.name}_skypix_overlap_summary`, governor }];
  });
}

/** Elements whose records have regions. */
export function spatialElements({ universe }: Registry): Element[] {
  return [...universe.elements.values()].filter(({ spatial }) => spatial !== undefined);
}

function insertSummary(registry: Registry, { table, governor }: Summary, relation: string): string {
  const { system, level } = commonPixels(registry);
  const by = quote(governor);
  return `  insert into ${registry.table(table)} (skypix_system, skypix_level, ${by})
  select distinct ${system}, ${level}, ${by} from ${relation}
  on conflict do nothing`;
}

/** The keys of a governor's records, under its name. */
function governorKeys(registry: Registry, governor: string): string {
  const { name } = keyColumn(registry.universe, governor);
  return `(select ${quote(name)} as ${quote(governor)} from ${registry.table(governor)}) governor`;
}

/** Says of all instruments and skymaps, where nobody did, that the pixels of these elements' regions are kept. */
export function completeSummaries(registry: Registry, elements = spatialElements(registry)): void {
  for (const summary of summaries(registry, elements))
    registry.rows(insertSummary(registry, summary, governorKeys(registry, summary.governor)));
}

/** Queries of the instruments and skymaps, as `detail`, of which a table does not say that pixels are kept. */
export function missingSummaries(registry: Registry): { readonly table: string; readonly query: string }[] {
  const { system, level } = commonPixels(registry);
  return summaries(registry).map(({ table, governor }) => {
    const by = quote(governor);
    return {
      table,
      query: `select ${jsonObject([[governor, `governor.${by}`]])}::text
       from ${governorKeys(registry, governor)}
       where not exists (
         select from ${registry.table(table)} s
         where s.skypix_system = ${system} and s.skypix_level = ${level} and s.${by} = governor.${by})`,
    };
  });
}

/** Parts of a WITH list that write the pixels of a relation's regions, whose keys bear the dimensions' names. */
export function insertOverlaps(registry: Registry, element: Element, relation: string): string {
  const { system, level } = computedPixels(registry);
  const keys = element.required.map(quote).join(', ');
  const by = governors(registry, element).map(quote).join(', ');
  const table = `${element.name}_skypix_overlap`;
  return `summarised as (
  insert into ${registry.table(`${table}_summary`)} (skypix_system, skypix_level, ${by})
  select distinct ${system}, ${level}, ${by} from ${relation} where region is not null
  on conflict do nothing
  returning 1
), overlapping as (
  insert into ${registry.table(table)} (skypix_system, skypix_level, ${keys}, skypix_index)
  select ${system}, ${level}, ${keys}, pixel
  from ${relation},
    unnest(sky.htm_envelope(sky.region_from_base64(region), ${level})) pixels,
    generate_series(lower(pixels), upper(pixels) - 1) pixel
  where region is not null
)`;
}

/** What `insertOverlaps` inserts. */
function overlapRows(registry: Registry, element: Element, relation: string): Insertion[] {
  const { system, level } = commonPixels(registry);
  const table = registry.table(`${element.name}_skypix_overlap`);
  const summary = registry.table(`${element.name}_skypix_overlap_summary`);
  const columnsOf = (names: readonly string[]) => ({
    skypix_system: system,
    skypix_level: level,
    ...Object.fromEntries(names.map((name) => [name, `s.${quote(name)}`])),
  });
  return [
    { table: summary, source: relation, columns: columnsOf(governors(registry, element)) },
    {
      table,
      source: relation,
      columns: columnsOf(element.required),
      made: { [summary]: 'summarised' },
    },
  ];
}

/** A statement's end that deletes the pixels of a relation's rows. */
export function deleteOverlaps(registry: Registry, element: Element, relation: string): string {
  const { system, level } = computedPixels(registry);
  const keys = element.required.map((name) => `o.${quote(name)} = ${relation}.${quote(name)}`);
  return `delete from ${registry.table(`${element.name}_skypix_overlap`)} o
using ${relation}
where o.skypix_system = ${system} and o.skypix_level = ${level} and ${keys.join(' and ')}`;
}

/** Makes the overlaps of all records of an element anew. @returns how many rows there are now */
export function refreshOverlaps(registry: Registry, element: Element): bigint {
  const { system, level } = computedPixels(registry);
  const table = registry.table(`${element.name}_skypix_overlap`);
  const keys = recordKeys(registry.universe, element.name);
  // No record may come or change between the deletion and the new rows.
  registry.rows(`lock table ${registry.table(element.name)} in share row exclusive mode`);
  registry.rows(`delete from ${table} where skypix_system = ${system} and skypix_level = ${level}`);
  completeSummaries(registry, [element]);
  const [{ records }] = registry.rows<{ records: bigint }>(
    `select count(region) as records from ${registry.table(element.name)}`,
  );
  const current = `current as materialized (
  select ${keys.map(({ dimension, column }) => `${quote(column)} as ${quote(dimension)}`).join(', ')}, region
  from ${registry.table(element.name)}
  where region is not null
)`;
  const inserted = insertOverlaps(registry, element, 'current');
  insertMany(
    registry,
    Number(records),
    overlapRows(registry, element, 'current'),
    (check) =>
      `with ${[current, ...(check?.statements ?? []), inserted].join(',\n')}
select${check ? ` where ${orRefuse(check)}` : ''}`,
    [],
  );
  const [{ count }] = registry.rows<{ count: bigint }>(
    `select count(*) as count from ${table} where skypix_system = ${system} and skypix_level = ${level}`,
  );
  return count;
}
