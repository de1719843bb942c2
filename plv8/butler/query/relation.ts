/** The rows of a query as FROM items and conditions: sources of dimensions, joined by the dimensions they share. */
import { butlerError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { Parameters } from '../statement.ts';
import type { Element } from '../universe.ts';
import type { ColumnReference, DatasetField } from '../where/reference.ts';
import type { DatasetSearch, SearchSource } from './search.ts';
import { searchSource } from './search.ts';

export class Relation {
  readonly registry: Registry;
  readonly parameters: Parameters;
  private readonly from: string[] = [];
  private readonly where: string[] = [];
  /** SQL of each dimension that a source has. */
  private readonly keys = new Map<string, string>();
  private readonly tables = new Map<string, string>();
  private readonly searches = new Map<string, SearchSource>();
  private repeats = false;

  constructor(registry: Registry, parameters: Parameters) {
    this.registry = registry;
    this.parameters = parameters;
  }

  /** Whether a row may come more than once, were only these dimensions, and what they imply, of interest. */
  repeatsFor(dimensions: readonly string[]): boolean {
    return this.repeats || [...this.keys.keys()].some((name) => !dimensions.includes(name));
  }

  hasKey(dimension: string): boolean {
    return this.keys.has(dimension);
  }

  hasTable(element: string): boolean {
    return this.tables.has(element);
  }

  key(dimension: string): string {
    return this.keys.get(dimension)!;
  }

  /** SQL of a column of an element whose table is joined. */
  field(element: string, column: string): string {
    return `${this.tables.get(element)!}.${plv8.quote_ident(column)}`;
  }

  /** SQL of a column's value: a hash, kept as base64, is bytea. */
  private fieldValue(element: string, name: string): string {
    const { columns } = this.registry.universe.element(element);
    const sql = this.field(element, name);
    return columns.some((column) => column.name === name && column.type === 'hash')
      ? `decode(${sql}, 'base64')`
      : sql;
  }

  search(datasetType: string): SearchSource {
    return this.searches.get(datasetType)!;
  }

  readonly column = (reference: ColumnReference): string => {
    switch (reference.kind) {
      case 'key':
        return this.key(reference.dimension);
      case 'field':
        return this.fieldValue(reference.element, reference.column);
      case 'dataset':
        return this.search(reference.datasetType).fields.get(reference.field)!;
    }
  };

  restrict(...conditions: readonly (string | undefined)[]): void {
    this.where.push(...conditions.filter((condition) => condition !== undefined));
  }

  /** Adds a source; the dimensions that others have too are the same. */
  private addSource(
    from: readonly string[],
    where: readonly string[],
    columns: Iterable<readonly [dimension: string, sql: string]>,
  ): void {
    this.from.push(...from);
    this.where.push(...where);
    for (const [dimension, sql] of columns) {
      const known = this.keys.get(dimension);
      if (known === undefined) this.keys.set(dimension, sql);
      else this.where.push(`${sql} = ${known}`);
    }
  }

  joinSearch(search: DatasetSearch, fields: ReadonlySet<DatasetField>): void {
    const source = this.makeSource(search, fields);
    this.searches.set(search.datasetType.name, source);
    this.repeats ||= search.repeats;
    this.addSource(
      source.from,
      source.where,
      source.dimensions.map((name) => [name, `${source.alias}.${plv8.quote_ident(name)}`]),
    );
  }

  /** Keeps the rows for which a search finds something; its dimensions must be there. */
  requireSearch(search: DatasetSearch, timespans: readonly string[]): void {
    const { alias, dimensions, from, where, fields } = this.makeSource(search, new Set());
    const same = dimensions.map((name) => `${alias}.${plv8.quote_ident(name)} = ${this.key(name)}`);
    const valid = search.calibs
      ? timespans.map((timespan) => `${fields.get('timespan')} && ${timespan}`)
      : [];
    this.restrict(
      `exists (select from ${from.join(', ')} where ${[...where, ...same, ...valid].join(' and ')})`,
    );
  }

  private sources = 0;

  private makeSource(search: DatasetSearch, fields: ReadonlySet<DatasetField>): SearchSource {
    this.sources++;
    return searchSource(this.registry, search, fields, this.sources, this.parameters);
  }

  /** Joins the table of an element's records. */
  joinElement({ name, columns, isDimension }: Element): void {
    if (this.tables.has(name)) return;
    const alias = plv8.quote_ident(`_${name}`);
    this.tables.set(name, alias);
    const held = columns.flatMap((column) => {
      const dimension = column.role === 'key' && isDimension ? name : column.name;
      return column.role === 'required' || column.role === 'key' || column.role === 'implied'
        ? [[dimension, `${alias}.${plv8.quote_ident(column.name)}`] as const]
        : [];
    });
    this.addSource([`${this.registry.table(name)} ${alias}`], [], held);
  }

  /**
   * Joins something that has the values of a dimension: its own table, or the records that name it.
   * @throws UnimplementedQueryError for pixels, which have no records
   */
  joinDimension(element: Element): void {
    const { name, viewOf, skypix } = element;
    if (skypix)
      throw butlerError('UnimplementedQueryError', `pixels of ${name} have no records to be listed`, {
        hint: `Name what overlaps them, such as a visit, or a dataset type that has ${name}.`,
      });
    if (viewOf === undefined) {
      this.joinElement(element);
      return;
    }
    const [alias, column] = [plv8.quote_ident(`_${name}`), plv8.quote_ident(name)];
    const values = `(select distinct ${column} from ${this.registry.table(viewOf)}) ${alias}`;
    this.addSource([values], [], [[name, `${alias}.${column}`]]);
  }

  joinPixels(
    { from, where, pixel }: { from: string; where: readonly string[]; pixel: string },
    name: string,
  ): void {
    this.addSource([from], where, [[name, pixel]]);
  }

  /** `select … from … where …` of this relation. */
  select(columns: readonly string[], { distinct = '' }: { readonly distinct?: string } = {}): string {
    const from = this.from.length > 0 ? `\nfrom ${this.from.join(',\n  ')}` : '';
    const where = this.where.length > 0 ? `\nwhere ${this.where.join('\n  and ')}` : '';
    return `select ${distinct} ${columns.join(', ')}${from}${where}`;
  }
}
