/** Columns of DiaObject. */
import type { ColumnRow } from './definition.ts';

const bands = ['u', 'g', 'r', 'i', 'z', 'y'];

const inEachBand = (columns: (band: string) => readonly ColumnRow[]): readonly ColumnRow[] =>
  bands.flatMap(columns);

/** Means of fluxes in difference images: at the object's detections (psf) and in all visits (fp, forced). */
const differenceFluxes = inEachBand((band) => [
  [
    `${band}_psfFluxMean`,
    'float4',
    'nJy',
    'phot.count',
    `Mean of psfFlux of the sources in ${band}, weighted by 1/psfFluxErr²`,
  ],
  [`${band}_psfFluxMeanErr`, 'float4', 'nJy', 'stat.error', `Standard error of ${band}_psfFluxMean`],
  [
    `${band}_psfFluxSigma`,
    'float4',
    'nJy',
    'stat.stdev',
    `Standard deviation of psfFlux of the sources in ${band}`,
  ],
  [
    `${band}_psfFluxNdata`,
    'int4 not null',
    '',
    'meta.number',
    `Number of sources in ${band} that ${band}_psfFluxMean is made of`,
  ],
  [
    `${band}_fpFluxMean`,
    'float4',
    'nJy',
    'phot.count',
    `Mean of the forced fluxes in difference images in ${band}, weighted by 1/error²`,
  ],
  [`${band}_fpFluxMeanErr`, 'float4', 'nJy', 'stat.error', `Standard error of ${band}_fpFluxMean`],
]);

const scienceFluxes = inEachBand((band) => [
  [
    `${band}_scienceFluxMean`,
    'float4',
    'nJy',
    'phot.count',
    `Mean of the forced fluxes in visit images (nothing subtracted) in ${band}, weighted by 1/error²`,
  ],
  [`${band}_scienceFluxMeanErr`, 'float4', 'nJy', 'stat.error', `Standard error of ${band}_scienceFluxMean`],
]);

const ranges = inEachBand((band) => [
  [`${band}_psfFluxMin`, 'float4', 'nJy', 'phot.count;stat.min', `Smallest psfFlux of a source in ${band}`],
  [`${band}_psfFluxMax`, 'float4', 'nJy', 'phot.count;stat.max', `Largest psfFlux of a source in ${band}`],
  [
    `${band}_psfFluxMaxSlope`,
    'float4',
    'nJy/d',
    'phot.count;arith.rate;stat.max',
    `Largest rate of change of psfFlux between two sources in ${band} that follow each other`,
  ],
  [
    `${band}_psfFluxErrMean`,
    'float4',
    'nJy',
    'stat.error;stat.mean',
    `Mean of psfFluxErr of the sources in ${band}`,
  ],
]);

export const diaObjectColumns: readonly ColumnRow[] = [
  ['diaObjectId', 'int8 not null', '', 'meta.id;src', 'Object, the same in all its versions'],
  ['validityStartMjdTai', 'float8 not null', 'd', 'time.epoch', 'Since when this version holds, MJD TAI'],
  [
    'validityEndMjdTai',
    'float8',
    'd',
    'time.epoch',
    'Until when this version held, MJD TAI; NULL: it is the latest one',
  ],
  ['ra', 'float8 not null', 'deg', 'pos.eq.ra', 'Right ascension, ICRS'],
  [
    'raErr',
    'float4',
    'deg',
    'stat.error;pos.eq.ra',
    'Error of the right ascension on the sky, that is times cos(dec)',
  ],
  ['dec', 'float8 not null', 'deg', 'pos.eq.dec', 'Declination, ICRS'],
  ['decErr', 'float4', 'deg', 'stat.error;pos.eq.dec', 'Error of the declination'],
  [
    'ra_dec_Cov',
    'float4',
    'deg**2',
    'stat.covariance',
    'Covariance of right ascension on the sky and declination',
  ],
  ...differenceFluxes,
  ...scienceFluxes,
  ...ranges,
  ['firstDiaSourceMjdTai', 'float8', 'd', 'time.epoch', 'When the object was first detected, MJD TAI'],
  [
    'lastDiaSourceMjdTai',
    'float8',
    'd',
    'time.epoch',
    'When the object was last detected, MJD TAI; forced sources do not count',
  ],
  ['nDiaSources', 'int4 not null', '', 'meta.number', 'Number of sources of the object'],
];
