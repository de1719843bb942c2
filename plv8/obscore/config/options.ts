/** Names of a configuration's options: those of the exporter and those of the live manager, in one form. */

export const tableOptions = [
  'table_name',
  'collection_type',
  'collections',
  'dataset_types',
  'obs_collection',
  'facility_name',
  'facility_map',
  'extra_columns',
  'indices',
  'spectral_ranges',
  'spatial_plugins',
  'fallback_instrument',
  'obs_publisher_did_fmt',
  'where',
  'dataset_type_constraints',
  'batch_size',
  'parquet_compression',
  'csv_null_string',
  'origin',
  'namespace',
  'version',
] as const;

/** What stands in configurations that people have, and does nothing in the Data Butler either. */
export const ignoredOptions = ['use_butler_uri'] as const;

export const datasetTypeOptions = [
  'dataproduct_type',
  'dataproduct_subtype',
  'calib_level',
  'o_ucd',
  'access_format',
  'obs_id_fmt',
  'datalink_url_fmt',
  'obs_collection',
  's_xel',
  'extra_columns',
] as const;

export const extraColumnOptions = ['template', 'type', 'length', 'doc'] as const;
export const whereOptions = ['where', 'bind', 'extra_dims'] as const;
export const pluginOptions = ['cls', 'config'] as const;
export const pgsphereOptions = ['region_column', 'position_column'] as const;
export const originOptions = [
  'publisher',
  'publication_date',
  'citation',
  'reference_url',
  'article',
  'title',
] as const;

export const collectionTypes = ['RUN', 'TAGGED', 'CHAINED'] as const;
export const columnTypes = ['bool', 'int', 'float', 'string'] as const;
export const compressions = ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd'] as const;

/** Classes of the Data Butler's plugins: the first is always there. */
export const defaultPlugin = 'DefaultSpatialObsCorePlugin';
export const pgspherePlugin = 'PgSphereObsCorePlugin';
