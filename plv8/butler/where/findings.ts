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
  readonly spatialConstraints: SpatialConstraint[] = [];
  readonly spatialJoins: SpatialJoin[] = [];

  sees(reference: Reference, span: Span): void {
    const column = columnBehind(reference);
    const key = Object.values(column).join('.');
    if (!this.#seen.has(key)) this.#seen.set(key, { reference: column, span });
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
      for (const dimension of dimensionsBehind(reference, universe)) {
        dimensions.add(dimension);
        for (const governor of universe.element(dimension).required) {
          if (governor === dimension || !universe.element(governor).isGovernor) continue;
          if (given.includes(governor) || this.#constrained.has(governor)) continue;
          throw complain(
            span,
            `${dimension} depends on ${governor}, which the expression does not constrain directly`,
            `Add ${governor} = '…' with AND, or give it in the data ID.`,
          );
        }
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
