/** Pixels of regions in SQL. */
import { type Routine, routine } from '../../routine.ts';
import { butlerError } from '../errors.ts';
import { openRegistry } from '../registry.ts';
import { refreshOverlaps, spatialElements } from '../skypix.ts';

export const refresh_skypix_overlap: Routine = routine(
  {
    args: [
      ['element', 'text', 'null'],
      ['registry', 'name', 'butler.current_registry()'],
    ],
    returns: 'int8',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Computes again which pixels of the common pixelization the regions of an element (visit, ' +
      'visit_detector_region, tract or patch; NULL for all) may touch, for rows that came by COPY, and returns how ' +
      'many rows there are now. Others may not write its records meanwhile. DimensionNameError for an element ' +
      'without regions.',
  },
  (name, registryName) => {
    const registry = openRegistry(registryName);
    const spatial = spatialElements(registry);
    const elements = name === null ? spatial : spatial.filter((element) => element.name === name);
    if (elements.length === 0)
      throw butlerError('DimensionNameError', `'${name}' has no regions`, {
        hint: `Those that have are ${spatial.map((element) => element.name).join(', ')}.`,
      });
    return elements.reduce((sum, element) => sum + refreshOverlaps(registry, element), 0n);
  },
);
