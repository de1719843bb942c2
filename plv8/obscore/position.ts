/** POS of SIAv2 as a condition on the footprints of an ObsCore table. */
import type { Parameters } from '../butler/statement.ts';
import { Failure } from '../failure.ts';
import { encodeRegion } from '../sky/codec.ts';
import { regionFromText } from '../sky/s_region.ts';
import { wrongValue } from './siav2_values.ts';

/**
 * The region of a POS string, whose polygon is what its sides enclose; more is understood than POS has: every shape of
 * s_region.
 * @throws ObsCoreQueryError for text that is no region
 */
export function encodedPosition(text: string): Uint8Array {
  try {
    return encodeRegion(regionFromText(text));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw wrongValue(
      'pos',
      error.message,
      "Write a region in degrees, ICRS: 'CIRCLE 53 -28 1', 'RANGE 10 20 -5 +Inf', 'POLYGON 10 10 20 10 20 20'.",
    );
  }
}

/** Footprints that have a point in common with one of the regions, searched once a registry. */
export class FootprintSearch {
  private readonly regions: readonly Uint8Array[];
  private readonly found = new Map<string, string>();

  constructor(texts: readonly string[]) {
    this.regions = texts.map(encodedPosition);
  }

  /** Their keys, as text of an array. */
  private in(registry: string): string {
    const known = this.found.get(registry);
    if (known !== undefined) return known;
    const keys = new Set<string>();
    for (const region of this.regions) {
      const [{ footprints }] = plv8.execute('select obscore._footprints_overlapping($1, $2) as footprints', [
        registry,
        region,
      ]) as [{ footprints: string[] }];
      for (const key of footprints) keys.add(key);
    }
    const list = `{${[...keys].join(',')}}`;
    this.found.set(registry, list);
    return list;
  }

  /** The condition on the column footprint; the planner knows how many they are. */
  condition(column: string, registry: string, values: Parameters): string {
    const list = this.in(registry);
    return list === '{}' ? 'false' : `${column} = any (${values.add(list, 'uuid[]')})`;
  }
}
