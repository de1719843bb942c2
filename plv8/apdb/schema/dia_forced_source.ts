/** Columns of DiaForcedSource. */
import type { ColumnRow } from './definition.ts';

export const diaForcedSourceColumns: readonly ColumnRow[] = [
  ['diaForcedSourceId', 'int8 not null', '', 'meta.id', 'Forced source'],
  ['diaObjectId', 'int8 not null', '', 'meta.id;src', 'Object at whose position it was measured'],
  ['ra', 'float8 not null', 'deg', 'pos.eq.ra', 'Right ascension at which it was measured, ICRS'],
  ['dec', 'float8 not null', 'deg', 'pos.eq.dec', 'Declination at which it was measured, ICRS'],
  ['visit', 'int8 not null', '', 'meta.id;obs.image', 'Visit whose image it was measured in'],
  ['detector', 'int2 not null', '', 'meta.id;obs.image', 'Detector whose image it was measured in'],
  ['psfFlux', 'float4', 'nJy', 'phot.count', 'Flux of a point source in the difference image'],
  ['psfFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of psfFlux'],
  ['midpointMjdTai', 'float8 not null', 'd', 'time.epoch', 'Middle of the exposure, MJD TAI'],
  [
    'scienceFlux',
    'float4',
    'nJy',
    'phot.count',
    'Flux of a point source in the visit image, nothing subtracted',
  ],
  ['scienceFluxErr', 'float4', 'nJy', 'stat.error;phot.count', 'Error of scienceFlux'],
  ['band', 'char(1)', '', 'meta.id;instr.filter', 'Band of the visit: u, g, r, i, z or y'],
  ['timeProcessedMjdTai', 'float8 not null', 'd', 'time.processing', 'When this row was made, MJD TAI'],
  [
    'timeWithdrawnMjdTai',
    'float8',
    'd',
    'time.epoch',
    'When this row was declared invalid, MJD TAI; NULL: it is valid',
  ],
];
