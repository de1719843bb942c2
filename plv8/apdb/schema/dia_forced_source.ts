/** Columns of DiaForcedSource. */
import type { ColumnRow } from './definition.ts';

export const diaForcedSourceColumns: readonly ColumnRow[] = [
  ['diaForcedSourceId', 'int8 not null', '', '', ''],
  ['diaObjectId', 'int8 not null', '', 'meta.id;src', ''],
  ['ra', 'float8 not null', 'deg', 'pos.eq.ra', ''],
  ['dec', 'float8 not null', 'deg', 'pos.eq.dec', ''],
  ['visit', 'int8 not null', '', 'meta.id;obs.image', ''],
  ['detector', 'int2 not null', '', 'meta.id;obs.image', ''],
  ['psfFlux', 'float4', 'nJy', 'phot.count', ''],
  ['psfFluxErr', 'float4', 'nJy', 'stat.error;phot.count', ''],
  ['midpointMjdTai', 'float8 not null', 'd', 'time.epoch', ''],
  ['scienceFlux', 'float4', 'nJy', 'phot.count', ''],
  ['scienceFluxErr', 'float4', 'nJy', 'stat.error;phot.count', ''],
  ['band', 'char(1)', '', 'meta.id;instr.filter', ''],
  ['timeProcessedMjdTai', 'float8 not null', '', '', ''],
  ['timeWithdrawnMjdTai', 'float8', '', '', ''],
];
