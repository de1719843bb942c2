/** A registry as an export file of the Data Butler, in a fixed order: the same registry gives the same file. */
import type pg from 'pg';
import { EARLIEST, LATEST } from '../../plv8/butler/where/times.ts';
import { decodeRegion } from '../../plv8/sky/codec.ts';
import { yamlFloat, yamlList, yamlString, yamlTime } from './export_yaml.ts';

export interface ExportOptions {
  readonly registry?: string;
  /** Names and globs of the collections to export, with all members of chains; default all. */
  readonly collections?: readonly string[];
  /** Names and globs of the dataset types to export; default all. */
  readonly datasetTypes?: readonly string[];
}

interface Collection {
  readonly id: bigint;
  readonly name: string;
  readonly type: 'RUN' | 'TAGGED' | 'CHAINED' | 'CALIBRATION';
  readonly doc: string | null;
  readonly children: readonly string[];
}

interface DatasetType {
  readonly name: string;
  readonly storage_class: string;
  readonly is_calibration: boolean;
  readonly dimensions_required: readonly string[];
  readonly dimensions_implied: readonly string[];
}

const batchSize = 10_000;

/** `[begin,end)` as the two times of the file; a bound that stands for "unbounded" is null. */
function timesOf(range: string): { begin: string; end: string } | undefined {
  const [, begin, end] = /^[[(](-?\d*),(-?\d*)\)$/.exec(range) ?? [];
  if (begin === undefined) return undefined;
  return {
    begin: begin === '' || BigInt(begin) === EARLIEST ? 'null' : yamlTime(BigInt(begin)),
    end: end === '' || BigInt(end) === LATEST ? 'null' : yamlTime(BigInt(end)),
  };
}

function regionLines(base64: string, indent: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const { kind } = decodeRegion(new Uint8Array(bytes));
  const names: Readonly<Record<string, string>> = {
    Union: 'UnionRegion',
    Intersection: 'IntersectionRegion',
  };
  return `!<lsst.sphgeom.${names[kind] ?? kind}>\n${indent}  encoded: ${bytes.toString('hex')}`;
}

const integerTypes = ['int8', 'int4', 'int2'];

/** One field of a dimension record, as lines of YAML. */
function fieldLines(name: string, type: string, text: string | null, indent: string): string[] {
  if (name === 'timespan' && type === 'int8range') {
    if (text === null) return [];
    const times = timesOf(text);
    // An empty timespan has no two times: it is left out, as one that is not known.
    return times ? [`datetime_begin: ${times.begin}`, `datetime_end: ${times.end}`] : [];
  }
  if (text === null) return [`${name}: null`];
  if (name === 'region') return [`region: ${regionLines(text, indent)}`];
  if (name === 'hash') return [`hash: !!binary |\n${indent}  ${text}`];
  if (integerTypes.includes(type)) return [`${name}: ${text}`];
  if (type === 'float8') return [`${name}: ${yamlFloat(text)}`];
  if (type === 'bool') return [`${name}: ${text === 't' || text === 'true'}`];
  return [`${name}: ${yamlString(text)}`];
}

/** Items of a YAML list: the first line of each has the dash. */
const item = (lines: readonly string[], indent: string) => `${indent}- ${lines.join(`\n${indent}  `)}\n`;

/** Datasets that share a file, or one that has none. */
interface FileRecord {
  readonly path: string | null;
  readonly formatter: string | null;
  /** UUID and data ID (JSON) of each. */
  readonly members: [id: string, dataId: string][];
}

/** A data ID as a YAML mapping on one line; numbers are the text that the server wrote. */
function dataIdYaml(json: string): string {
  // The third argument of a reviver gives a number's own text, which a JavaScript number might not hold.
  const exact = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? BigInt(context!.source!) : value;
  const fields = JSON.parse(json, exact as (key: string, value: unknown) => unknown) as Record<
    string,
    bigint | string
  >;
  const text = (value: bigint | string) => (typeof value === 'bigint' ? String(value) : yamlString(value));
  return `{${Object.entries(fields)
    .map(([name, value]) => `${name}: ${text(value)}`)
    .join(', ')}}`;
}

function recordLines({ path, formatter, members }: FileRecord): string {
  return item(
    [
      'dataset_id:',
      ...members.map(([id]) => `- !uuid '${id}'`),
      'data_id:',
      ...members.map(([, dataId]) => `- ${dataIdYaml(dataId)}`),
      ...(path === null ? [] : [`path: ${yamlString(path)}`]),
      ...(formatter ? [`formatter: ${yamlString(formatter)}`] : []),
    ],
    '  ',
  );
}

class Exporter {
  private readonly client: pg.Client;
  private readonly registry: string;
  private readonly schema: string;
  private readonly options: ExportOptions;

  constructor(client: pg.Client, registry: string, options: ExportOptions) {
    this.client = client;
    this.registry = registry;
    this.schema = client.escapeIdentifier(registry);
    this.options = options;
  }

  private async rows<R extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    return (await this.client.query<R>(sql, [...values])).rows;
  }

  /** Rows of a query in batches, every value as the server's text. */
  private async *batches(sql: string, values: readonly unknown[] = []): AsyncGenerator<(string | null)[][]> {
    await this.client.query(`declare export_rows no scroll cursor for ${sql}`, [...values]);
    try {
      for (;;) {
        const { rows } = await this.client.query<(string | null)[]>({
          text: `fetch ${batchSize} from export_rows`,
          rowMode: 'array',
          types: { getTypeParser: (() => (value: string) => value) as pg.CustomTypesConfig['getTypeParser'] },
        });
        if (rows.length === 0) break;
        yield rows;
      }
    } finally {
      await this.client.query('close export_rows').catch(() => {});
    }
  }

  async *file(): AsyncGenerator<string> {
    await this.rows('select from butler.conform_dimensions($1, registry => $2)', [[], this.registry]);
    const [universe] = await this.rows<{ version: string; namespace: string }>(
      `select value::json ->> 'version' as version, value::json ->> 'namespace' as namespace
       from ${this.schema}.butler_attributes where name = 'config:dimensions.json'`,
    );
    yield `description: Butler Data Repository Export\nversion: 1.0.2\nuniverse_version: ${universe.version}\n` +
      `universe_namespace: ${yamlString(universe.namespace)}\ndata:\n`;
    yield* this.dimensions();
    const collections = await this.collections();
    yield* this.collectionSections(collections);
    const types = await this.datasetTypes();
    for (const type of types) {
      yield this.datasetTypeSection(type);
      yield* this.datasets(type, collections);
    }
    for (const collection of collections)
      if (collection.type === 'TAGGED' || collection.type === 'CALIBRATION')
        yield* this.associations(collection, types);
  }

  private async *dimensions(): AsyncGenerator<string> {
    const elements = await this.rows<{ name: string; relation: string; key: string[] }>(
      `select name, relation, key from butler.dimension_elements(registry => $1) where relation is not null`,
      [this.registry],
    );
    for (const { name, relation, key } of elements) {
      const columns = await this.rows<{ name: string; type: string }>(
        `select a.attname as name, t.typname as type
         from pg_attribute a join pg_type t on t.oid = a.atttypid
         where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
         order by a.attnum`,
        [relation],
      );
      const order = key.map((column) => `${this.client.escapeIdentifier(column)} collate "C"`);
      const isText = (column: string) =>
        columns.some(({ name: other, type }) => other === column && ['text', 'varchar'].includes(type));
      let first = true;
      for await (const rows of this.batches(
        `select * from ${relation} order by ${order
          .map((sql, i) => (isText(key[i]) ? sql : this.client.escapeIdentifier(key[i])))
          .join(', ')}`,
      )) {
        if (first) yield item(['type: dimension', `element: ${name}`, 'records:'], '');
        first = false;
        yield rows
          .map((row) =>
            item(
              columns.flatMap((column, i) => fieldLines(column.name, column.type, row[i], '    ')),
              '  ',
            ),
          )
          .join('');
      }
    }
  }

  /** Collections with children before the chains that hold them, otherwise by name. */
  private async collections(): Promise<Collection[]> {
    const all = await this.rows<Collection>(
      `select c.collection_id as id, q.name, q.type, q.doc,
              case when q.type = 'CHAINED' then butler.get_chain(q.name, registry => $2) else '{}' end as children
       from butler.query_collections($1, include_chains => true, registry => $2) q
       join ${this.schema}.collection c using (name)
       order by q.name collate "C"`,
      [await this.namesWithMembers(), this.registry],
    );
    const ordered: Collection[] = all.filter(({ type }) => type !== 'CHAINED');
    const visit = (collection: Collection) => {
      if (ordered.includes(collection)) return;
      for (const child of all.filter(({ name }) => collection.children.includes(name))) visit(child);
      ordered.push(collection);
    };
    for (const collection of all) visit(collection);
    return ordered;
  }

  /** The collections that the options name, and all that these hold through chains. */
  private async namesWithMembers(): Promise<string[]> {
    const expression = this.options.collections ?? ['*'];
    const rows = await this.rows<{ name: string }>(
      `select name from butler.collection_tree($1, registry => $2)`,
      [expression, this.registry],
    );
    return [...new Set(rows.map(({ name }) => name))];
  }

  private async *collectionSections(collections: readonly Collection[]): AsyncGenerator<string> {
    const runs = new Map(
      (
        await this.rows<{ id: bigint; host: string | null; timespan: string | null }>(
          `select collection_id as id, host, timespan::text as timespan from ${this.schema}.run`,
        )
      ).map((run) => [run.id, run]),
    );
    for (const { id, name, type, doc, children } of collections) {
      const lines = ['type: collection', `collection_type: ${type}`, `name: ${yamlString(name)}`];
      if (doc !== null) lines.push(`doc: ${yamlString(doc)}`);
      if (type === 'CHAINED') lines.push(`children: ${yamlList(children.map(yamlString))}`);
      if (type === 'RUN') {
        const run = runs.get(id);
        const times = run?.timespan ? timesOf(run.timespan) : undefined;
        lines.push(
          `host: ${run?.host ? yamlString(run.host) : 'null'}`,
          `timespan_begin: ${times?.begin ?? 'null'}`,
          `timespan_end: ${times?.end ?? 'null'}`,
        );
      }
      yield item(lines, '');
    }
  }

  private datasetTypes(): Promise<DatasetType[]> {
    return this.rows<DatasetType>(
      `select name, storage_class, is_calibration, dimensions_required, dimensions_implied
       from butler.query_dataset_types($1, registry => $2) order by name collate "C"`,
      [this.options.datasetTypes ?? ['*'], this.registry],
    );
  }

  private datasetTypeSection(type: DatasetType): string {
    return item(
      [
        'type: dataset_type',
        `name: ${yamlString(type.name)}`,
        `dimensions: ${yamlList([...type.dimensions_required, ...type.dimensions_implied])}`,
        `storage_class: ${yamlString(type.storage_class)}`,
        `is_calibration: ${type.is_calibration}`,
      ],
      '',
    );
  }

  private async hasFileRecords(): Promise<boolean> {
    const [row] = await this.rows<{ there: boolean }>(`select to_regclass($1) is not null as there`, [
      `${this.schema}.file_datastore_records`,
    ]);
    return row.there;
  }

  /** Datasets of a type, a section a run; those that share a file share a record. */
  private async *datasets(type: DatasetType, collections: readonly Collection[]): AsyncGenerator<string> {
    const runs = collections.filter((collection) => collection.type === 'RUN').map(({ name }) => name);
    const files = await this.hasFileRecords();
    const sql = `
      select a.collection, ${files ? 'f.path, f.formatter' : 'null, null'}, a.id, a.data_id
      from butler.query_associations($1, $2, types => array['RUN'], registry => $3) a
      ${files ? `left join ${this.schema}.file_datastore_records f on f.dataset_id = a.id and f.component = ''` : ''}
      order by a.collection collate "C", ${files ? 'f.path collate "C" nulls first,' : ''}
               a.data_id::text collate "C", a.id`;
    let section: string | undefined;
    let record: FileRecord | undefined;
    for await (const rows of this.batches(sql, [type.name, runs, this.registry]))
      for (const [run, path, formatter, id, dataId] of rows) {
        if (record && run === section && path !== null && path === record.path) {
          record.members.push([id!, dataId!]);
          continue;
        }
        if (record) yield recordLines(record);
        if (run !== section)
          yield item(
            [
              'type: dataset',
              `dataset_type: ${yamlString(type.name)}`,
              `run: ${yamlString(run!)}`,
              'records:',
            ],
            '',
          );
        section = run!;
        record = { path, formatter, members: [[id!, dataId!]] };
      }
    if (record) yield recordLines(record);
  }

  private async *associations(collection: Collection, types: readonly DatasetType[]): AsyncGenerator<string> {
    const names = types
      .filter((type) => collection.type === 'TAGGED' || type.is_calibration)
      .map(({ name }) => name);
    const rows = await this.rows<{ timespan: string | null; ids: string[] }>(
      `select a.timespan::text as timespan, array_agg(a.id::text order by t.name collate "C", a.id) as ids
       from unnest($1::text[]) t (name),
            butler.query_associations(t.name, array[$2], types => array[$3], registry => $4) a
       group by a.timespan
       order by a.timespan nulls first`,
      [names, collection.name, collection.type, this.registry],
    );
    if (rows.length === 0) return;
    const lines = [
      'type: associations',
      `collection: ${yamlString(collection.name)}`,
      `collection_type: ${collection.type}`,
    ];
    const uuids = (ids: readonly string[], indent: string) =>
      ids.map((id) => `\n${indent}- !uuid '${id}'`).join('');
    if (collection.type === 'TAGGED') yield item([...lines, `dataset_ids:${uuids(rows[0].ids, '  ')}`], '');
    else {
      yield item([...lines, 'validity_ranges:'], '');
      for (const { timespan, ids } of rows) {
        const times = timesOf(timespan!);
        yield item(
          [
            times
              ? `timespan: !lsst.daf.butler.Timespan\n      begin: ${times.begin}\n      end: ${times.end}`
              : 'timespan: !lsst.daf.butler.Timespan EMPTY',
            `dataset_ids:${uuids(ids, '    ')}`,
          ],
          '  ',
        );
      }
    }
  }
}

/**
 * Writes a registry, or some collections and dataset types of it, as it is at one moment; gives the file's text in
 * pieces.
 */
export async function* exportRegistry(
  client: pg.Client,
  options: ExportOptions = {},
): AsyncGenerator<string> {
  await client.query('begin isolation level repeatable read read only');
  try {
    const { rows } = await client.query<{ registry: string | null }>(
      'select coalesce($1, butler.current_registry()) as registry',
      [options.registry ?? null],
    );
    // An unknown registry is refused by the first function that is called with its name.
    yield* new Exporter(client, rows[0].registry ?? '', options).file();
  } finally {
    await client.query('rollback');
  }
}
