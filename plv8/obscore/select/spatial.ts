/**
 * Where a dataset's region comes from: of each spatial family of its data ID the finest element there, or, for an
 * exposure, whose records have none, a visit that it belongs to.
 */
import { recordKeys } from '../../butler/data_id.ts';
import type { Registry } from '../../butler/registry.ts';
import type { DimensionGroup, Element, Universe } from '../../butler/universe.ts';
import { exposureRegionKey, exposureVisit, joinName } from './names.ts';

export type RegionSource =
  | { readonly kind: 'none' }
  /** The region of one element's record. */
  | { readonly kind: 'element'; readonly element: Element }
  /** The region in `element` (visit, or visit_detector_region) of the first visit of the exposure that has one. */
  | { readonly kind: 'visit'; readonly element: Element }
  /** Regions of several families, whose intersection has no form in ObsCore. */
  | { readonly kind: 'several'; readonly elements: readonly Element[] }
  /** The region of a pixel, which has no record. */
  | { readonly kind: 'pixel'; readonly element: Element };

export function regionSource({ universe }: Registry, group: DimensionGroup): RegionSource {
  if (group.names.includes('exposure') && !group.names.includes('visit')) {
    const name = group.names.includes('detector') ? 'visit_detector_region' : 'visit';
    const element = universe.elements.get(name);
    if (!element?.spatial || !universe.elements.has('visit_definition')) return { kind: 'none' };
    return { kind: 'visit', element };
  }
  const elements = finest(universe, group, 'spatial');
  const [element, other] = elements;
  if (!element) return { kind: 'none' };
  if (other) {
    // An exposure is where its visit is, whatever else the data ID names.
    const observation =
      group.names.includes('exposure') && elements.find((e) => e.required.includes('visit'));
    return observation ? { kind: 'element', element: observation } : { kind: 'several', elements };
  }
  return element.skypix ? { kind: 'pixel', element } : { kind: 'element', element };
}

/** The elements whose timespans are those of a data ID: of each temporal family the finest. */
export function timespanSources({ universe }: Registry, group: DimensionGroup): Element[] {
  return finest(universe, group, 'temporal');
}

function finest(universe: Universe, group: DimensionGroup, kind: 'spatial' | 'temporal'): Element[] {
  const found = new Map<string, { element: Element; rank: number }>();
  for (const name of group.elements) {
    const element = universe.element(name);
    const skypix = kind === 'spatial' ? element.skypix : undefined;
    const place = skypix ? { family: skypix.system, rank: -skypix.level } : element[kind];
    if (!place) continue;
    const known = found.get(place.family);
    if (!known || place.rank < known.rank) found.set(place.family, { element, rank: place.rank });
  }
  return [...found.values()].map(({ element }) => element);
}

/**
 * `left join` of the footprint of each exposure of the source `s`: the region of the first of its visits that has one.
 * The visit is told with it, or the first where none has a region.
 */
export function exposureRegions(registry: Registry, element: Element, size: 'few' | 'many'): string {
  const own = recordKeys(registry.universe, element.name).filter(({ dimension }) => dimension !== 'visit');
  const visit = recordKeys(registry.universe, element.name).find(({ dimension }) => dimension === 'visit')!;
  const definition = registry.table('visit_definition');
  const table = registry.table(element.name);
  const column = (name: string) => plv8.quote_ident(name);
  // The visit's record has the instrument as well.
  const sameVisit = `v.${column(visit.column)} = d.visit and v.instrument = d.instrument`;
  if (size === 'few') {
    const same = own
      .filter(({ dimension }) => dimension !== 'instrument')
      .map(({ dimension, column: name }) => ` and v.${column(name)} = s.${column(dimension)}`);
    return `left join lateral (
    select md5(v.region)::uuid as ${exposureRegionKey}, d.visit as ${exposureVisit}
    from ${definition} d
    join ${table} v on ${sameVisit}${same.join('')}
    where d.instrument = s.instrument and d.exposure = s.exposure
    order by v.region is null, d.visit
    limit 1
  ) "@exposure region" on true`;
  }
  const label = (name: string) => joinName('exposure@', name);
  const others = own.filter(({ dimension }) => dimension !== 'instrument');
  const keys = [
    `d.instrument as ${label('instrument')}`,
    `d.exposure as ${label('exposure')}`,
    ...others.map(({ dimension, column: name }) => `v.${column(name)} as ${label(dimension)}`),
  ];
  const names = ['instrument', 'exposure', ...others.map(({ dimension }) => dimension)];
  const ofVisits = (visits: string) =>
    `select instrument, exposure, min(visit) as visit from ${definition} group by instrument, exposure having count(*) ${visits}`;
  const values = `md5(v.region)::uuid as ${exposureRegionKey}, d.visit as ${exposureVisit}`;
  const on = [
    `${label('exposure')} = s.exposure`,
    `(${label('instrument')} = s.instrument) is true`,
    ...others.map(({ dimension }) => `${label(dimension)} = s.${column(dimension)}`),
  ];
  return `left join (
    select ${keys.join(', ')}, ${values}
    from (${ofVisits('= 1')}) d
    join ${table} v on ${sameVisit}
    union all
    (select distinct on (${names.map(label).join(', ')}) ${keys.join(', ')}, ${values}
    from (${ofVisits('> 1')}) o
    join ${definition} d on d.instrument = o.instrument and d.exposure = o.exposure
    join ${table} v on ${sameVisit}
    order by ${names.map(label).join(', ')}, v.region is null, d.visit)
  ) "@exposure region" on ${on.join(' and ')}`;
}
