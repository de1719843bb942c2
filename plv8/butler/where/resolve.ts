/** What the names in an expression, or in an order, stand for. */
import { butlerError } from '../errors.ts';
import type { Column, Element, Universe } from '../universe.ts';
import {
  type BoundReference,
  type ColumnReference,
  type ColumnSql,
  type Context,
  type DatasetField,
  datasetFields,
  type Reference,
  type TypedReference,
} from './reference.ts';

export interface Unresolved {
  readonly wrong: string;
  readonly hint?: string;
}

type Names = Pick<Context, 'universe' | 'dimensions' | 'datasetTypes'>;

/**
 * The column, or the bound of a timespan, that a name stands for.
 * @throws InvalidQueryError
 */
export function resolve(name: string, context: Names): TypedReference {
  const found = lookUp(name, context);
  if (!('wrong' in found)) return found;
  throw butlerError('InvalidQueryError', found.wrong, found.hint === undefined ? {} : { hint: found.hint });
}

/** As `resolve`, for callers that have more to say of what is wrong. */
export function lookUp(name: string, context: Names): TypedReference | Unresolved {
  const parts = name.split('.');
  const last = parts[parts.length - 1];
  const whole = parts.slice(0, -1);
  if (whole.length > 0 && whole[whole.length - 1] === 'timespan') {
    if (last !== 'begin' && last !== 'end')
      return { wrong: `a timespan has begin and end, but no '${last}'` };
    const timespan = lookUpColumn(whole, context);
    if ('wrong' in timespan) return timespan;
    const reference = { kind: 'bound', of: timespan.reference as BoundReference['of'], bound: last } as const;
    return { reference, type: 'datetime' };
  }
  return lookUpColumn(parts, context);
}

function lookUpColumn(parts: readonly string[], context: Names): TypedReference | Unresolved {
  const { universe } = context;
  const [first, second] = parts;
  if (parts.length === 1) {
    const dimension = universe.elements.get(first);
    return dimension?.isDimension ? keyOf(dimension) : unqualified(first, context);
  }
  const name = parts.join('.');
  if (parts.length === 2) {
    const element = universe.elements.get(first);
    if (element) {
      const column = element.columns.find((candidate) => candidate.name === second);
      if (column) return columnOf(element, column, universe);
      const names = element.columns.map((candidate) => candidate.name).join(', ');
      return { wrong: `'${first}' has no field '${second}'`, hint: `It has ${names}.` };
    }
    if (context.datasetTypes.includes(first)) {
      if (isDatasetField(second)) return datasetColumn(first, second);
      const fields = Object.keys(datasetFields).join(', ');
      return {
        wrong: `'${name}': datasets of type '${first}' have no field '${second}'`,
        hint: `They have ${fields}.`,
      };
    }
  }
  const searched = context.datasetTypes.join(', ');
  return {
    wrong: `the name '${name}' is not known: '${first}' is neither a dimension nor a dataset type of the query`,
    ...(searched === '' ? {} : { hint: `The query searches ${searched}.` }),
  };
}

function isDatasetField(name: string): name is DatasetField {
  return Object.hasOwn(datasetFields, name);
}

function datasetColumn(datasetType: string, field: DatasetField): TypedReference {
  return { reference: { kind: 'dataset', datasetType, field }, type: datasetFields[field] };
}

function keyOf(dimension: Element): TypedReference {
  const { type } = dimension.columns.find(({ role }) => role === 'key')!;
  return { reference: { kind: 'key', dimension: dimension.name }, type };
}

function columnOf(element: Element, column: Column, universe: Universe): TypedReference {
  switch (column.role) {
    case 'key':
      return keyOf(element);
    case 'required':
    case 'implied':
      return keyOf(universe.element(column.name));
    default:
      return {
        reference: { kind: 'field', element: element.name, column: column.name },
        type: column.type,
      };
  }
}

/** A field whose element or dataset type is not said: there must be one alone. */
function unqualified(name: string, context: Names): TypedReference | Unresolved {
  const { universe } = context;
  const matches: { readonly name: string; readonly found: TypedReference }[] = [];
  for (const elementName of context.dimensions.elements) {
    const element = universe.element(elementName);
    const column = element.columns.find((candidate) => candidate.name === name);
    if (column) matches.push({ name: `${elementName}.${name}`, found: columnOf(element, column, universe) });
  }
  if (isDatasetField(name))
    for (const type of context.datasetTypes)
      matches.push({ name: `${type}.${name}`, found: datasetColumn(type, name) });
  if (matches.length === 1) return matches[0].found;
  if (matches.length === 0)
    return {
      wrong: `the name '${name}' is not known`,
      hint: "Strings stand between single quotes: 'DECam'. Names are dimensions, such as visit, or fields, such as visit.exposure_time.",
    };
  const list = matches.map((match) => `'${match.name}'`).sort();
  return { wrong: `the name '${name}' is ambiguous`, hint: `It may be ${list.join(', ')}.` };
}

/** The column itself, or that of the timespan whose bound it is. */
export function columnBehind(reference: Reference): ColumnReference {
  return reference.kind === 'bound' ? reference.of : reference;
}

/** SQL of what a name stands for. */
export function referenceSql(reference: Reference, column: ColumnSql): string {
  if (reference.kind !== 'bound') return column(reference);
  return `${reference.bound === 'begin' ? 'lower' : 'upper'}(butler._shown_timespan(${column(reference.of)}))`;
}

/** Dimensions that a query must have for a column; those of a dataset come with its search. */
export function dimensionsBehind(reference: ColumnReference, universe: Universe): readonly string[] {
  switch (reference.kind) {
    case 'key':
      return universe.element(reference.dimension).required;
    case 'field':
      return universe.element(reference.element).required;
    case 'dataset':
      return [];
  }
}
