/** Dimensions in SQL: what a set of them requires and implies. */
import { type Routine, routine } from '../../routine.ts';
import { openRegistry } from '../registry.ts';

export const conform_dimensions: Routine = routine(
  {
    args: [
      ['dimensions', 'text[]'],
      ['registry', 'name', 'butler.current_registry()'],
    ],
    returns: {
      table: [
        ['required', 'text[]'],
        ['implied', 'text[]'],
        ['names', 'text[]'],
        ['governors', 'text[]'],
        ['elements', 'text[]'],
        ['skypix', 'text[]'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    rows: 1,
    comment:
      'The group of dimensions that the given ones make with all that they require and imply, each list in the ' +
      "universe's order: required (a data ID gives these), implied (records give these), names (both), governors, " +
      'elements (with the tables that join them), skypix. DimensionNameError for an unknown name.',
  },
  (dimensions, registry) => {
    const { required, implied, names, governors, elements, skypix } = openRegistry(registry).universe.conform(
      (dimensions ?? []).filter((name) => name !== null),
    );
    return [
      {
        required: [...required],
        implied: [...implied],
        names: [...names],
        governors: [...governors],
        elements: [...elements],
        skypix: [...skypix],
      },
    ];
  },
);
