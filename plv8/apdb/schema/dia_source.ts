/** Columns of DiaSource. */
import type { ColumnRow } from './definition.ts';

/** A flag of the measurement: what it says where it is true. */
const flag = (name: string, description: string): ColumnRow => [
  name,
  'boolean',
  '',
  'meta.code.qual',
  description,
];

/** A flag of the pixels: set by any in the footprint, and one set by those within 3 by 3 pixels of the centre. */
const pixels = (name: string, what: string): readonly ColumnRow[] => [
  flag(`pixelFlags_${name}`, `The footprint has ${what}`),
  flag(`pixelFlags_${name}Center`, `The 3 by 3 pixels at the centre have ${what}`),
];

const identity: readonly ColumnRow[] = [
  ['diaSourceId', 'int8 not null', '', 'meta.id;obs.image', 'Source'],
  ['visit', 'int8 not null', '', 'meta.id;obs.image', 'Visit whose image it was detected in'],
  ['detector', 'int2 not null', '', 'meta.id;obs.image', 'Detector whose image it was detected in'],
  [
    'diaObjectId',
    'int8',
    '',
    'meta.id;src',
    'Object that it is a detection of; NULL where there is none, 0 where it was given to a body of the solar system',
  ],
  [
    'ssObjectId',
    'int8',
    '',
    'meta.id;src',
    'Body of the solar system that it is a detection of; NULL where there is none',
  ],
  [
    'parentDiaSourceId',
    'int8',
    '',
    'meta.id;src',
    'Source out of which it was deblended; NULL where it was not',
  ],
  [
    'ssObjectReassocTimeMjdTai',
    'float8',
    'd',
    'time.epoch',
    'When it was taken from its object and given to a body of the solar system, MJD TAI',
  ],
  ['midpointMjdTai', 'float8 not null', 'd', 'time.epoch', 'Middle of the exposure, MJD TAI'],
  ['exposureTime', 'float4', 's', 'time.interval', 'Effective exposure time'],
];

const position: readonly ColumnRow[] = [
  ['ra', 'float8 not null', 'deg', 'pos.eq.ra', 'Right ascension of the centre, ICRS'],
  [
    'raErr',
    'float4',
    'deg',
    'stat.error;pos.eq.ra',
    'Error of the right ascension on the sky, that is times cos(dec)',
  ],
  ['dec', 'float8 not null', 'deg', 'pos.eq.dec', 'Declination of the centre, ICRS'],
  ['decErr', 'float4', 'deg', 'stat.error;pos.eq.dec', 'Error of the declination'],
  [
    'ra_dec_Cov',
    'float4',
    'deg**2',
    'stat.covariance',
    'Covariance of right ascension on the sky and declination',
  ],
  ['x', 'float4 not null', 'pixel', 'pos.cartesian.x', 'Centre along the columns of the image'],
  ['xErr', 'float4', 'pixel', 'stat.error;pos.cartesian.x', 'Error of x'],
  ['y', 'float4 not null', 'pixel', 'pos.cartesian.y', 'Centre along the rows of the image'],
  ['yErr', 'float4', 'pixel', 'stat.error;pos.cartesian.y', 'Error of y'],
  flag('centroid_flag', 'The centre could not be measured well'),
];

const aperture: readonly ColumnRow[] = [
  ['apFlux', 'float4', 'nJy', 'phot.count', 'Flux within 12 pixels of the centre in the difference image'],
  ['apFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of apFlux'],
  flag('apFlux_flag', 'The aperture flux could not be measured well'),
  flag('apFlux_flag_apertureTruncated', 'The aperture reaches beyond the image'),
  flag('isNegative', 'The source is fainter than in the template: it was detected as negative'),
  ['snr', 'float4', '', 'stat.snr', 'Ratio of signal to noise of the detection'],
];

