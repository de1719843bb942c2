/** The query of the rows that datasets of one type have in an ObsCore table. */
import type { DatasetType } from '../../butler/registry.ts';
import type { Element } from '../../butler/universe.ts';
import type { DatasetTypeConfig } from '../config.ts';
import type { Definition } from '../definition.ts';
import { footprintTable } from '../footprints.ts';
import { sqlText } from '../format/compile.ts';
import { qualifiedType } from '../table.ts';
import { rowCondition } from './constraints.ts';
import { exposureRegionKey, exposureVisit, footprintName, joinName, runId, runName } from './names.ts';
import { Records, type Tracked, type Uses } from './records.ts';
import { exposureRegions, type RegionSource, regionSource } from './spatial.ts';
import { type ColumnValue, type Complaint, footprintColumns, valuesOf } from './values.ts';

/** How many datasets a query is made for: few are joined by indexes, many by hashes. */
export type Size = 'few' | 'many';

/** All that is worked out of a configuration for one dataset type. */
export interface Plan {
  readonly definition: Definition;
  readonly datasetType: DatasetType;
  readonly records: Records;
  readonly region: RegionSource;
  /** The key of the footprint; none where there can be none. */
  readonly regionKey: Tracked<string> | undefined;
  readonly columns: readonly ColumnValue[];
  /** Why the region of a dataset is missing, where it should be there. */
  readonly regionFails: Tracked<string> | undefined;
  /** What a data ID and its records must be like. */
  readonly where: Tracked<string> | undefined;
  /** What is wrong for every dataset of the type. */
  readonly complaints: readonly Complaint[];
  readonly usesRun: boolean;
}

/** The part of a configuration for a dataset type; undefined where it has none. */
export function typeConfigOf({ config }: Definition, { name }: DatasetType): DatasetTypeConfig | undefined {
  return config.datasetTypes.find((candidate) => candidate.name === name);
}

export function planOf(definition: Definition, datasetType: DatasetType): Plan {
  const { registry, config } = definition;
  const group = datasetType.dimensions;
  const region = regionSource(registry, group);
  // The exporter joins the visit of an exposure, so that templates find its records; a live table does not.
  const seesVisit = region.kind === 'visit' && config.collectionType === 'CHAINED';
  const records = new Records(registry, group, seesVisit ? new Map([['visit', exposureVisit]]) : undefined);
  const regionKey = regionKeyOf(records, region);
  const { columns, complaints } = valuesOf(
    config,
    datasetType,
    typeConfigOf(definition, datasetType)!,
    records,
    regionKey !== undefined,
  );
  return {
    definition,
    datasetType,
    records,
    region,
    columns,
    regionKey,
    where: rowCondition(definition, datasetType, records),
    regionFails: regionKey && regionFailure(records, region, regionKey),
    complaints: [...complaints, ...regionComplaints(region)],
    usesRun: columns.some(({ value }) => `${value.sql} ${value.fails ?? ''}`.includes(runName)),
  };
}

function regionKeyOf(records: Records, region: RegionSource): Tracked<string> | undefined {
  switch (region.kind) {
    case 'element':
      return records.track(() => records.regionKey(region.element.name));
    case 'visit':
      return records.track(() => {
        records.use({ others: true });
        return exposureRegionKey;
      });
    default:
      return undefined;
  }
}

function regionComplaints(region: RegionSource): Complaint[] {
  const column = 's_region';
  if (region.kind === 'several') {
    const names = region.elements.map(({ name }) => name).join(' and ');
    return [{ column, reason: `its region is the intersection of ${names}, which has no footprint` }];
  }
  return region.kind === 'pixel'
    ? [{ column, reason: `its region is a pixel of ${region.element.name}, which has no record` }]
    : [];
}

function regionFailure(records: Records, region: RegionSource, key: Tracked<string>): Tracked<string> {
  return records.track(() => {
    records.use({ others: true });
    // Records of dimensions are there, or the dataset would not be; those that join dimensions need not be.
    const missing =
      region.kind === 'element' && !region.element.isDimension
        ? [
            `when ${records.isMissing(region.element.name)} then ${sqlText(
              `there is no ${region.element.name} of its data ID`,
            )}`,
          ]
        : [];
    records.use(key.uses);
    return `case ${[
      ...missing,
      `when ${footprintName('complaint')} is not null then ${footprintName('complaint')}`,
      `when ${footprintName('footprint')} is null and ${key.value} is not null then 'its region has not been decoded'`,
    ].join(' ')} end`;
  });
}

