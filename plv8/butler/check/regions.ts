/** Pixels of regions: clients look there first, and would not find a region whose pixels are not all there. */
import { jsonObject, recordCondition, recordKeys } from '../data_id.ts';
import type { Registry } from '../registry.ts';
import { missingSummaries, spatialElements } from '../skypix.ts';
import { type Finding, findings } from './finding.ts';

const quote = (name: string): string => plv8.quote_ident(name);

export function checkRegions(registry: Registry): Finding[] {
  const { universe } = registry;
  const { system, level } = universe.commonSkypix;
  const place = `o.skypix_system = ${plv8.quote_literal(system)} and o.skypix_level = ${level}`;
  const unsaid = missingSummaries(registry).flatMap(({ table, query }) =>
    findings(registry, `pixels are not announced: select butler.attach('${registry.name}')`, table, query),
  );
  const untouched = spatialElements(registry).flatMap(({ name }) => {
    const overlaps = `from ${registry.table(`${name}_skypix_overlap`)} o
        where ${place} and ${recordCondition(universe, name, 'r', (dimension) => `o.${quote(dimension)}`)}`;
    // Pixels of a universe that has others than HTM cannot be computed here.
    const wanted =
      system === 'htm'
        ? `exists (
               select
               from unnest(sky.htm_envelope(sky.region_from_base64(r.region), ${level})) pixels,
                 generate_series(lower(pixels), upper(pixels) - 1) pixel
               where not exists (select ${overlaps} and o.skypix_index = pixel))`
        : `not exists (select ${overlaps})`;
    const keys = recordKeys(universe, name).map(
      ({ dimension, column }) => [dimension, `r.${quote(column)}`] as const,
    );
    return findings(
      registry,
      'pixels of the region are missing',
      `${name}_skypix_overlap`,
      `select ${jsonObject(keys)}::text from ${registry.table(name)} r where r.region is not null and ${wanted}`,
    );
  });
  return [...unsaid, ...untouched];
}
