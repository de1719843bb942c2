/** Export files of a Data Butler into a registry: all of a file, or nothing. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import {
  type DimensionRecord,
  type ExportFile,
  ExportFileError,
  type Section,
  type TaiTime,
} from './export_file.ts';
import { objectJson, scalarJson, timespanJson, timespanText } from './json.ts';
import { type DayObsOffsets, modernise } from './modernise.ts';

export interface ImportOptions {
  readonly registry?: string;
  /** Name of the datastore that the files' paths are recorded for; null leaves them out. */
  readonly datastore?: string | null;
}

/** What a file brought, by element and by dataset type; records that were there before are counted, too. */
export interface ImportCounts {
  readonly records: Map<string, number>;
  readonly collections: number;
  readonly datasets: Map<string, number>;
  readonly files: number;
  readonly associations: number;
}

type SectionOf<T extends Section['type']> = Extract<Section, { type: T }>;

const batchSize = 20_000;

/** The namespace of the UUIDs (version 3) that the Data Butler makes of the numbers by which old files name datasets. */
const numberedDatasets = Buffer.from('4d4851f428904d4187795f38a3f5062b', 'hex');

function datasetId(id: string | bigint): string {
  if (typeof id === 'string') return id;
  const hash = createHash('md5').update(numberedDatasets).update(String(id)).digest();
  hash[6] = (hash[6] & 0x0f) | 0x30;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function recordJson(record: DimensionRecord): string {
  const { datetime_begin: begin, datetime_end: end, ...rest } = record;
  const fields = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, scalarJson(value)]));
  if (begin !== undefined || end !== undefined) fields.timespan = timespanJson(begin, end);
  return objectJson(fields);
}

function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}

/** Runs the functions of one registry through one client. */
class Importer {
  private readonly client: pg.Client;
  private readonly registry: string;
  private readonly datastore: string | null;
  private readonly sections: readonly Section[];

  constructor(client: pg.Client, registry: string, datastore: string | null, sections: readonly Section[]) {
    this.client = client;
    this.registry = registry;
    this.datastore = datastore;
    this.sections = sections;
  }

  private all<T extends Section['type']>(type: T): SectionOf<T>[] {
    return this.sections.filter((section): section is SectionOf<T> => section.type === type);
  }

  private async call(name: string, ...values: unknown[]): Promise<void> {
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    await this.client.query(`select butler.${name}(${places}, registry => $${values.length + 1})`, [
      ...values,
      this.registry,
    ]);
  }

  async run(): Promise<ImportCounts> {
    const records = await this.importRecords();
    for (const type of this.all('dataset_type'))
      await this.call(
        'register_dataset_type',
        type.name,
        type.dimensions,
        type.storage_class,
        type.is_calibration,
      );
    const collections = await this.importCollections();
    const { datasets, files } = await this.importDatasets();
    return { records, collections, datasets, files, associations: await this.importAssociations() };
  }

  /** Records, each element after those that it refers to; one that exists already stays as it is. */
  private async importRecords(): Promise<Map<string, number>> {
    const byElement = new Map<string, DimensionRecord[]>();
    for (const { element, records } of this.all('dimension'))
      byElement.set(element, [...(byElement.get(element) ?? []), ...records]);
    const { rows } = await this.client.query<{ name: string }>(
      'select name from butler.dimension_elements(registry => $1)',
      [this.registry],
    );
    const order = rows.map(({ name }) => name);
    const unknown = [...byElement.keys()].find((element) => !order.includes(element));
    if (unknown !== undefined)
      throw new ExportFileError(
        `it has records of "${unknown}", which is no dimension of registry ${this.registry}`,
      );
    const counts = new Map<string, number>();
    for (const element of order) {
      const all = byElement.get(element);
      if (!all) continue;
      for (const batch of batches(all))
        await this.call('insert_dimension_records', element, `[${batch.map(recordJson).join(',')}]`, 'skip');
      counts.set(element, all.length);
    }
    return counts;
  }