/** A step of the records of some elements that depend on the same dimensions, worked out once for each of them. */
interface Step {
  readonly name: string;
  readonly anchor: Element;
  readonly dimensions: ReadonlySet<string>;
  readonly elements: Element[];
  /** Expressions that it works out, by the names that they have outside. */
  readonly computed: Map<string, string>;
  /** Fields that are used outside. */
  readonly fields: Set<string>;
}

function stepsOf(records: Records): Step[] {
  const elements = records.elements
    .filter(({ name, isDimension }) => isDimension && records.dependsOn(name) !== undefined)
    .map((element) => ({ element, dimensions: records.dependsOn(element.name)! }));
  const within = (inner: ReadonlySet<string>, outer: ReadonlySet<string>) =>
    [...inner].every((name) => outer.has(name));
  const steps: Step[] = [];
  for (const { element, dimensions } of elements) {
    const isAnchor =
      element.required.length === dimensions.size && element.required.every((name) => dimensions.has(name));
    const isWithin = elements.some(
      (other) => other.dimensions.size > dimensions.size && within(dimensions, other.dimensions),
    );
    if (isAnchor && !isWithin)
      steps.push({
        name: `@${steps.length}`,
        anchor: element,
        dimensions,
        elements: [],
        computed: new Map(),
        fields: new Set(),
      });
  }
  for (const { element, dimensions } of elements) {
    const step = steps.find((candidate) => within(dimensions, candidate.dimensions));
    if (step && step.anchor !== element) step.elements.push(element);
  }
  return steps;
}

const isIn = ({ anchor, elements }: Step, name: string): boolean =>
  anchor.name === name || elements.some((element) => element.name === name);

class RowsQuery {
  private readonly plan: Plan;
  private readonly size: Size;
  private readonly steps: readonly Step[];

  constructor(plan: Plan, size: Size) {
    this.plan = plan;
    this.size = size;
    this.steps = size === 'many' ? stepsOf(plan.records) : [];
  }

