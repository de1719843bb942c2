/**
 * The pixels that regions may touch, which clients search first: tables `{element}_skypix_overlap`, in the common
 * pixelization of the universe, and `…_summary`, which says for which instruments or skymaps they are kept.
 */
import { recordKeys } from './data_id.ts';
import { butlerError } from './errors.ts';
import type { Registry } from './registry.ts';
import type { Element } from './universe.ts';

const quote = (name: string): string => plv8.quote_ident(name);

/** Constants of the common pixelization, as columns of the tables have them. */
function common(registry: Registry): { system: string; level: string } {
  const { system, level, name } = registry.universe.commonSkypix;
  if (system !== 'htm')
    throw butlerError('UnimplementedQueryError', `overlaps with pixels of ${name} cannot be computed`, {
      hint: 'Only HTM can be the common pixelization of a universe here.',
    });
  return { system: `'${system}'`, level: `${level}` };
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
  const { system, level } = common(registry);
  const by = quote(governor.name);
  return [...registry.universe.elements.values()]
    .filter((element) => element.spatial !== undefined && element.required.includes(governor.name))
    .map(
      (element) => `${quote(`announced_${element.name}`)} as (
  insert into ${registry.table(`${element.name}_skypix_overlap_summary`)} (skypix_system, skypix_level, ${by})
  select ${system}, ${level}, ${by} from ${relation}
  on conflict do nothing
)`,
    );
}

/** Parts of a WITH list that write the pixels of a relation's regions, whose keys bear the dimensions' names. */
export function insertOverlaps(registry: Registry, element: Element, relation: string): string {
  const { system, level } = common(registry);
  const keys = element.required.map(quote).join(', ');
  const by = governors(registry, element).map(quote).join(', ');
  const table = `${element.name}_skypix_overlap`;
  return `summarised as (
  insert into ${registry.table(`${table}_summary`)} (skypix_system, skypix_level, ${by})
  select distinct ${system}, ${level}, ${by} from ${relation} where region is not null
  on conflict do nothing
), overlapping as (
  insert into ${registry.table(table)} (skypix_system, skypix_level, ${keys}, skypix_index)
  select ${system}, ${level}, ${keys}, pixel
  from ${relation},
    unnest(sky.htm_envelope(sky.region_from_base64(region), ${level})) pixels,
    generate_series(lower(pixels), upper(pixels) - 1) pixel
  where region is not null
)`;
}

/** A statement's end that deletes the pixels of a relation's rows. */
export function deleteOverlaps(registry: Registry, element: Element, relation: string): string {
  const { system, level } = common(registry);
  const keys = element.required.map((name) => `o.${quote(name)} = ${relation}.${quote(name)}`);
  return `delete from ${registry.table(`${element.name}_skypix_overlap`)} o
using ${relation}
where o.skypix_system = ${system} and o.skypix_level = ${level} and ${keys.join(' and ')}`;
}

/** Makes the overlaps of all records of an element anew. @returns how many rows there are now */
export function refreshOverlaps(registry: Registry, element: Element): bigint {
  const { system, level } = common(registry);
  const table = registry.table(`${element.name}_skypix_overlap`);
  const keys = recordKeys(registry.universe, element.name);
  // No record may come or change between the deletion and the new rows.
  registry.rows(`lock table ${registry.table(element.name)} in share row exclusive mode`);
  registry.rows(`delete from ${table} where skypix_system = ${system} and skypix_level = ${level}`);
  registry.rows(`with current as (
  select ${keys.map(({ dimension, column }) => `${quote(column)} as ${quote(dimension)}`).join(', ')}, region
  from ${registry.table(element.name)}
), ${insertOverlaps(registry, element, 'current')}
select`);
  const [{ count }] = registry.rows<{ count: bigint }>(
    `select count(*) as count from ${table} where skypix_system = ${system} and skypix_level = ${level}`,
  );
  return count;
}
