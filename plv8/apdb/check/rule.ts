/** What apdb.check looks for: each rule a query, and where the truth can be derived, statements that restore it. */

export interface Rule {
  /** Rows are findings: problem, dia_object_id, detail. */
  readonly query: string;
  /** Statements that mend all of them, in order; none where only the one who stored the rows knows what is right. */
  readonly repair: readonly string[];
}

/** A query of findings, with `id` and `detail` as expressions over what follows `from`. */
export const findings = (problem: string, id: string, detail: string, from: string): string =>
  `select ${plv8.quote_literal(problem)}, (${id})::int8, (${detail})::text from ${from}`;
