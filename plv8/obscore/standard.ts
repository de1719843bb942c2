/**
 * The columns of ObsCore 1.1 that ivoa.obscore has: the mandatory ones (table 1 of the standard) and
 * dataproduct_subtype, in the order of the type obscore.observation. Types, units, UCDs and utypes are those of the
 * standard's tables 6 and 7 (TAP_SCHEMA.columns, with the errata on UCDs of identifiers).
 */

export interface StandardColumn {
  readonly name: string;
  readonly sqlType: 'text' | 'smallint' | 'bigint' | 'double precision';
  readonly description: string;
  readonly unit: string | null;
  readonly ucd: string;
  /** Without the prefix `obscore:` of the data model. */
  readonly utype: string;
}

function column(
  name: string,
  sqlType: StandardColumn['sqlType'],
  description: string,
  unit: string | null,
  ucd: string,
  utype: string,
): StandardColumn {
  return { name, sqlType, description, unit, ucd, utype };
}

const double = 'double precision';

export const standardColumns: readonly StandardColumn[] = [
  column(
    'dataproduct_type',
    'text',
    'Kind of data product: image, cube, spectrum, sed, timeseries, visibility, event or measurements',
    null,
    'meta.code.class',
    'ObsDataset.dataProductType',
  ),
  column(
    'dataproduct_subtype',
    'text',
    'Finer kind of data product, in the words of the archive',
    null,
    'meta.code.class',
    'ObsDataset.dataProductSubtype',
  ),
  column(
    'calib_level',
    'smallint',
    "Calibration level: 0 raw in the instrument's own form, 1 raw, 2 calibrated, 3 combined, 4 derived",
    null,
    'meta.code;obs.calib',
    'ObsDataset.calibLevel',
  ),
  column('target_name', 'text', 'Object or field that was observed', null, 'meta.id;src', 'Target.name'),
  column(
    'obs_id',
    'text',
    'Identifier of the observation, shared by all data products of it',
    null,
    'meta.id',
    'DataID.observationID',
  ),
  column(
    'obs_collection',
    'text',
    'Data collection that it belongs to',
    null,
    'meta.id',
    'DataID.collection',
  ),
  column(
    'obs_publisher_did',
    'text',
    'Identifier of the data product, given by its publisher',
    null,
    'meta.ref.ivoid',
    'Curation.publisherDID',
  ),
  column(
    'access_url',
    'text',
    'Where to get the data product, or links to it',
    null,
    'meta.ref.url',
    'Access.reference',
  ),
  column(
    'access_format',
    'text',
    'Media type of what access_url gives',
    null,
    'meta.code.mime',
    'Access.format',
  ),
  column(
    'access_estsize',
    'bigint',
    'About how large the data product is',
    'kbyte',
    'phys.size;meta.file',
    'Access.size',
  ),
  column(
    's_ra',
    double,
    'Right ascension of the centre, ICRS',
    'deg',
    'pos.eq.ra',
    'Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1',
  ),
  column(
    's_dec',
    double,
    'Declination of the centre, ICRS',
    'deg',
    'pos.eq.dec',
    'Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2',
  ),
  column(
    's_fov',
    double,
    'Diameter of a circle around the region covered',
    'deg',
    'phys.angSize;instr.fov',
    'Char.SpatialAxis.Coverage.Bounds.Extent.diameter',
  ),
  column(
    's_region',
    'text',
    'Region of the sky that is covered, ICRS',
    null,
    'pos.outline;obs.field',
    'Char.SpatialAxis.Coverage.Support.Area',
  ),
  column(
    's_resolution',
    double,
    'Spatial resolution: full width at half maximum of a point source',
    'arcsec',
    'pos.angResolution',
    'Char.SpatialAxis.Resolution.Refval.value',
  ),
  column(
    's_xel1',
    'bigint',
    'Number of elements along the first spatial axis',
    null,
    'meta.number',
    'Char.SpatialAxis.numBins1',
  ),
  column(
    's_xel2',
    'bigint',
    'Number of elements along the second spatial axis',
    null,
    'meta.number',
    'Char.SpatialAxis.numBins2',
  ),
  column(
    't_min',
    double,
    'Start of the observation, MJD, UTC',
    'd',
    'time.start;obs.exposure',
    'Char.TimeAxis.Coverage.Bounds.Limits.StartTime',
  ),
  column(
    't_max',
    double,
    'End of the observation, MJD, UTC',
    'd',
    'time.end;obs.exposure',
    'Char.TimeAxis.Coverage.Bounds.Limits.StopTime',
  ),
  column(
    't_exptime',
    double,
    'Total exposure time',
    's',
    'time.duration;obs.exposure',
    'Char.TimeAxis.Coverage.Support.Extent',
  ),
  column(
    't_resolution',
    double,
    'Temporal resolution',
    's',
    'time.resolution',
    'Char.TimeAxis.Resolution.Refval.value',
  ),
  column(
    't_xel',
    'bigint',
    'Number of elements along the time axis',
    null,
    'meta.number',
    'Char.TimeAxis.numBins',
  ),
  column(
    'em_min',
    double,
    'Shortest wavelength, in vacuum',
    'm',
    'em.wl;stat.min',
    'Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit',
  ),
  column(
    'em_max',
    double,
    'Longest wavelength, in vacuum',
    'm',
    'em.wl;stat.max',
    'Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit',
  ),
  column(
    'em_res_power',
    double,
    'Spectral resolving power',
    null,
    'spect.resolution',
    'Char.SpectralAxis.Resolution.ResolPower.refVal',
  ),
  column(
    'em_xel',
    'bigint',
    'Number of elements along the spectral axis',
    null,
    'meta.number',
    'Char.SpectralAxis.numBins',
  ),
  column('o_ucd', 'text', 'UCD of what was observed', null, 'meta.ucd', 'Char.ObservableAxis.ucd'),
  column(
    'pol_states',
    'text',
    'Polarization states between slashes, as in /I/Q/',
    null,
    'meta.code;phys.polarization',
    'Char.PolarizationAxis.stateList',
  ),
  column(
    'pol_xel',
    'bigint',
    'Number of polarization states',
    null,
    'meta.number',
    'Char.PolarizationAxis.numBins',
  ),
  column(
    'facility_name',
    'text',
    'Telescope or observatory',
    null,
    'meta.id;instr.tel',
    'Provenance.ObsConfig.Facility.name',
  ),
  column(
    'instrument_name',
    'text',
    'Instrument',
    null,
    'meta.id;instr',
    'Provenance.ObsConfig.Instrument.name',
  ),
];

/** `Right ascension of the centre, ICRS [deg; pos.eq.ra; obscore:Char.SpatialAxis…]`. */
export function standardComment({ description, unit, ucd, utype }: StandardColumn): string {
  return `${description} [${unit ?? ''}; ${ucd}; obscore:${utype}]`;
}
