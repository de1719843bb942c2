/** The whole of a configuration, option by option. */

import { type Findings, nameComplaint, type Place } from '../../config/place.ts';
import { columnsOf } from '../columns.ts';
import type { DatasetTypeConfig, ExtraColumn, ObsCoreConfig, Origin, Pgsphere } from '../config.ts';
import { PythonRegexError, pythonRegex } from '../python_regex.ts';
import { constraintsByType, whereOf } from './constraints.ts';
import { ExtraColumns, readTemplate } from './extra_columns.ts';
import {
  collectionTypes,
  compressions,
  datasetTypeOptions,
  defaultPlugin,
  ignoredOptions,
  originOptions,
  pgsphereOptions,
  pgspherePlugin,
  pluginOptions,
  tableOptions,
} from './options.ts';

type Places<K extends string> = { readonly [key in K]: Place };
type TableOption = (typeof tableOptions)[number];

/** The largest int4. */
const maxInt = 2_147_483_647;

/** Columns of an index in PostgreSQL. */
const mostIndexColumns = 32;

/** Reads a configuration; what it returns is of use only where there were no complaints. */
export function readConfig(place: Place, findings: Findings): ObsCoreConfig | undefined {
  const options = place.options(tableOptions, ignoredOptions);
  if (!options) return undefined;
  const tableName = readTableName(options.table_name);
  const { collectionType, collections } = readCollections(options);
  const extra = new ExtraColumns();
  const everywhere = extra.read(options.extra_columns);
  const obsCollection = options.obs_collection.optional((text) => text.text());
  const where = whereOf(options.where);
  const types = readDatasetTypes(options.dataset_types);
  const constraints = constraintsByType(
    options.dataset_type_constraints,
    new Set(types.map(({ name }) => name)),
  );
  const datasetTypes = types.flatMap(({ name, options: own }) =>
    readDatasetType(name, own, extra, everywhere, obsCollection, constraints.get(name) ?? where),
  );
  const pgsphere = readPlugins(options.spatial_plugins, extra.columns);
  const config = {
    tableName,
    collectionType,
    collections,
    datasetTypes,
    facilityName: options.facility_name.text() ?? '',
    facilityMap: readFacilities(options.facility_map),
    extraColumns: extra.columns,
    pgsphere,
    spectralRanges: readRanges(options.spectral_ranges),
    fallbackInstrument: options.fallback_instrument.optional((text) => text.named()),
    obsPublisherDidFmt: options.obs_publisher_did_fmt.optional(readTemplate),
    batchSize: options.batch_size.value === undefined ? 10_000 : (options.batch_size.integer(1, maxInt) ?? 0),
    parquetCompression:
      options.parquet_compression.value === undefined
        ? 'snappy'
        : (options.parquet_compression.word(compressions) ?? ''),
    csvNullString:
      options.csv_null_string.value === undefined ? '\\N' : (options.csv_null_string.text() ?? ''),
    origin: options.origin.optional(readOrigin),
    notices: findings.notices,
  };
  // They have a meaning for the Data Butler's migrations only.
  if (options.namespace.value !== undefined) options.namespace.text();
  if (options.version.value !== undefined) options.version.integer(-maxInt, maxInt);
  return { ...config, indices: readIndices(options.indices, config) };
}

function readTableName(place: Place): string {
  if (place.value === undefined) return 'obscore';
  const name = place.text();
  if (name === undefined) return '';
  const wrong = nameComplaint(name);
  if (wrong !== null) place.complain(wrong);
  else if (/^almagest_|^dataset_(?:tags|calibs)_\d/.test(name))
    place.complain('is a name that tables of the registry may take: take another');
  return name;
}

