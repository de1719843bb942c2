/** From what a query asks to the relation that answers it: which records, searches and overlaps are joined. */
import { keyType } from '../data_id.ts';
import { butlerError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { Parameters } from '../statement.ts';
import type { DimensionGroup, Element } from '../universe.ts';
import { analyse } from '../where/analyse.ts';
import { parseBind } from '../where/bind.ts';
import { compileWhere } from '../where/compile.ts';
import type { Condition, Value } from '../where/condition.ts';
import { parse } from '../where/parser.ts';
import type { Analysis, ColumnReference, Context, DatasetField, Reference } from '../where/reference.ts';
import { columnBehind, referenceSql, resolve } from '../where/resolve.ts';
import { type Given, givenValues } from './given.ts';
import {
  automaticSpatialJoin,
  pixelsOf,
  regionsOverlap,
  sharePixel,
  temporalElements,
  touchEnvelope,
} from './overlaps.ts';
import { Relation } from './relation.ts';
import type { DatasetSearch } from './search.ts';

/** What all queries may ask. */
export interface Request {
  readonly registry: Registry;
  /** A row of the result is one data ID of this group. */
  readonly result: DimensionGroup;
  /** An element whose records are asked for. */
  readonly element?: Element;
  /** A query for datasets has theirs first. */
  readonly searches: readonly DatasetSearch[];
  /** Whether fields of the first search's datasets are in the result, and may order it. */
  readonly datasets: boolean;
  readonly where: string;
  /** JSON texts. */
  readonly bind: string;
  readonly dataId: string;
  readonly orderBy: readonly string[];
}

export interface Plan {
  readonly parameters: Parameters;
  readonly relation: Relation;
  /** Expressions over the relation's columns; each column of its own in the result's rows. */
  readonly order: readonly { readonly sql: string; readonly descending: boolean }[];
}

/** What the expression, the data ID and the order ask of the relation. */
interface Needs {
  readonly group: DimensionGroup;
  readonly dimensions: ReadonlySet<string>;
  readonly elements: ReadonlySet<string>;
  readonly fields: ReadonlyMap<string, ReadonlySet<DatasetField>>;
}

/** @throws InvalidQueryError, UnimplementedQueryError, DimensionNameError and others for what cannot be asked */
export function plan(request: Request): Plan {
  const { registry, result, searches, element } = request;
  const { universe } = registry;
  const searched = searches.map(({ datasetType }) => datasetType.dimensions);
  const dimensions = universe.conform([result, ...searched].flatMap(({ names }) => names));
  const given = givenValues(registry, request.dataId);
  const context: Context = {
    universe,
    dimensions,
    datasetTypes: searches.map(({ datasetType }) => datasetType.name),
    bind: parseBind(request.bind),
    given: [...given.keys()],
  };
  const analysis = analyse(parse(request.where), context);
  checkGovernors(request, given, analysis);
  const order = request.orderBy.map((term) => orderTerm(term, context, request));
  const references = [...analysis.references, ...order.map(({ reference }) => columnBehind(reference))];
  const group = universe.conform([...dimensions.names, ...analysis.dimensions, ...given.keys()]);
  const overlap = automaticSpatialJoin(universe, group, searched, analysis.spatialJoins);
  const temporal = searches.some(({ calibs }) => calibs) ? temporalElements(universe, group) : [];
  const needs: Needs = {
    group,
    dimensions: new Set([
      ...result.required,
      ...given.keys(),
      ...references.flatMap((reference) => (reference.kind === 'key' ? [reference.dimension] : [])),
    ]),
    elements: new Set([
      ...analysis.elements,
      ...references.flatMap((reference) => (reference.kind === 'field' ? [reference.element] : [])),
      ...[...(overlap ?? []), ...temporal].filter(({ skypix }) => !skypix).map(({ name }) => name),
      ...(element && element.viewOf === undefined ? [element.name] : []),
      ...group.elements.filter((name) => universe.element(name).alwaysJoin),
    ]),
    fields: fieldsOf(references),
  };

  const parameters = new Parameters();
  const relation = new Relation(registry, parameters);
  const timedByUser = explicitlyTimed(analysis.condition);
  const timespansFor = ({ datasetType, calibs }: DatasetSearch) =>
    calibs && !timedByUser.has(datasetType.name)
      ? temporal.map(({ name }) => relation.field(name, 'timespan'))
      : [];
  const [first, ...others] = request.datasets ? searches : widestFirst(searches);
  const joined = first ? [first] : [];
  if (first) relation.joinSearch(first, needs.fields.get(first.datasetType.name) ?? new Set());
  for (const name of needs.elements) relation.joinElement(universe.element(name));
  if (overlap) joinOverlap(relation, overlap);
  complete(relation, needs);
  for (const search of others) {
    const { name, dimensions } = search.datasetType;
    const fields = needs.fields.get(name);
    if (!fields && dimensions.required.every((dimension) => relation.hasKey(dimension)))
      relation.requireSearch(search, timespansFor(search));
    else {
      relation.joinSearch(search, fields ?? new Set());
      joined.push(search);
      complete(relation, needs);
    }
  }
  for (const search of joined) {
    const validity = relation.search(search.datasetType.name).fields.get('timespan');
    relation.restrict(...timespansFor(search).map((timespan) => `${validity} && ${timespan}`));
  }
  for (const [dimension, value] of given)
    relation.restrict(`${relation.key(dimension)} = ${parameters.add(value, keyType(universe, dimension))}`);
  restrictBefore(relation, analysis);
  relation.restrict(compileWhere(analysis, relation.column, parameters));
  return {
    parameters,
    relation,
    order: order.map(({ reference, descending }) => ({
      sql: referenceSql(reference, relation.column),
      descending,
    })),
  };
}

const widestFirst = (searches: readonly DatasetSearch[]) =>
  [...searches].sort(
    (a, b) => b.datasetType.dimensions.required.length - a.datasetType.dimensions.required.length,
  );

/** A data ID, like an expression, restricts a dimension only together with its governor. */
function checkGovernors({ registry }: Request, given: Given, { constrained }: Analysis): void {
  for (const dimension of given.keys()) {
    const governors = registry.universe.conform(registry.universe.element(dimension).required).governors;
    const missing = governors.find((governor) => !given.has(governor) && !constrained.has(governor));
    if (missing !== undefined)
      throw butlerError(
        'InvalidQueryError',
        `the data ID gives a value of ${dimension}, but none of ${missing}`,
        {
          hint: `Name the ${missing}, in the data ID or in the expression.`,
        },
      );
  }
}

interface OrderTerm {
  readonly reference: Reference;
  readonly descending: boolean;
}

/** @throws InvalidQueryError for what is unknown, ambiguous, without an order, or not one value a row */
function orderTerm(term: string, context: Context, request: Request): OrderTerm {
  const descending = term.startsWith('-');
  const { reference, type } = resolve(descending ? term.slice(1) : term, context);
  if (type === 'region' || type === 'timespan' || type === 'bool')
    throw butlerError('InvalidQueryError', `rows cannot be ordered by '${term}', a ${type}`, {
      hint: 'Order by keys, by fields with one value, or by a bound, such as visit.timespan.begin.',
    });
  const column = columnBehind(reference);
  const { names } = request.result;
  const isKnown =
    column.kind === 'key'
      ? names.includes(column.dimension)
      : column.kind === 'field'
        ? context.universe.element(column.element).required.every((name) => names.includes(name))
        : request.datasets && column.datasetType === request.searches[0].datasetType.name;
  if (!isKnown)
    throw butlerError('InvalidQueryError', `'${term}' has no single value for a row of the result`, {
      hint: `A row is one of ${names.join(', ')}.`,
    });
  return { reference, descending };
}

function fieldsOf(references: readonly ColumnReference[]): Map<string, Set<DatasetField>> {
  const fields = new Map<string, Set<DatasetField>>();
  for (const reference of references) {
    if (reference.kind !== 'dataset') continue;
    const known = fields.get(reference.datasetType);
    if (known) known.add(reference.field);
    else fields.set(reference.datasetType, new Set([reference.field]));
  }
  return fields;
}

function joinOverlap(relation: Relation, [one, other]: readonly [Element, Element]): void {
  const { registry, parameters } = relation;
  const key = (dimension: string) => relation.key(dimension);
  const [pixel, element] = one.skypix ? [one, other] : [other, one];
  if (pixel.skypix) {
    relation.joinPixels(pixelsOf(registry, element, pixel, key, parameters), pixel.name);
    return;
  }
  relation.restrict(
    sharePixel(registry, one, other, key, parameters),
    regionsOverlap(relation.field(one.name, 'region'), relation.field(other.name, 'region')),
  );
}

/**
 * Joins what is still missing: records that say which values of dimensions belong together, where more than one
 * source has these values, and sources of dimensions that have none. Records that say nothing new are left out,
 * since foreign keys tell that they exist.
 */
function complete(relation: Relation, { group, dimensions }: Needs): void {
  const { universe } = relation.registry;
  const implying = group.names
    .map((name) => universe.element(name))
    .filter(({ implied }) => implied.length > 0);
  const matters = (element: Element, dimension: string) =>
    dimensions.has(dimension) ||
    relation.hasKey(dimension) ||
    implying.some((other) => other !== element && other.implied.includes(dimension));
  for (;;) {
    const related = implying.find(
      (element) =>
        !relation.hasTable(element.name) && element.implied.some((dimension) => matters(element, dimension)),
    );
    const missing = [...dimensions].find((dimension) => !relation.hasKey(dimension));
    if (related) relation.joinElement(related);
    else if (missing !== undefined) relation.joinDimension(universe.element(missing));
    else return;
  }
}

/** What an index can tell of regions before the expression tests them. */
function restrictBefore(relation: Relation, { spatialConstraints, spatialJoins }: Analysis): void {
  const { registry, parameters } = relation;
  const { universe } = registry;
  const key = (dimension: string) => relation.key(dimension);
  for (const { reference, region } of spatialConstraints)
    relation.restrict(touchEnvelope(registry, universe.element(reference.element), region, key, parameters));
  for (const { left, right } of spatialJoins)
    relation.restrict(
      sharePixel(registry, universe.element(left.element), universe.element(right.element), key, parameters),
    );
}

/** Dataset types whose validity the expression itself compares with a timespan of the rows. */
function explicitlyTimed(condition: Condition): Set<string> {
  if (condition.kind === 'all')
    return new Set(condition.operands.flatMap((operand) => [...explicitlyTimed(operand)]));
  if (condition.kind !== 'overlap') return new Set();
  const sides = [condition.left, condition.right].map(referenced);
  return new Set(
    sides.some((side) => side?.kind === 'field')
      ? sides.flatMap((side) => (side?.kind === 'dataset' ? [side.datasetType] : []))
      : [],
  );
}

const referenced = (value: Value) => (value.kind === 'reference' ? value.reference : undefined);
