/**
 * The fields of a VOTable of observations: columns of ObsCore 1.1 with the datatypes and in the words that the
 * exporter of dax_obscore gives them, which are those of the standard's TAP schema; others as their SQL type says.
 */
import { standardColumns } from '../../plv8/obscore/standard.ts';
import type { ColumnType, OutputColumn } from '../formats/write/columns.ts';
import type { Field } from '../formats/write/votable.ts';

/** IDs of the coordinate systems that fields refer to. */
export const coordinateSystem = 'coosys';
export const timeSystem = 'timesys';

/** Descriptions of the standard columns that an ObsCore table or obscore.siav2 has. */
const descriptions: Readonly<Record<string, string>> = {
  dataproduct_type: 'Data product (file content) primary type',
  dataproduct_subtype: 'Data product specific type',
  calib_level: 'Calibration level of the observation: in {0, 1, 2, 3, 4}',
  target_name: 'Object of interest',
  obs_id: 'Internal ID given by the ObsTAP service',
  obs_collection: 'Name of the data collection',
  obs_publisher_did: 'ID for the Dataset given by the publisher',
  access_url: 'URL used to access dataset',
  access_format: 'Content format of the dataset',
  access_estsize: 'Estimated size of dataset: in kilobytes',
  s_ra: 'Central Spatial Position in ICRS; Right ascension',
  s_dec: 'Central Spatial Position in ICRS; Declination',
  s_fov: 'Estimated size of the covered region as the diameter of a containing circle',
  s_region: 'Sky region covered by the data product (expressed in ICRS frame)',
  s_resolution: 'Spatial resolution of data as FWHM of PSF',
  s_xel1: 'Number of elements along the first coordinate of the spatial axis',
  s_xel2: 'Number of elements along the second coordinate of the spatial axis',
  t_min: 'Start time in MJD',
  t_max: 'Stop time in MJD',
  t_exptime: 'Total exposure time',
  t_resolution: 'Temporal resolution FWHM',
  t_xel: 'Number of elements along the time axis',
  em_min: 'start in spectral coordinates',
  em_max: 'stop in spectral coordinates',
  em_res_power: 'Value of the resolving power along the spectral axis (R)',
  em_xel: 'Number of elements along the spectral axis',
  o_ucd: 'Nature of the observable axis',
  pol_states: 'List of polarization states present in the data file',
  pol_xel: 'Number of elements along the polarization axis',
  facility_name: 'The name of the facility, telescope, or space craft used for the observation',
  instrument_name: 'The name of the instrument used for the observation',
};

const sqlDatatypes = {
  text: 'char',
  smallint: 'int',
  bigint: 'long',
  'double precision': 'double',
} as const;

const datatypes: Readonly<Record<ColumnType, Field['datatype']>> = {
  boolean: 'boolean',
  int16: 'short',
  int32: 'int',
  int64: 'long',
  float64: 'double',
  string: 'char',
};

/** The system that a column's values are in, by its UCD. */
function systemOf(ucd: string | undefined): string | undefined {
  if (/^pos\.(eq|outline)/.test(ucd ?? '')) return coordinateSystem;
  if (/^time\.(start|end)/.test(ucd ?? '')) return timeSystem;
  return undefined;
}

const standard: ReadonlyMap<string, Field> = new Map(
  standardColumns.map(({ name, sqlType, unit, ucd, utype, description }): [string, Field] => [
    name,
    {
      datatype: sqlDatatypes[sqlType],
      unit: unit ?? undefined,
      ucd,
      utype,
      description: descriptions[name] ?? description,
    },
  ]),
);

const text = (ucd: string, utype: string, description: string): Field => ({
  datatype: 'char',
  ucd,
  utype,
  description,
});

const number = (unit: string | undefined, ucd: string, utype: string, description: string): Field => ({
  datatype: 'double',
  unit,
  ucd,
  utype,
  description,
});

