/** What an expression asks of its query, collected while it is analysed. */
import type { Span } from './ast.ts';
import type { Constant } from './bind.ts';
import type { Condition, Value } from './condition.ts';
import type { Complain } from './place.ts';
import type {
  Analysis,
  ColumnReference,
  Context,
  Reference,
  SpatialConstraint,
  SpatialJoin,
} from './reference.ts';
import { columnBehind, dimensionsBehind } from './resolve.ts';

export class Findings {
  /** Columns by what they are, each with the first place where it is named. */
  readonly #seen = new Map<string, { readonly reference: ColumnReference; readonly span: Span }>();
  readonly #constrained = new Map<string, readonly string[]>();
  /** Dimensions whose keys are compared with something, wherever that stands. */
  readonly #compared = new Set<string>();
  readonly spatialConstraints: SpatialConstraint[] = [];
  readonly spatialJoins: SpatialJoin[] = [];

  sees(reference: Reference, span: Span): void {
    const column = columnBehind(reference);
    const key = Object.values(column).join('.');
    if (!this.#seen.has(key)) this.#seen.set(key, { reference: column, span });
  }

  /** Values stand in a comparison, or are looked for in a list of the text. */
  compares(...values: readonly Value[]): void {
    for (const value of values) {
      if (value.kind === 'reference' && value.reference.kind === 'key')
        this.#compared.add(value.reference.dimension);
      else if (value.kind === 'negative') this.compares(value.operand);
      else if (value.kind === 'arithmetic') this.compares(...value.operands);
    }
  }

  /** Every row of the result has one of these constants for the value. */
  constrains(value: Value, constants: readonly Constant[]): void {
    if (value.kind !== 'reference' || value.reference.kind !== 'key') return;
    const { dimension } = value.reference;
    const texts = new Set(constants.map(({ text }) => text));
    const before = this.#constrained.get(dimension);
    this.#constrained.set(dimension, before ? before.filter((text) => texts.has(text)) : [...texts]);
  }

  /** @throws InvalidQueryError where a dimension depends on a governor that nothing constrains */
  analysis(condition: Condition, context: Context, complain: Complain): Analysis {
    const { universe, given } = context;
    const dimensions = new Set<string>();
    const elements = new Set<string>();
    for (const { reference, span } of this.#seen.values()) {
      if (reference.kind === 'field') elements.add(reference.element);
      for (const dimension of dimensionsBehind(reference, universe)) dimensions.add(dimension);
      const identified = dimensionIdentifiedBy(reference, universe);
      if (identified === undefined) continue;
      for (const governor of universe.element(identified).required) {
        if (governor === identified || !universe.element(governor).isGovernor) continue;
        if (given.includes(governor) || this.#compared.has(governor)) continue;
        throw complain(
          span,
          `${identified} depends on ${governor}, which the expression does not constrain directly`,
          `Add ${governor} = '…' with AND, or give it in the data ID.`,
        );
      }
    }
    return {
      condition,
      references: [...this.#seen.values()].map(({ reference }) => reference),
      dimensions: universe.sorted(dimensions),
      elements: universe.sorted(elements),
      constrained: this.#constrained,
      spatialConstraints: this.spatialConstraints,
      spatialJoins: this.spatialJoins,
    };
  }
}

/**
 * The dimension whose values a column gives: a key, also an alternate one, is unique only within its governor, while
 * metadata, regions and timespans mean the same wherever they are.
 */
function dimensionIdentifiedBy(
  reference: ColumnReference,
  universe: Context['universe'],
): string | undefined {
  if (reference.kind === 'key') return reference.dimension;
  if (reference.kind === 'dataset') return undefined;
  const element = universe.element(reference.element);
  const column = element.columns.find(({ name }) => name === reference.column);
  return column?.role === 'alternate' ? element.name : undefined;
}
