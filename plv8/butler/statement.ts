/** SQL that is being composed, with its values apart from its text. */

export interface Compiled {
  readonly query: string;
  readonly parameters: readonly (string | null)[];
}

/**
 * Collects the values of one statement. What runs it passes them all as one text array, `$1`; no value is ever
 * part of the text. Identifiers go through `plv8.quote_ident`.
 */
export class Parameters {
  readonly values: (string | null)[] = [];
  private readonly places = new Map<string | null, number>();

  /** The expression that stands for a value of an SQL type, such as `($1)[3]::int8`. */
  add(value: string | null, sqlType: string): string {
    const index = this.places.get(value) ?? this.values.push(value);
    this.places.set(value, index);
    return `($1)[${index}]::${sqlType}`;
  }
}
