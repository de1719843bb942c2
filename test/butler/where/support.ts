/** What tests of the expression language share: expressions against the standard universe, without a database. */
import type { ExecutionContext } from 'ava';
import { Parameters } from '../../../plv8/butler/statement.ts';
import { Universe } from '../../../plv8/butler/universe.ts';
import { universe8 } from '../../../plv8/butler/universe8.ts';
import { analyse } from '../../../plv8/butler/where/analyse.ts';
import { parseBind } from '../../../plv8/butler/where/bind.ts';
import { compileWhere } from '../../../plv8/butler/where/compile.ts';
import { parse } from '../../../plv8/butler/where/parser.ts';
import type { Analysis, ColumnReference, Context } from '../../../plv8/butler/where/reference.ts';
import type { Failure } from '../../../plv8/failure.ts';

export const universe = new Universe(universe8);

export interface Given {
  /** JSON text. */
  readonly bind?: string;
  readonly dimensions?: readonly string[];
  readonly datasetTypes?: readonly string[];
  /** Dimensions of the data ID; `instrument` and `skymap` where a test is not about governors. */
  readonly given?: readonly string[];
}

export function context(given: Given = {}): Context {
  return {
    universe,
    dimensions: universe.conform(given.dimensions ?? ['exposure']),
    datasetTypes: given.datasetTypes ?? [],
    bind: parseBind(given.bind ?? '{}'),
    given: given.given ?? ['instrument', 'skymap'],
  };
}

export function analysed(text: string, given?: Given): Analysis {
  return analyse(parse(text), context(given));
}

/** A column as `visit.exposure_time`, the key of a dimension as its name. */
export function column(reference: ColumnReference): string {
  const [, ...names] = Object.values(reference);
  return names.join('.');
}

/** The predicate, with its parameters in place of `($1)[n]`. */
export function compiled(text: string, given?: Given): string {
  const parameters = new Parameters();
  const sql = compileWhere(analysed(text, given), column, parameters);
  return sql.replace(/\(\$1\)\[(\d+)\]/g, (_, n) => `<${parameters.values[Number(n) - 1]}>`);
}

/** That an expression is refused with a named error which shows its place, and the error. */
export function refused(
  t: ExecutionContext,
  attempt: () => unknown,
  message: RegExp = /./,
  name = 'InvalidQueryError',
): Failure {
  const error = t.throws(attempt) as Failure;
  t.true(error.message.startsWith(`${name}: `), error.message);
  t.regex(error.message, message);
  return error;
}