/** Optional columns of the standard, which extra columns may be called after. */
const optional: Readonly<Record<string, Field>> = {
  target_class: text('src.class', 'Target.class', 'Class of the Target object as in SSA'),
  obs_creation_date: number(
    undefined,
    'time;meta.dataset',
    'DataID.date',
    'Date when the dataset was created',
  ),
  obs_creator_name: text('meta.id', 'DataID.creator', 'Name of the creator of the data'),
  obs_creator_did: text('meta.id', 'DataID.creatorDID', 'IVOA dataset identifier given by the creator'),
  obs_title: text('meta.title;obs', 'DataID.title', 'Brief description of dataset in free format'),
  publisher_id: text('meta.ref.ivoid', 'Curation.publisherID', 'IVOA-ID for the Publisher'),
  bib_reference: text('meta.bib', 'Curation.reference', 'Service bibliographic reference'),
  data_rights: text('meta.code', 'Curation.rights', 'Public/Secure/Proprietary/'),
  obs_release_date: text('time.release', 'Curation.releaseDate', 'Observation release date (ISO 8601)'),
  s_ucd: text('meta.ucd', 'Char.SpatialAxis.ucd', 'UCD for the nature of the spatial axis (pos or u,v data)'),
  s_unit: text('meta.unit', 'Char.SpatialAxis.unit', 'Unit used for spatial axis'),
  s_resolution_min: number(
    'arcsec',
    'pos.angResolution;stat.min',
    'Char.SpatialAxis.Resolution.Bounds.Limits.LoLimit',
    'Resolution min value on spatial axis (FHWM of PSF)',
  ),
  s_resolution_max: number(
    'arcsec',
    'pos.angResolution;stat.max',
    'Char.SpatialAxis.Resolution.Bounds.Limits.HiLimit',
    'Resolution max value on spatial axis',
  ),
  s_pixel_scale: number(
    'arcsec',
    'phys.angSize;instr.pixel',
    'Char.SpatialAxis.Sampling.RefVal.SamplingPeriod',
    'Sampling period in world coordinate units along the spatial axis',
  ),
  s_calib_status: text(
    'meta.code.qual',
    'Char.SpatialAxis.calibrationStatus',
    'Type of calibration along the spatial axis',
  ),
  s_stat_error: number(
    'arcsec',
    'stat.error;pos.eq',
    'Char.SpatialAxis.Accuracy.StatError.Refval.value',
    'Astrometric precision along the spatial axis',
  ),
  t_calib_status: text(
    'meta.code.qual',
    'Char.TimeAxis.calibrationStatus',
    'Type of time coordinate calibration',
  ),
  t_stat_error: number(
    's',
    'stat.error;time',
    'Char.TimeAxis.Accuracy.StatError.Refval.value',
    'Time coord statistical error',
  ),
  em_ucd: text('meta.ucd', 'Char.SpectralAxis.ucd', 'Nature of the spectral axis'),
  em_unit: text('meta.unit', 'Char.SpectralAxis.unit', 'Units along the spectral axis'),
  em_calib_status: text(
    'meta.code.qual',
    'Char.SpectralAxis.calibrationStatus',
    'Type of spectral coord calibration',
  ),
  em_res_power_min: number(
    undefined,
    'spect.resolution;stat.min',
    'Char.SpectralAxis.Resolution.ResolPower.LoLimit',
    'Resolving power min value on spectral axis',
  ),
  em_res_power_max: number(
    undefined,
    'spect.resolution;stat.max',
    'Char.SpectralAxis.Resolution.ResolPower.HiLimit',
    'Resolving power max value on spectral axis',
  ),
  em_resolution: number(
    'm',
    'spect.resolution;stat.mean',
    'Char.SpectralAxis.Resolution.Refval.value',
    'Value of Resolution along the spectral axis',
  ),
  em_stat_error: number(
    'm',
    'stat.error;em',
    'Char.SpectralAxis.Accuracy.StatError.Refval.value',
    'Spectral coord statistical error',
  ),
  o_unit: text('meta.unit', 'Char.ObservableAxis.unit', 'Units used for the observable values'),
  o_calib_status: text(
    'meta.code.qual',
    'Char.ObservableAxis.calibrationStatus',
    'Type of calibration for the observable coordinate',
  ),
  o_stat_error: number(
    undefined,
    'stat.error',
    'Char.ObservableAxis.Accuracy.StatError.Refval.value',
    'Statistical error on the Observable axis',
  ),
  proposal_id: text(
    'meta.id;obs.proposal',
    'Provenance.Proposal.identifier',
    'Identifier of proposal to which observation belongs',
  ),
};

/** What is neither in the standard nor an extra column. */
const own: Readonly<Record<string, Field>> = {
  em_filter_name: {
    datatype: 'char',
    description: 'Wavelength band associated with this observation',
  },
};

/** The field of a column; `doc` describes one that the standard does not know. */
export function fieldOf({ name, type }: OutputColumn, doc: string | undefined): Field {
  const known = standard.get(name) ?? (Object.hasOwn(optional, name) ? optional[name] : undefined);
  if (known) return { ...known, ref: systemOf(known.ucd) };
  if (Object.hasOwn(own, name)) return own[name];
  return { datatype: datatypes[type], description: doc };
}
