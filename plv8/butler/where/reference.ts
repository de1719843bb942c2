/** What identifiers of an expression stand for, and what an expression asks of the query that it stands in. */
import type { DimensionGroup, Universe } from '../universe.ts';
import type { Bindings } from './bind.ts';
import type { Condition } from './condition.ts';

/**
 * Types are strict. A `datetime` is int8, nanoseconds since 1970-01-01 TAI; a `timespan` int8range of these; a
 * `region` base64 text as a registry stores it.
 */
export type ValueType =
  | 'int'
  | 'float'
  | 'string'
  | 'bool'
  | 'hash'
  | 'datetime'
  | 'timespan'
  | 'region'
  | 'uuid';

export const datasetFields = {
  dataset_id: 'uuid',
  run: 'string',
  collection: 'string',
  ingest_date: 'datetime',
  timespan: 'timespan',
} as const satisfies { readonly [field: string]: ValueType };

export type DatasetField = keyof typeof datasetFields;

/** The key of a dimension, wherever the query has it. */
export interface KeyReference {
  readonly kind: 'key';
  readonly dimension: string;
}

/** Another column of an element's table: alternate key, metadata, region, timespan. */
export interface FieldReference {
  readonly kind: 'field';
  readonly element: string;
  readonly column: string;
}

export interface DatasetReference {
  readonly kind: 'dataset';
  readonly datasetType: string;
  readonly field: DatasetField;
}

/** What a query has a column for. */
export type ColumnReference = KeyReference | FieldReference | DatasetReference;

/** The begin or the end of a timespan. */
export interface BoundReference {
  readonly kind: 'bound';
  readonly of: FieldReference | DatasetReference;
  readonly bound: 'begin' | 'end';
}

export type Reference = ColumnReference | BoundReference;

export interface TypedReference {
  readonly reference: Reference;
  readonly type: ValueType;
}

/** How a query names a column: `v.exposure_time` or the like. A datetime column must already be int8 TAI. */
export type ColumnSql = (reference: ColumnReference) => string;

export interface Context {
  readonly universe: Universe;
  /** Those of the query's results and of the dataset types that it searches; their fields need no element before them. */
  readonly dimensions: DimensionGroup;
  /** Dataset types that the query searches. */
  readonly datasetTypes: readonly string[];
  readonly bind: Bindings;
  /** Dimensions that a data ID gives values for. */
  readonly given: readonly string[];
}

/**
 * A condition that holds for every row of the result: a region column overlaps a constant region. The compiled
 * predicate tests it exactly; a planner may use it to leave out rows before.
 */
export interface SpatialConstraint {
  readonly reference: FieldReference;
  /** Base64 of the region. A point is a circle of radius zero. */
  readonly region: string;
}

/** A condition that holds for every row: two region columns overlap. */
export interface SpatialJoin {
  readonly left: FieldReference;
  readonly right: FieldReference;
}

/** What an expression asks of its query, with the condition itself, resolved and checked. */
export interface Analysis {
  readonly condition: Condition;
  /** Every column that the condition names, once each; a bound of a timespan counts as the timespan. */
  readonly references: readonly ColumnReference[];
  /** Dimensions that the query must join, with all that they require, in the universe's order. */
  readonly dimensions: readonly string[];
  /** Elements whose tables the query must join, because fields of them are named. */
  readonly elements: readonly string[];
  /** Values to which the condition restricts dimensions in every row, as text. An empty list leaves no row. */
  readonly constrained: ReadonlyMap<string, readonly string[]>;
  readonly spatialConstraints: readonly SpatialConstraint[];
  readonly spatialJoins: readonly SpatialJoin[];
}