function readCollections(
  options: Places<TableOption>,
): Pick<ObsCoreConfig, 'collectionType' | 'collections'> {
  const { collection_type: type, collections: list } = options;
  const collectionType = type.optional((word) => word.word(collectionTypes)) ?? 'CHAINED';
  const places = list.optional((names) => names.list()) ?? [];
  const collections = places.flatMap((name) => name.named() ?? []);
  if (list.given && !Array.isArray(list.value)) return { collectionType, collections };
  if (collectionType === 'RUN')
    for (const place of places) {
      if (typeof place.value !== 'string') continue;
      try {
        pythonRegex(place.value);
      } catch (error) {
        if (!(error instanceof PythonRegexError)) throw error;
        place.complain(`is no regular expression: ${error.message}`);
      }
    }
  else if (collectionType === 'TAGGED' && places.length !== 1)
    list.complain(`collection_type TAGGED takes exactly one name, not ${places.length}`);
  else if (collectionType === 'CHAINED' && places.length === 0)
    list.complain(
      'name the collections in the order in which they are searched, or say collection_type RUN for all runs',
    );
  else repeated(places);
  return { collectionType, collections };
}

/** Complains of texts that stand in a list twice. */
function repeated(places: readonly Place[]): void {
  places.forEach((place, i) => {
    if (typeof place.value === 'string' && places.findIndex(({ value }) => value === place.value) < i)
      place.complain('is named twice');
  });
}

function readDatasetTypes(
  place: Place,
): { name: string; options: Places<(typeof datasetTypeOptions)[number]> }[] {
  const entries = place.entries();
  if (entries?.length === 0) place.complain('there is none: no dataset would have a row');
  return (entries ?? []).flatMap(([name, at]) => {
    if (name === '') at.complain("the dataset type's name is empty");
    const options = at.options(datasetTypeOptions);
    return options ? [{ name, options }] : [];
  });
}

function readDatasetType(
  name: string,
  options: Places<(typeof datasetTypeOptions)[number]>,
  extra: ExtraColumns,
  everywhere: readonly ExtraColumn[],
  obsCollection: string | null,
  constraints: DatasetTypeConfig['constraints'],
): DatasetTypeConfig[] {
  const dataproductType = options.dataproduct_type.text();
  const calibLevel = options.calib_level.integer(0, 4);
  const columns = new Map(everywhere.map((column) => [column.name, column]));
  for (const column of extra.read(options.extra_columns)) columns.set(column.name, column);
  return [
    {
      name,
      dataproductType: dataproductType ?? '',
      dataproductSubtype: options.dataproduct_subtype.optional((text) => text.text()),
      calibLevel: calibLevel ?? 0,
      oUcd: options.o_ucd.optional((text) => text.text()),
      accessFormat: options.access_format.optional((text) => text.text()),
      obsIdFmt: options.obs_id_fmt.optional(readTemplate),
      datalinkUrlFmt: options.datalink_url_fmt.optional(readTemplate),
      obsCollection: options.obs_collection.optional((text) => text.text()) ?? obsCollection,
      sXel: options.s_xel.optional(readPair),
      extraColumns: [...columns.values()],
      constraints,
    },
  ];
}

/** The members of a list of two. */
function twoOf(place: Place): readonly [Place, Place] | undefined {
  const members = place.list();
  if (members === undefined) return undefined;
  const [first, second] = members;
  if (members.length !== 2) return place.complain(`expected two members, not ${members.length}`);
  return [first!, second!];
}

function readPair(place: Place): readonly [number, number] | undefined {
  const both = twoOf(place);
  const first = both?.[0].integer(0, maxInt);
  const second = both?.[1].integer(0, maxInt);
  return first === undefined || second === undefined ? undefined : [first, second];
}

function readFacilities(place: Place): ReadonlyMap<string, string> {
  const entries = place.value === undefined ? [] : (place.entries() ?? []);
  return new Map(entries.map(([instrument, name]) => [instrument, name.text() ?? '']));
}

function readRanges(place: Place): ObsCoreConfig['spectralRanges'] {
  const entries = place.value === undefined ? [] : (place.entries() ?? []);
  return new Map(
    entries.map(([name, at]) => {
      const both = twoOf(at);
      const low = both?.[0].optional((end) => end.number()) ?? null;
      const high = both?.[1].optional((end) => end.number()) ?? null;
      if (low !== null && high !== null && low > high) at.complain('the shorter wavelength comes first');
      return [name, [low, high] as const];
    }),
  );
}