const pointSource: readonly ColumnRow[] = [
  [
    'psfFlux',
    'float4',
    'nJy',
    'phot.count',
    'Flux of a point source in the difference image, visit minus template',
  ],
  ['psfFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of psfFlux'],
  ['psfLnL', 'float4', '', 'stat.likelihood', 'Natural logarithm of the likelihood of a point source'],
  ['psfChi2', 'float4', '', 'stat.fit.chi2', 'Chi squared of a point source'],
  ['psfNdata', 'int4 not null', '', 'meta.number', 'Number of pixels in the fit of a point source'],
  flag('psfFlux_flag', 'The fit of a point source failed'),
  flag('psfFlux_flag_edge', 'The edge of the image is too near for the whole point spread function'),
  flag('psfFlux_flag_noGoodPixels', 'Too few good pixels for the fit of a point source'),
];

const trail: readonly ColumnRow[] = [
  [
    'trailFlux',
    'float4',
    'nJy',
    'phot.count',
    'Flux of a trail in the difference image, visit minus template',
  ],
  ['trailFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of trailFlux'],
  ['trailRa', 'float8', 'deg', 'pos.eq.ra', 'Right ascension of the middle of the trail, ICRS'],
  [
    'trailRaErr',
    'float4',
    'deg',
    'stat.error;pos.eq.ra',
    'Error of trailRa on the sky, that is times cos(dec)',
  ],
  ['trailDec', 'float8', 'deg', 'pos.eq.dec', 'Declination of the middle of the trail, ICRS'],
  ['trailDecErr', 'float4', 'deg', 'stat.error;pos.eq.dec', 'Error of trailDec'],
  ['trailLength', 'float4', 'arcsec', 'pos.angDistance', 'Most likely length of the trail'],
  ['trailLengthErr', 'float4', 'arcsec', 'stat.error;pos.angDistance', 'Error of trailLength'],
  ['trailAngle', 'float4', 'deg', 'pos.posAng', 'Most likely position angle of the trail, from the meridian'],
  ['trailAngleErr', 'float4', 'deg', 'stat.error;pos.posAng', 'Error of trailAngle'],
  ['trailChi2', 'float4', '', 'stat.fit.chi2', 'Chi squared of a trail'],
  ['trailNdata', 'int4 not null default 0', '', 'meta.number', 'Number of pixels in the fit of a trail'],
  ['trailAlgorithm', 'int4', '', 'meta.code', 'How the trail was measured: 1 SDSSShape, 2 HSMShape'],
  flag('trail_flag_edge', 'The trail reaches the edge of the image'),
  flag('trail_flag', 'The fit of a trail failed'),
];

const dipole: readonly ColumnRow[] = [
  [
    'dipoleMeanFlux',
    'float4',
    'nJy',
    'phot.count',
    'Most likely mean of the absolute fluxes of the two lobes of a dipole',
  ],
  ['dipoleMeanFluxErr', 'float4', 'nJy', 'stat.error', 'Error of dipoleMeanFlux'],
  [
    'dipoleFluxDiff',
    'float4',
    'nJy',
    'phot.count',
    'Most likely difference of the absolute fluxes of the two lobes of a dipole',
  ],
  ['dipoleFluxDiffErr', 'float4', 'nJy', 'stat.error', 'Error of dipoleFluxDiff'],
  [
    'dipoleLength',
    'float4',
    'arcsec',
    'pos.angDistance',
    'Most likely distance of the two lobes of a dipole',
  ],
  [
    'dipoleAngle',
    'float4',
    'deg',
    'pos.posAng',
    'Most likely position angle of a dipole, from the meridian, negative lobe to positive lobe',
  ],
  ['dipoleChi2', 'float4', '', 'stat.fit.chi2', 'Chi squared of a dipole'],
  ['dipoleNdata', 'int4 not null', '', 'meta.number', 'Number of pixels in the fit of a dipole'],
];

const forced: readonly ColumnRow[] = [
  [
    'scienceFlux',
    'float4',
    'nJy',
    'phot.count',
    'Flux of a point source at this position in the visit image, nothing subtracted',
  ],
  ['scienceFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of scienceFlux'],
  flag('forced_PsfFlux_flag', 'scienceFlux could not be measured well'),
  flag(
    'forced_PsfFlux_flag_edge',
    'The edge of the visit image is too near for the whole point spread function',
  ),
  flag('forced_PsfFlux_flag_noGoodPixels', 'Too few good pixels in the visit image'),
  [
    'templateFlux',
    'float4',
    'nJy',
    'phot.count',
    'Flux of a point source at the position of the object in the template',
  ],
  ['templateFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of templateFlux'],
];

