/**
 * The dimension universe 8 of the namespace daf_butler: which dimensions a survey of images has, and the columns
 * of their tables. Names, types, lengths and relations are those that registries of that version keep; clients
 * read them from `butler_attributes`.
 */
import type { ElementStorage, UniverseConfig } from './universe.ts';

const records = 'lsst.daf.butler.registry.dimensions';
const governorStorage: ElementStorage = { cls: `${records}.governor.BasicGovernorDimensionRecordStorage` };
const tableStorage: ElementStorage = { cls: `${records}.table.TableDimensionRecordStorage` };
const cachedStorage: ElementStorage = {
  cls: `${records}.caching.CachingDimensionRecordStorage`,
  nested: tableStorage,
};

const packer = (cls: string, ...dimensions: readonly string[]) => ({
  fixed: dimensions.slice(0, 1),
  dimensions,
  cls,
});

export const universe8: UniverseConfig = {
  version: 8,
  namespace: 'daf_butler',
  skypix: {
    common: 'htm7',
    htm: { class: 'lsst.sphgeom.HtmPixelization', max_level: 24 },
    healpix: { class: 'lsst.sphgeom.HealpixPixelization', max_level: 17 },
  },
  elements: {
    instrument: {
      doc: 'A camera on a telescope: it has filters and detectors, and numbers its own exposures and visits',
      keys: [{ name: 'name', type: 'string', length: 32 }],
      metadata: [
        { name: 'visit_max', type: 'int', doc: 'Upper bound of its visit ids, itself not reached' },
        {
          name: 'visit_system',
          type: 'int',
          doc: 'Visit system that its visits are meant by where none is named',
        },
        { name: 'exposure_max', type: 'int', doc: 'Upper bound of its exposure ids, itself not reached' },
        { name: 'detector_max', type: 'int', doc: 'Upper bound of its detector ids, itself not reached' },
        {
          name: 'class_name',
          type: 'string',
          length: 64,
          doc: 'Python class that describes it, with its module',
        },
      ],
      governor: true,
      storage: governorStorage,
    },
    band: {
      doc: 'A passband without regard to the instrument, such as g or r; what coadds are made in',
      keys: [{ name: 'name', type: 'string', length: 32 }],
      storage: {
        cls: `${records}.caching.CachingDimensionRecordStorage`,
        nested: { cls: `${records}.query.QueryDimensionRecordStorage`, view_of: 'physical_filter' },
      },
    },
    physical_filter: {
      doc: 'A filter as one instrument holds it',
      keys: [{ name: 'name', type: 'string', length: 32 }],
      requires: ['instrument'],
      implies: ['band'],
      storage: cachedStorage,
    },
    subfilter: {
      doc: 'A part of a band, for effects that change with wavelength within it, such as chromatic refraction',
      keys: [{ name: 'id', type: 'int' }],
      requires: ['band'],
      storage: cachedStorage,
    },
    detector: {
      doc: 'A detector of an instrument, whatever it observed',
      keys: [
        { name: 'id', type: 'int' },
        { name: 'full_name', type: 'string', length: 32 },
      ],
      requires: ['instrument'],
      metadata: [
        { name: 'name_in_raft', type: 'string', length: 32 },
        {
          name: 'raft',
          type: 'string',
          length: 32,
          doc: 'Group of detectors it is in, in the words of its instrument',
        },
        {
          name: 'purpose',
          type: 'string',
          length: 32,
          doc: 'What it is for: SCIENCE, WAVEFRONT, GUIDE, or another word of its instrument',
        },
      ],
      storage: cachedStorage,
    },
    group: {
      doc: 'Exposures that the acquisition system declared to belong together when it took them',
      keys: [{ name: 'name', type: 'string', length: 64 }],
      requires: ['instrument'],
      storage: tableStorage,
    },
    day_obs: {
      doc: "A night and its day, numbered YYYYMMDD; the hour at which the number changes is the observatory's",
      keys: [{ name: 'id', type: 'int' }],
      requires: ['instrument'],
      storage: tableStorage,
    },
    visit: {
      doc: 'One or more exposures of one pointing through one filter that are processed together',
      keys: [
        { name: 'id', type: 'int' },
        { name: 'name', type: 'string', length: 64 },
      ],
      requires: ['instrument'],
      implies: ['physical_filter', 'day_obs'],
      metadata: [
        { name: 'seq_num', type: 'int', doc: 'Sequence number of its first exposure' },
        { name: 'exposure_time', type: 'float', doc: 'Sum of the exposure times of its exposures [s]' },
        { name: 'target_name', type: 'string', length: 64, doc: 'Object or field that was observed' },
        {
          name: 'observation_reason',
          type: 'string',
          length: 68,
          doc: 'Why it was taken, such as science or filter scan; various where its exposures differ',
        },
        { name: 'science_program', type: 'string', length: 64, doc: 'Survey or proposal it was taken for' },
        {
          name: 'azimuth',
          type: 'float',
          doc: 'Azimuth of the telescope, about the mean over the visit, during which it moves [deg]',
        },
        {
          name: 'zenith_angle',
          type: 'float',
          doc: 'Angle from the zenith, about the mean over the visit, during which it changes [deg]',
        },
      ],
      storage: tableStorage,
    },
    exposure: {
      doc: 'One observation of an instrument, on the sky or not; raw images are identified by it',
      keys: [
        { name: 'id', type: 'int' },
        { name: 'obs_id', type: 'string', length: 64 },
      ],
      requires: ['instrument'],
      implies: ['physical_filter', 'group', 'day_obs'],
      metadata: [
        { name: 'exposure_time', type: 'float', doc: 'Time with the shutter open [s]' },
        {
          name: 'dark_time',
          type: 'float',
          doc: 'Time over which the detectors gathered charge, shutter open or not [s]',
        },
        {
          name: 'observation_type',
          type: 'string',
          length: 16,
          doc: 'Kind of observation: science, bias, dark, flat, …',
        },
        {
          name: 'observation_reason',
          type: 'string',
          length: 68,
          doc: 'Why it was taken, such as science or filter scan',
        },
        {
          name: 'seq_num',
          type: 'int',
          doc: 'Its number in a longer sequence, which begins anew with each day_obs or never, as the observatory has it',
        },
        { name: 'seq_start', type: 'int', doc: 'Smallest sequence number of the exposures it belongs with' },
        { name: 'seq_end', type: 'int', doc: 'Largest sequence number of the exposures it belongs with' },
        { name: 'target_name', type: 'string', length: 64, doc: 'Object or field that was observed' },
        {
          name: 'science_program',
          type: 'string',
          length: 64,
          doc: 'Survey, proposal or engineering project it was taken for',
        },
        {
          name: 'tracking_ra',
          type: 'float',
          doc: 'Right ascension that the boresight tracked, ICRS; NULL where it did not look at the sky [deg; pos.eq.ra]',
        },
        {
          name: 'tracking_dec',
          type: 'float',
          doc: 'Declination that the boresight tracked, ICRS; NULL where it did not look at the sky [deg; pos.eq.dec]',
        },
        {
          name: 'sky_angle',
          type: 'float',
          doc: 'Rotation of the focal plane on the sky; NULL off the sky, and where it changed meanwhile [deg]',
        },
        {
          name: 'azimuth',
          type: 'float',
          doc: 'Azimuth of the telescope at the start; NULL where it says nothing [deg]',
        },
        { name: 'zenith_angle', type: 'float', doc: 'Angle from the zenith at the start [deg]' },
        {
          name: 'has_simulated',
          type: 'bool',
          doc: 'Whether part of it, the pixels or the headers, was simulated',
        },
        {
          name: 'can_see_sky',
          type: 'bool',
          doc: 'Whether light of the sky could reach the detectors, given the dome and the shutter; NULL where not known',
        },
      ],
      storage: tableStorage,
    },
    skymap: {
      doc: 'A division of the sky into tracts, and of these into patches, which overlap at their edges',
      keys: [
        { name: 'name', type: 'string', length: 64 },
        { name: 'hash', type: 'hash', nbytes: 40, doc: 'Hash of the parameters that it is made from' },
      ],
      metadata: [
        { name: 'tract_max', type: 'int', doc: 'Upper bound of its tract ids, itself not reached' },
        { name: 'patch_nx_max', type: 'int', doc: 'Patches along x in a tract' },
        { name: 'patch_ny_max', type: 'int', doc: 'Patches along y in a tract' },
      ],
      governor: true,
      storage: governorStorage,
    },
    tract: {
      doc: 'A large area of a skymap that one projection serves',
      keys: [{ name: 'id', type: 'int' }],
      requires: ['skymap'],
      storage: tableStorage,
    },
    patch: {
      doc: 'A rectangle of a tract',
      keys: [{ name: 'id', type: 'int' }],
      requires: ['skymap', 'tract'],
      metadata: [
        { name: 'cell_x', type: 'int', nullable: false, doc: 'Its column in the grid of its tract' },
        { name: 'cell_y', type: 'int', nullable: false, doc: 'Its row in the grid of its tract' },
      ],
      storage: tableStorage,
    },
    visit_detector_region: {
      doc: 'What each detector of a visit saw of the sky',
      requires: ['visit', 'detector'],
      populated_by: 'visit',
      storage: tableStorage,
    },
    visit_system: {
      doc: 'A way to make visits of exposures, by which an exposure is in one visit at most; a visit may belong to several',
      keys: [
        { name: 'id', type: 'int' },
        { name: 'name', type: 'string', length: 32 },
      ],
      requires: ['instrument'],
      storage: cachedStorage,
    },
    visit_definition: {
      doc: 'Which exposures a visit is made of',
      requires: ['exposure', 'visit'],
      populated_by: 'visit',
      always_join: true,
      storage: tableStorage,
    },
    visit_system_membership: {
      doc: 'Which visit systems a visit belongs to',
      requires: ['visit', 'visit_system'],
      populated_by: 'visit',
      always_join: true,
      storage: tableStorage,
    },
    ssp_hypothesis_table: {
      doc: 'A table of hypotheses on heliocentric distance and its changes, by which new solar system objects are sought',
      keys: [{ name: 'name', type: 'string', length: 64 }],
      storage: tableStorage,
    },
    ssp_hypothesis_bundle: {
      doc: 'A part of a table of hypotheses that is searched at one time',
      keys: [{ name: 'id', type: 'int' }],
      requires: ['ssp_hypothesis_table'],
      storage: tableStorage,
    },
    ssp_balanced_index: {
      doc: 'A number that shares out the linking of solar system objects among parallel tasks',
      keys: [{ name: 'id', type: 'int' }],
      requires: ['ssp_hypothesis_table'],
      storage: tableStorage,
    },
  },
  topology: {
    spatial: {
      observation_regions: ['visit_detector_region', 'visit'],
      skymap_regions: ['patch', 'tract'],
    },
    temporal: { observation_timespans: ['exposure', 'visit', 'day_obs'] },
  },
  packers: {
    visit_detector: packer(
      'lsst.daf.butler.instrument.ObservationDimensionPacker',
      'instrument',
      'visit',
      'detector',
    ),
    exposure_detector: packer(
      'lsst.daf.butler.instrument.ObservationDimensionPacker',
      'instrument',
      'exposure',
      'detector',
    ),
    tract_patch: packer('lsst.skymap.packers.SkyMapDimensionPacker', 'skymap', 'tract', 'patch'),
    tract_patch_band: packer('lsst.skymap.packers.SkyMapDimensionPacker', 'skymap', 'tract', 'patch', 'band'),
  },
};
