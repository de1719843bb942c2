/** Columns of an ObsCore table, in the order in which the Data Butler's live table has them. */
import type { ExtraColumn, ObsCoreConfig } from './config.ts';

export interface Column {
  readonly name: string;
  readonly sqlType: string;
  readonly comment: string;
}

function column(name: string, sqlType: string, comment: string): Column {
  return { name, sqlType, comment };
}

/** What every table begins with. */
export const staticColumns: readonly Column[] = [
  column('dataproduct_type', 'text', 'Logical data product type'),
  column('dataproduct_subtype', 'text', 'Data product specific type'),
  column('facility_name', 'text', 'The name of the facility used for the observation'),
  column('calib_level', 'smallint', 'Calibration level {0, 1, 2, 3, 4}'),
  column('target_name', 'text', 'Object of interest'),
  column('obs_id', 'text', 'Observation ID'),
  column('obs_collection', 'text', 'Name of the data collection'),
  column('obs_publisher_did', 'text', 'Dataset identifier given by the publisher'),
  column('access_url', 'text', 'URL used to access (download) dataset'),
  column('access_format', 'text', 'File content format'),
  column('s_resolution', 'double precision', 'Spatial resolution of data as FWHM (arcsec)'),
  column('s_xel1', 'integer', 'Number of elements along the first spatial axis'),
  column('s_xel2', 'integer', 'Number of elements along the second spatial axis'),
  column('t_xel', 'integer', 'Number of elements along the time axis'),
  column('t_min', 'double precision', 'Start time in MJD'),
  column('t_max', 'double precision', 'Stop time in MJD'),
  column('t_exptime', 'double precision', 'Total exposure time (sec)'),
  column('t_resolution', 'double precision', 'Temporal resolution (sec)'),
  column('em_xel', 'integer', 'Number of elements along the spectral axis'),
  column('em_min', 'double precision', 'Start in spectral coordinates (m)'),
  column('em_max', 'double precision', 'Stop in spectral coordinates (m)'),
  column('em_res_power', 'double precision', 'Spectral resolving power'),
  column('em_filter_name', 'text', 'Filter name (non-standard column)'),
  column('o_ucd', 'text', 'UCD of observable'),
  column('pol_xel', 'integer', 'Number of polarization samples'),
  column('instrument_name', 'text', 'Name of the instrument used for this observation'),
];

/** What is made of the region of a data ID. */
export const spatialColumns: readonly Column[] = [
  column('s_ra', 'double precision', 'Central right ascension, ICRS (deg)'),
  column('s_dec', 'double precision', 'Central declination, ICRS (deg)'),
  column('s_fov', 'double precision', 'Diameter (bounds) of the covered region (deg)'),
  column('s_region', 'text', 'Sky region covered by the data product (expressed in ICRS frame)'),
];

/** What every table ends with. */
export const keyColumns: readonly Column[] = [
  column('registry_dataset_id', 'uuid', 'Registry dataset ID'),
  column('footprint', 'uuid', 'Region in almagest_footprint, by which positions are searched'),
];

/** Names of strings longer than this are text, whose length is not limited. */
const longestVarchar = 32;

/** The type of an extra column, as the Data Butler makes it. */
export function extraColumnType({ type, length }: Pick<ExtraColumn, 'type' | 'length'>): string {
  if (type === 'bool') return 'boolean';
  if (type === 'int') return 'bigint';
  if (type === 'float') return 'double precision';
  if (length === null) return 'character varying';
  return length <= longestVarchar ? `character varying(${length})` : 'text';
}

function extraColumn(extra: ExtraColumn): Column {
  const comment =
    extra.doc ??
    ('template' in extra.source
      ? `Made by the template ${extra.source.template}`
      : 'A constant of the configuration');
  return column(extra.name, extraColumnType(extra), comment);
}

function pgsphereColumns({ pgsphere }: Pick<ObsCoreConfig, 'pgsphere'>): Column[] {
  if (!pgsphere) return [];
  return [
    column(pgsphere.regionColumn, 'spoly', 'pgSphere polygon for this record region.'),
    column(
      pgsphere.positionColumn,
      'spoint',
      'pgSphere position for this record, center of bounding circle.',
    ),
  ];
}

/** Every column of a configuration's table, in order. The types of pgSphere bear no schema. */
export function columnsOf(config: Pick<ObsCoreConfig, 'extraColumns' | 'pgsphere'>): readonly Column[] {
  const pgsphere = pgsphereColumns(config);
  return [
    ...staticColumns,
    ...config.extraColumns.map(extraColumn),
    ...(config.pgsphere?.comesFirst ? pgsphere : []),
    ...spatialColumns,
    ...(config.pgsphere?.comesFirst ? [] : pgsphere),
    ...keyColumns,
  ];
}