const shape: readonly ColumnRow[] = [
  ['ixx', 'float4', 'arcsec**2', '', 'Adaptive second moment of the source along x'],
  ['iyy', 'float4', 'arcsec**2', '', 'Adaptive second moment of the source along y'],
  ['ixy', 'float4', 'arcsec**2', '', 'Adaptive second moment of the source, mixed'],
  ['ixxPSF', 'float4', 'arcsec**2', '', 'Adaptive second moment of the point spread function along x'],
  ['iyyPSF', 'float4', 'arcsec**2', '', 'Adaptive second moment of the point spread function along y'],
  ['ixyPSF', 'float4', 'arcsec**2', '', 'Adaptive second moment of the point spread function, mixed'],
  flag('shape_flag', 'The shape could not be measured well'),
  flag('shape_flag_no_pixels', 'There are no pixels to measure the shape of'),
  flag('shape_flag_not_contained', 'The centre is outside the box around the footprint'),
  flag('shape_flag_parent_source', 'Others were deblended out of it, which alone should be measured'),
  [
    'extendedness',
    'float4',
    '',
    'src.class.starGalaxy',
    'How surely it is extended, by its moments against those of the point spread function: 0 a point, 1 extended',
  ],
];

const classification: readonly ColumnRow[] = [
  [
    'reliability',
    'float4',
    '',
    'stat.probability',
    'Probability that it is real and not an artefact, by machine learning',
  ],
  ['reliabilityVersion', 'varchar(7)', '', 'meta.version', 'Version of the model that gave the reliability'],
  ['band', 'char(1)', '', 'meta.id;instr.filter', 'Band of the visit: u, g, r, i, z or y'],
  flag('isDipole', 'A dipole fits it well'),
  flag('dipoleFitAttempted', 'The fit of a dipole was tried'),
  [
    'timeProcessedMjdTai',
    'float8 not null',
    'd',
    'time.epoch',
    'When the image was processed and this row made, MJD TAI',
  ],
  [
    'timeWithdrawnMjdTai',
    'float8',
    'd',
    'time.epoch',
    'When this row was declared invalid, MJD TAI; NULL: it is valid',
  ],
  ['bboxSize', 'int4 not null', 'pixel', 'phys.size', 'Side of the square that holds the whole footprint'],
];

const pixelFlags: readonly ColumnRow[] = [
  flag(
    'pixelFlags',
    'The flags of the pixels could not be determined: some that are false may have to be true',
  ),
  flag('pixelFlags_bad', 'The footprint has bad pixels'),
  ...pixels('cr', 'pixels hit by a cosmic ray'),
  flag('pixelFlags_edge', 'The footprint reaches beyond the usable part of the image'),
  ...pixels('nodata', 'pixels without data'),
  ...pixels('interpolated', 'interpolated pixels'),
  flag('pixelFlags_offimage', 'The centre is outside the image'),
  ...pixels('saturated', 'saturated pixels'),
  ...pixels('suspect', 'suspect pixels'),
  ...pixels('streak', 'pixels on a streak'),
  ...pixels('injected', 'pixels of a source that was injected into the visit'),
  flag(
    'pixelFlags_injected_template',
    'The footprint has pixels of a source that was injected into the template',
  ),
  flag(
    'pixelFlags_injected_templateCenter',
    'The 3 by 3 pixels at the centre have pixels of a source that was injected into the template',
  ),
  flag('glint_trail', 'It is one of a trail of glints'),
];

export const diaSourceColumns: readonly ColumnRow[] = [
  ...identity,
  ...position,
  ...aperture,
  ...pointSource,
  ...trail,
  ...dipole,
  ...forced,
  ...shape,
  ...classification,
  ...pixelFlags,
];
