/**
 * Conditions of a configuration on datasets. What is said of a data ID's own dimensions is a condition on the rows,
 * which can be kept up to date; what asks for more is a search of the registry, which has to be made anew.
 */
import { plan } from '../../butler/query/plan.ts';
import type { Scope } from '../../butler/query/scope.ts';
import { searchFor } from '../../butler/query/search.ts';
import { type CollectionType, collectionTypeName, type DatasetType } from '../../butler/registry.ts';
import { Parameters } from '../../butler/statement.ts';
import { analyse } from '../../butler/where/analyse.ts';
import { parseBind } from '../../butler/where/bind.ts';
import { compileWhere } from '../../butler/where/compile.ts';
import { parse } from '../../butler/where/parser.ts';
import type { Analysis, ColumnReference } from '../../butler/where/reference.ts';
import type { Constraint } from '../config.ts';
import type { Definition } from '../definition.ts';
import { obscoreError } from '../errors.ts';
import { sqlText } from '../format/compile.ts';
import { wantedMembers } from '../members.ts';
import type { Records, Tracked } from './records.ts';

/** Constants of a configuration, which are part of the text of its statements. */
class Constants extends Parameters {
  override add(value: string | null, sqlType: string): string {
    super.add(value, sqlType);
    return value === null ? `null::${sqlType}` : `${sqlText(value)}::${sqlType}`;
  }
}

export function constraintsOf({ config }: Definition, { name }: DatasetType): readonly Constraint[] {
  return config.datasetTypes.find((type) => type.name === name)?.constraints ?? [];
}

function analysed({ registry }: Definition, datasetType: DatasetType, { where, bind }: Constraint): Analysis {
  return analyse(parse(where), {
    universe: registry.universe,
    dimensions: datasetType.dimensions,
    datasetTypes: [datasetType.name],
    bind: parseBind(bind),
    given: [],
  });
}

/** Whether a condition asks for nothing but a data ID and its records. */
function isOwn({ dimensions }: DatasetType, analysis: Analysis, { extraDims }: Constraint): boolean {
  const isIn = (name: string) => dimensions.names.includes(name);
  return (
    extraDims.every(isIn) &&
    analysis.dimensions.every(isIn) &&
    analysis.elements.every((name) => dimensions.elements.includes(name)) &&
    analysis.references.every(({ kind }) => kind !== 'dataset')
  );
}

function areOwn(definition: Definition, datasetType: DatasetType): boolean {
  return constraintsOf(definition, datasetType).every((constraint) =>
    isOwn(datasetType, analysed(definition, datasetType, constraint), constraint),
  );
}

/**
 * The condition on the rows of a dataset type; undefined where there is none, or where it is a search.
 * @throws InvalidQueryError; ObsCoreConfigError where a table that is kept up to date would need a search
 */
export function rowCondition(
  definition: Definition,
  datasetType: DatasetType,
  records: Records,
): Tracked<string> | undefined {
  const constraints = constraintsOf(definition, datasetType);
  if (constraints.length === 0) return undefined;
  if (!areOwn(definition, datasetType)) {
    if (definition.mode === 'matview') return undefined;
    const { names } = datasetType.dimensions;
    throw obscoreError(
      'ObsCoreConfigError',
      `a condition on ${datasetType.name} asks for more than its data IDs say`,
      {
        detail: `In where or dataset_type_constraints: without extra_dims, overlaps with other dimensions, and fields of datasets, conditions are on ${names.join(', ')}.`,
        hint: "A snapshot can have any condition: mode => 'matview'.",
      },
    );
  }
  return records.track(() =>
    any(
      constraints.map((constraint) =>
        compileWhere(
          analysed(definition, datasetType, constraint),
          (reference) => columnSql(records, reference),
          new Constants(),
        ),
      ),
    ),
  );
}

const any = (conditions: readonly string[]): string =>
  conditions.map((condition) => `(${condition}) is true`).join(' or ');

function columnSql(records: Records, reference: ColumnReference): string {
  switch (reference.kind) {
    case 'key':
      return records.key(reference.dimension);
    case 'field': {
      const { element, column } = reference;
      const sql = records.field(element, column);
      const isHash = records.registry.universe
        .element(element)
        .columns.some(({ name, type }) => name === column && type === 'hash');
      return isHash ? `decode(${sql}, 'base64')` : sql;
    }
    case 'dataset':
      throw obscoreError('ObsCoreConfigError', `a condition names ${reference.field} of datasets`);
  }
}

/** A condition on associations `t` of a type whose constraints are searches: SQL, after `and`; else nothing. */
export function searchCondition(definition: Definition, datasetType: DatasetType): string {
  if (areOwn(definition, datasetType)) return '';
  const found = constraintsOf(definition, datasetType).map(
    (constraint) => `t.dataset_id in (${search(definition, datasetType, constraint)})`,
  );
  return `\n    and (${found.join('\n      or ')})`;
}

/** The ids of the datasets that a condition finds in the members. */
function search(definition: Definition, datasetType: DatasetType, constraint: Constraint): string {
  const { registry } = definition;
  const { relation, parameters } = plan({
    registry,
    result: registry.universe.conform([...datasetType.dimensions.names, ...constraint.extraDims]),
    searches: [searchFor(registry, datasetType, scopeOf(definition))],
    datasets: true,
    where: constraint.where,
    bind: constraint.bind,
    dataId: '{}',
    orderBy: [],
  });
  const { alias } = relation.search(datasetType.name);
  return relation.select([`${alias}.dataset_id`]).replace(/\(\$1\)\[(\d+)\]/g, (_, place: string) => {
    const value = parameters.values[Number(place) - 1] ?? null;
    return value === null ? 'null' : sqlText(value);
  });
}

/** The members of a table as a query names its collections. */
function scopeOf(definition: Definition): Scope {
  const { registry } = definition;
  const ids = wantedMembers(definition).map(({ id }) => id);
  const types = registry.rows<{ type: number }>(
    `select distinct type from ${registry.table('collection')} where collection_id = any($1::int8[])`,
    [ids],
  );
  return {
    roots: ids.map((id) => ({ id, isChain: false })),
    types: new Set<CollectionType>(types.map(({ type }) => collectionTypeName(type))),
  };
}