  private async importCollections(): Promise<number> {
    const collections = this.all('collection');
    for (const { name } of this.all('run')) await this.call('register_collection', name, 'RUN', null);
    for (const { name, collection_type, doc, host, timespan_begin, timespan_end } of collections) {
      await this.call('register_collection', name, collection_type, doc ?? null);
      if (host || timespan_begin || timespan_end)
        await this.describeRun(name, host ?? null, timespan_begin ?? null, timespan_end ?? null);
    }
    for (const { name, children } of collections) if (children) await this.call('set_chain', name, children);
    return collections.length + this.all('run').length;
  }

  private async describeRun(name: string, host: string | null, begin: TaiTime | null, end: TaiTime | null) {
    const schema = this.client.escapeIdentifier(this.registry);
    await this.client.query(
      `update ${schema}.run set host = $2, timespan = butler._stored_timespan($3)
       from ${schema}.collection c
       where c.collection_id = run.collection_id and c.name = $1`,
      [name, host, begin || end ? timespanText({ begin, end }) : null],
    );
  }

  private async importDatasets(): Promise<{ datasets: Map<string, number>; files: number }> {
    const counts = new Map<string, number>();
    let files = 0;
    for (const { dataset_type: type, run, records } of this.all('dataset')) {
      const datasets: string[] = [];
      const fileRecords: string[] = [];
      records.forEach(({ dataset_id, data_id, path, formatter }, index) => {
        if (dataset_id.length !== data_id.length)
          throw new ExportFileError(
            `record ${index + 1} of ${type} in ${run} has ${dataset_id.length} ids and ${data_id.length} data IDs`,
          );
        dataset_id.forEach((given, i) => {
          const id = JSON.stringify(datasetId(given));
          const values = Object.entries(data_id[i]).map(([name, value]) => [name, scalarJson(value)]);
          datasets.push(objectJson({ id, data_id: objectJson(Object.fromEntries(values)) }));
          if (path)
            fileRecords.push(
              objectJson({ id, path: JSON.stringify(path), formatter: JSON.stringify(formatter ?? '') }),
            );
        });
      });
      for (const batch of batches(datasets))
        await this.call('import_datasets', type, run, `[${batch.join(',')}]`);
      counts.set(type, (counts.get(type) ?? 0) + datasets.length);
      if (this.datastore === null) continue;
      for (const batch of batches(fileRecords))
        await this.call('import_file_records', `[${batch.join(',')}]`, this.datastore);
      files += fileRecords.length;
    }
    return { datasets: counts, files };
  }

  private async importAssociations(): Promise<number> {
    let count = 0;
    for (const { collection, dataset_ids, validity_ranges } of this.all('associations')) {
      if (dataset_ids) {
        await this.call('associate', collection, dataset_ids.map(datasetId));
        count += dataset_ids.length;
      }
      for (const { timespan, begin, end, dataset_ids: ids } of validity_ranges ?? []) {
        await this.call('certify', collection, ids.map(datasetId), timespanText(timespan ?? { begin, end }));
        count += ids.length;
      }
    }
    return count;
  }
}

/** Offsets of the days of observation of the instruments whose headers this database can read. */
async function dayObsOffsets(client: pg.Client): Promise<DayObsOffsets> {
  const { rows } = await client.query<{ instrument: string; seconds: number }>(
    'select instrument, day_obs_offset_s as seconds from butler.translator where day_obs_offset_s is not null',
  );
  return new Map(rows.map(({ instrument, seconds }) => [instrument, seconds]));
}

/**
 * Imports a file into a registry in one transaction. What is there already stays; what contradicts it fails the whole.
 * @throws ExportFileError, and what the registry says
 */
export async function importFile(
  client: pg.Client,
  file: ExportFile,
  options: ImportOptions = {},
): Promise<ImportCounts> {
  await client.query('begin');
  try {
    const { rows } = await client.query<{ registry: string | null }>(
      'select coalesce($1, butler.current_registry()) as registry',
      [options.registry ?? null],
    );
    const registry = rows[0].registry;
    if (registry === null)
      throw new ExportFileError('no registry is named', 'name one with --registry, or set butler.registry');
    const sections = modernise(file, await dayObsOffsets(client));
    const datastore = options.datastore === undefined ? 'FileDatastore@<butlerRoot>' : options.datastore;
    const counts = await new Importer(client, registry, datastore, sections).run();
    await client.query('commit');
    return counts;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
