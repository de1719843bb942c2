/** Which regions and ranges of validity a query joins by itself, and the SQL of spatial joins. */
import { regionFromBase64 } from '../../sky/base64.ts';
import { envelope } from '../../sky/pixel_search.ts';
import { butlerError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { Parameters } from '../statement.ts';
import type { DimensionGroup, Element, Universe } from '../universe.ts';
import type { SpatialJoin } from '../where/reference.ts';

/** A region is found in the index by this many ranges of pixels at most; the exact test comes after. */
const MAX_RANGES = 32;

/** The families of a group whose members have regions, each with its finest member there; a pixelization is one. */
function spatialFamilies(universe: Universe, group: DimensionGroup): Map<string, Element> {
  const finest = new Map<string, Element>();
  for (const name of group.elements) {
    const element = universe.element(name);
    const family = spatialFamily(element);
    if (family === undefined) continue;
    const known = finest.get(family);
    if (!known || fineness(element) < fineness(known)) finest.set(family, element);
  }
  return finest;
}

function spatialFamily({ spatial, skypix }: Element): string | undefined {
  return spatial?.family ?? skypix?.system;
}

const fineness = ({ spatial, skypix }: Element): number => spatial?.rank ?? -skypix!.level;

/**
 * The elements that a query over a group joins by their regions unasked: the finest of each of two families that
 * nothing else connects.
 *
 * @param searched dimensions of the datasets that the query searches: these connect the families they hold
 * @param explicit overlaps that the query itself asks for
 * @throws InvalidQueryError where there are more than two families, or a choice
 */
export function automaticSpatialJoin(
  universe: Universe,
  group: DimensionGroup,
  searched: readonly DimensionGroup[],
  explicit: readonly SpatialJoin[],
): readonly [Element, Element] | undefined {
  const families = spatialFamilies(universe, group);
  let sets = [...families.keys()].map((family) => new Set([family]));
  const connect = (connected: Iterable<string>) => {
    const names = new Set(connected);
    const met = sets.filter((set) => [...set].some((name) => names.has(name)));
    if (met.length > 1)
      sets = [...sets.filter((set) => !met.includes(set)), new Set(met.flatMap((set) => [...set]))];
  };
  for (const dimensions of searched) connect(spatialFamilies(universe, dimensions).keys());
  for (const { left, right } of explicit)
    connect([left, right].flatMap(({ element }) => spatialFamily(universe.element(element)) ?? []));
  if (sets.length <= 1) return undefined;
  if (sets.length > 2 || sets.some((set) => set.size > 1)) {
    const names = sets.map((set) => [...set].map((family) => families.get(family)!.name).join(' with '));
    throw butlerError(
      'InvalidQueryError',
      `the regions of ${names.join(', ')} could be joined in several ways`,
      {
        hint: 'Say which regions overlap: where => … and visit.region OVERLAPS patch.region.',
      },
    );
  }
  const [[one], [other]] = sets.map((set) => [...set]);
  return [families.get(one)!, families.get(other)!];
}

/** The elements whose timespans a group joins to ranges of validity: the finest of each family. */
export function temporalElements(universe: Universe, group: DimensionGroup): Element[] {
  const finest = new Map<string, Element>();
  for (const name of group.elements) {
    const element = universe.element(name);
    if (!element.temporal) continue;
    const known = finest.get(element.temporal.family);
    if (!known || element.temporal.rank < known.temporal!.rank) finest.set(element.temporal.family, element);
  }
  return [...finest.values()];
}

/** SQL of whether two columns of base64 text are regions that are not surely apart. */
export function regionsOverlap(left: string, right: string): string {
  return (
    `(${left} is not null and ${right} is not null ` +
    `and sky.region_overlaps_base64(${left} || '&' || ${right}) is not false)`
  );
}

/** How a query names the key of a dimension. */
type KeySql = (dimension: string) => string;

/**
 * The table of the pixels that an element's regions touch, at the level that all registries keep. A registry that
 * has none there leaves the exact test alone.
 */
class OverlapTable {
  private readonly element: Element;
  private readonly registry: Registry;
  readonly name: string;

  constructor(registry: Registry, element: Element) {
    this.registry = registry;
    this.element = element;
    this.name = registry.table(`${element.name}_skypix_overlap`);
  }

  get isKept(): boolean {
    const { system, level } = this.registry.universe.commonSkypix;
    const [{ kept }] = this.registry.rows<{ kept: boolean }>(
      `select exists (
         select from ${this.name} where skypix_system = $1::text and skypix_level = $2::int4
       ) as kept`,
      [system, level],
    );
    return kept;
  }

  /** Conditions on a row that belongs to the element that has these keys. */
  rowOf(alias: string, key: KeySql, parameters: Parameters): string[] {
    const { system, level } = this.registry.universe.commonSkypix;
    return [
      `${alias}.skypix_system = ${parameters.add(system, 'text')}`,
      `${alias}.skypix_level = ${parameters.add(String(level), 'int2')}`,
      ...this.element.required.map((name) => `${alias}.${plv8.quote_ident(name)} = ${key(name)}`),
    ];
  }
}

/** A condition that two elements touch a common pixel, as all whose regions overlap do. */
export function sharePixel(
  registry: Registry,
  left: Element,
  right: Element,
  key: KeySql,
  parameters: Parameters,
): string | undefined {
  const tables = [left, right].map((element) => new OverlapTable(registry, element));
  if (!tables.every(({ isKept }) => isKept)) return undefined;
  const [a, b] = tables;
  const conditions = [
    ...a.rowOf('a', key, parameters),
    ...b.rowOf('b', key, parameters),
    'a.skypix_index = b.skypix_index',
  ];
  return `exists (select from ${a.name} a, ${b.name} b where ${conditions.join(' and ')})`;
}

/** A condition that an element touches a pixel of a region's envelope. @param region base64 */
export function touchEnvelope(
  registry: Registry,
  element: Element,
  region: string,
  key: KeySql,
  parameters: Parameters,
): string | undefined {
  const { system, level } = registry.universe.commonSkypix;
  const table = new OverlapTable(registry, element);
  if (system !== 'htm' || !table.isKept) return undefined;
  const ranges = envelope('htm', regionFromBase64(region), level, MAX_RANGES).toPairs();
  const within = ranges.map(
    ([begin, end]) =>
      `o.skypix_index >= ${parameters.add(String(begin), 'int8')} and o.skypix_index < ${parameters.add(String(end), 'int8')}`,
  );
  const conditions = [...table.rowOf('o', key, parameters), `(${within.join(' or ') || 'false'})`];
  return `exists (select from ${table.name} o where ${conditions.join(' and ')})`;
}

/**
 * The pixels that an element touches, as a source of a pixel's dimension.
 * @throws UnimplementedQueryError where the registry keeps no such pixels
 */
export function pixelsOf(
  registry: Registry,
  element: Element,
  pixel: Element,
  key: KeySql,
  parameters: Parameters,
): { from: string; where: readonly string[]; pixel: string } {
  const { commonSkypix } = registry.universe;
  const table = new OverlapTable(registry, element);
  if (pixel.name !== commonSkypix.name || !element.spatial)
    throw butlerError(
      'UnimplementedQueryError',
      `a registry does not say where ${element.name} and ${pixel.name} overlap`,
      { hint: `It keeps the pixels of ${commonSkypix.name} that regions touch.` },
    );
  return { from: `${table.name} o`, where: table.rowOf('o', key, parameters), pixel: 'o.skypix_index' };
}