function readOrigin(place: Place): Origin | undefined {
  const options = place.options(originOptions);
  if (!options) return undefined;
  const publisher = options.publisher.text() ?? '';
  const publicationDate = options.publication_date.text() ?? '';
  if (typeof options.publication_date.value === 'string' && !isDate(publicationDate))
    options.publication_date.complain('expected a date such as 2026-06-30');
  return {
    publisher,
    publicationDate,
    citation: options.citation.optional((text) => text.text()),
    referenceUrl: options.reference_url.optional((text) => text.text()),
    article: options.article.optional((text) => text.text()),
    title: options.title.optional((text) => text.text()),
  };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The pgSphere plugin's columns, where it is named. */
function readPlugins(place: Place, extraColumns: readonly ExtraColumn[]): Pgsphere | null {
  const entries = place.value === undefined ? [] : (place.entries() ?? []);
  let pgsphere: Pgsphere | null = null;
  let hasDefault = false;
  let comesFirst = false;
  for (const [, at] of entries) {
    const options = at.options(pluginOptions);
    const cls = options?.cls.text();
    if (!options || cls === undefined) continue;
    const name = cls.slice(cls.lastIndexOf('.') + 1);
    if (name === defaultPlugin) hasDefault = true;
    else if (name !== pgspherePlugin)
      options.cls.complain(`there is no such plugin: there are ${defaultPlugin}, ${pgspherePlugin}`);
    else if (pgsphere) at.complain('pgSphere is named twice');
    else {
      comesFirst = !hasDefault;
      pgsphere = readPgsphere(options.config, extraColumns) ?? pgsphere;
    }
  }
  // The default plugin precedes all where it is not named.
  return pgsphere && { ...pgsphere, comesFirst: comesFirst && hasDefault };
}

function readPgsphere(place: Place, extraColumns: readonly ExtraColumn[]): Pgsphere | undefined {
  if (place.value === undefined)
    return { regionColumn: 'pgsphere_region', positionColumn: 'pgsphere_position', comesFirst: false };
  const options = place.options(pgsphereOptions);
  if (!options) return undefined;
  const taken = new Set(columnsOf({ extraColumns, pgsphere: null }).map(({ name }) => name));
  const name = (at: Place, usual: string): string => {
    if (at.value === undefined) return usual;
    const text = at.text() ?? usual;
    const wrong = nameComplaint(text);
    if (wrong !== null) at.complain(wrong);
    else if (taken.has(text)) at.complain(`the table has a column ${text} already`);
    taken.add(text);
    return text;
  };
  return {
    regionColumn: name(options.region_column, 'pgsphere_region'),
    positionColumn: name(options.position_column, 'pgsphere_position'),
    comesFirst: false,
  };
}

/** Columns of each index; those that are asked for twice are made once. */
function readIndices(
  place: Place,
  config: Pick<ObsCoreConfig, 'extraColumns' | 'pgsphere'>,
): ObsCoreConfig['indices'] {
  const columns = new Map(columnsOf(config).map((column) => [column.name, column]));
  const indices = new Map<string, readonly string[]>();
  for (const [, at] of place.optional((object) => object.entries()) ?? []) {
    const places = Array.isArray(at.value) ? at.list()! : [at];
    if (places.length === 0) at.complain('names no column');
    if (places.length > mostIndexColumns)
      at.complain(`names ${places.length} columns: an index has at most ${mostIndexColumns}`);
    const names = places.flatMap((column) => {
      const name = column.text();
      if (name === undefined) return [];
      const found = columns.get(name);
      if (!found) column.complain(`the table has no column ${name}`);
      else if (found.sqlType.startsWith('sp')) column.complain(`${name} is indexed without being asked for`);
      return [name];
    });
    repeated(places);
    indices.set(JSON.stringify(names), names);
  }
  return [...indices.values()];
}
