/** Dimensions in SQL: what a set of them requires and implies. */
import { compiles, type Routine, routine } from '../../routine.ts';
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
    ...compiles,
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

export const dimension_elements: Routine = routine(
  {
    args: [['registry', 'name', 'butler.current_registry()']],
    returns: {
      table: [
        ['name', 'text'],
        ['relation', 'text'],
        ['key', 'text[]'],
        ['required', 'text[]'],
        ['implied', 'text[]'],
        ['is_governor', 'boolean'],
        ['doc', 'text'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    rows: 30,
    comment:
      "The dimensions of a registry and the tables that join them, in the universe's order, without pixels: the table " +
      '(NULL for one without), the columns of its primary key, what it requires and implies, what it is.',
  },
  (name) => {
    const registry = openRegistry(name);
    return [...registry.universe.elements.values()]
      .filter(({ skypix }) => !skypix)
      .map((element) => ({
        name: element.name,
        relation: element.viewOf === undefined ? registry.table(element.name) : null,
        key: element.columns
          .filter(({ role }) => role === 'required' || role === 'key')
          .map((column) => column.name),
        required: [...element.required],
        implied: [...element.implied],
        is_governor: element.isGovernor,
        doc: element.doc,
      }));
  },
);
