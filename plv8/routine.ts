/**
 * The SQL face of a PL/v8 function: its signature, declared beside its code and checked by tsc against it.
 *
 * `routine(signature, body)` returns the body with the signature attached. The assembler (src/build) imports
 * the entry modules, reads the signatures, and writes one thin `create or replace function` for each.
 */

/** JavaScript values of the SQL types that routines take and return, as PL/v8 converts them. */
interface JsOf {
  boolean: boolean;
  int2: number;
  int4: number;
  int8: bigint;
  float4: number;
  float8: number;
  text: string;
  name: string;
  uuid: string;
  bytea: Uint8Array;
  jsonb: unknown;
  json: unknown;
  timestamptz: Date;
  regclass: string;
  void: undefined;
  /** A zero-copy view of the array: one dimension, no NULLs. */
  plv8_float8array: Float64Array;
  plv8_int4array: Int32Array;
  'text[]': (string | null)[];
  'uuid[]': (string | null)[];
  'float8[]': (number | null)[];
  'int4[]': (number | null)[];
  'int8[]': (bigint | null)[];
  'bytea[]': (Uint8Array | null)[];
  /** Range types cross as their text form. */
  int8range: string;
  int8multirange: string;
}

export type SqlType = keyof JsOf;

/** `[name, type]`, or `[name, type, default]` with the default as an SQL expression. */
export type Argument = readonly [name: string, type: SqlType, defaultSql?: string];

/** A type, a set of that type, or a set of rows with named columns. */
export type Returns =
  | SqlType
  | { readonly setof: SqlType }
  | { readonly table: readonly (readonly [name: string, type: SqlType])[] };

type ArgumentValues<A extends readonly Argument[], Null> = {
  [I in keyof A]: A[I] extends readonly [string, infer T extends SqlType, ...unknown[]]
    ? JsOf[T] | Null
    : never;
};

type RowOf<C extends readonly (readonly [string, SqlType])[]> = {
  [E in C[number] as E[0]]: JsOf[E[1]] | null;
};

type ReturnValue<R extends Returns> = R extends SqlType
  ? JsOf[R] | null
  : R extends { readonly setof: infer T extends SqlType }
    ? (JsOf[T] | null)[]
    : R extends { readonly table: infer C extends readonly (readonly [string, SqlType])[] }
      ? RowOf<C>[]
      : never;

export interface Signature<A extends readonly Argument[] = readonly Argument[], R extends Returns = Returns> {
  readonly args: A;
  readonly returns: R;
  /** What COMMENT ON says: one sentence, then units, frame, errors and the source of a formula. */
  readonly comment: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  /** `returns null on null input`; default true. */
  readonly strict?: boolean;
  /** Default 'safe'. */
  readonly parallel?: 'safe' | 'restricted' | 'unsafe';
  /** Planner's cost in units of cpu_operator_cost; default 100, PostgreSQL's own for procedural languages. */
  readonly cost?: number;
  /** Whether the body runs SQL through `plv8.*`: its search_path is then pinned. */
  readonly usesSql?: boolean;
  /** Expected rows of a set. */
  readonly rows?: number;
}

export type Routine = ((...args: never[]) => unknown) & { readonly signature: Signature };

/** How a routine behaves that changes what the database holds. */
export const changes = { volatility: 'volatile', parallel: 'unsafe', usesSql: true } as const;

/** How a routine behaves that looks at the database and gives one row: the statement that others then run. */
export const compiles = { volatility: 'stable', strict: false, usesSql: true, rows: 1 } as const;

/** Attaches an SQL signature to its implementation; a non-strict routine must accept null for every argument. */
export function routine<
  const A extends readonly Argument[],
  const R extends Returns,
  const S extends boolean = true,
>(
  signature: Signature<A, R> & { readonly strict?: S },
  body: (...args: ArgumentValues<A, S extends true ? never : null>) => ReturnValue<R>,
): Routine {
  return Object.assign(body, { signature }) as unknown as Routine;
}