  /** An expression where it is worked out: in a step, by a name, or outside. */
  private placed(sql: string, label: string, { elements, dimensions, fields, others }: Uses): string {
    const step =
      others || elements.size === 0
        ? undefined
        : this.steps.find(
            (candidate) =>
              [...elements].every((name) => isIn(candidate, name)) &&
              [...dimensions].every((name) => candidate.dimensions.has(name)),
          );
    if (!step) {
      this.needOutside(fields);
      return sql;
    }
    if (/^"[^"]*"$/.test(sql)) {
      step.fields.add(sql);
      return sql;
    }
    const name = plv8.quote_ident(`${step.name}=${label}`);
    step.computed.set(name, sql);
    return name;
  }

  /** Has fields told by the steps that they are in. */
  private needOutside(fields: ReadonlyMap<string, string>): void {
    for (const [field, element] of fields) this.steps.find((step) => isIn(step, element))?.fields.add(field);
  }

  compose(source: string): string {
    const { plan } = this;
    const { columns, regionFails, where } = plan;
    const outside = columns.map(({ column, sqlType, value, uses }) => ({
      column,
      sqlType,
      sql: this.placed(value.sql, column, uses),
      fails: value.fails === null ? null : this.placed(value.fails, `${column} fails`, uses),
    }));
    const condition = where && this.placed(where.value, 'where', where.uses);
    const region = plan.regionKey && this.placed(plan.regionKey.value, 'region', plan.regionKey.uses);
    const reasons = outside.flatMap(({ column, fails }) => (fails === null ? [] : [{ column, fails }]));
    if (regionFails && reasons.every(({ column }) => column !== 's_region'))
      reasons.push({
        column: 's_region',
        fails: this.placed(regionFails.value, 'region fails', regionFails.uses),
      });
    const list = outside.map(
      ({ column, sqlType, sql }) => `${cast(sql, sqlType)} as ${plv8.quote_ident(column)}`,
    );
    return `
select ${[...list, `${complaintsOf(reasons)} as complaints`].join(',\n  ')}
from (${source}) s
${this.joins(region).join('\n')}${condition === undefined ? '' : `\nwhere ${condition}`}`;
  }

  private joins(regionKey: string | undefined): string[] {
    const { definition, records, region, usesRun } = this.plan;
    const { registry } = definition;
    const many = this.size === 'many';
    const joins: string[] = [];
    if (usesRun)
      joins.push(
        `left join (select r.collection_id as "run@id", r.name as ${runName} from ${registry.table('collection')} r) "@run"
  on "run@id" = s.${runId}`,
      );
    if (region.kind === 'visit') joins.push(exposureRegions(registry, region.element, this.size));
    const apart = records.elements.filter(({ name }) => !this.steps.some((step) => isIn(step, name)));
    const matches = apart.map((element) => {
      const { value, uses } = records.track(() => records.matches(element));
      this.needOutside(uses.fields);
      return { element, value };
    });
    for (const step of this.steps) joins.push(this.joinStep(step));
    for (const { element, value } of matches) {
      // What is many is computed before it is joined.
      const query = `${records.select(element)}${many ? ' offset 0' : ''}`;
      joins.push(`left join (${query}) ${plv8.quote_ident(`@${element.name}`)} on ${this.same(value)}`);
    }
    if (regionKey !== undefined) joins.push(this.joinFootprint(regionKey));
    return joins;
  }

  private joinStep(step: Step): string {
    const { records } = this.plan;
    const keys = [...step.dimensions].map(
      (name) => [plv8.quote_ident(name), joinName(step.name, name)] as const,
    );
    const columns = [
      ...keys.map(([key, label]) => `${key} as ${label}`),
      ...step.fields,
      ...[...step.computed].map(([name, sql]) => `${sql} as ${name}`),
    ];
    const others = step.elements.map((element) => {
      const on = records.matches(element).map(([own, key]) => `${own} = ${key}`);
      return `\n    left join (${records.select(element)}) ${plv8.quote_ident(`@${element.name}`)} on ${on.join(' and ')}`;
    });
    return `left join (
    select ${columns.join(',\n      ')}
    from (${records.select(step.anchor, { dimensions: true })}) "@anchor"${others.join('')}
    offset 0
  ) ${plv8.quote_ident(step.name)} on ${this.same(keys.map(([key, label]) => [label, key]))}`;
  }

  /**
   * Equality of columns. Where many are joined, one instrument or sky map has all rows: what compares it takes no
   * part in how they are found, or the planner may sort by it and nothing else.
   */
  private same(pairs: readonly (readonly [own: string, key: string])[]): string {
    const { universe } = this.plan.definition.registry;
    const isGovernor = ([, key]: readonly [string, string]) =>
      [...universe.elements.values()].some(
        (element) => element.isGovernor && plv8.quote_ident(element.name) === key,
      );
    const apart = this.size === 'many' && !pairs.every(isGovernor);
    return pairs
      .map((pair) => {
        const equal = `${pair[0]} = ${pair[1]}`;
        return apart && isGovernor(pair) ? `(${equal}) is true` : equal;
      })
      .join(' and ');
  }

  private joinFootprint(key: string): string {
    const { registry, config } = this.plan.definition;
    const list = [...footprintColumns(config), ['complaint', 'complaint']].map(
      ([column, name]) => `f.${name} as ${footprintName(column!)}`,
    );
    return `left join (select ${list.join(', ')} from ${registry.table(footprintTable)} f) "@footprint"
  on ${footprintName('footprint')} = ${key}`;
  }
}

/** A value with its column's type, which footprints of pgSphere have already. */
function cast(sql: string, sqlType: string): string {
  const isOfSphere = sqlType === 'spoly' || sqlType === 'spoint';
  return isOfSphere && sql !== 'null' ? sql : `${sql}::${qualifiedType(sqlType)}`;
}

/** Why columns of a row are NULL that should not be: a JSON array of column and reason; NULL where all is well. */
function complaintsOf(reasons: readonly { readonly column: string; readonly fails: string }[]): string {
  if (reasons.length === 0) return 'null::jsonb';
  const any = reasons.map(({ fails }) => `(${fails}) is not null`).join(' or ');
  const values = reasons.map(({ column, fails }) => `(${sqlText(column)}, ${fails})`).join(', ');
  return `case when ${any} then (
    select jsonb_agg(jsonb_build_array(c.name, c.reason)) from (values ${values}) c (name, reason) where c.reason is not null
  ) end`;
}

/**
 * The rows of a source: the table's columns in order, then `complaints`.
 * @param source a query of `dataset_id`, `run_id` and the required dimensions
 */
export function rowsOf(
  definition: Definition,
  datasetType: DatasetType,
  source: string,
  size: Size = 'many',
): string {
  return new RowsQuery(planOf(definition, datasetType), size).compose(source);
}
