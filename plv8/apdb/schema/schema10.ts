/** The schema of today's APDB: ApdbSchema 10.0.0 of the Rubin Observatory's catalogue definitions. */
import { columnOf, type Schema } from './definition.ts';
import { diaForcedSourceColumns } from './dia_forced_source.ts';
import { diaObjectColumns } from './dia_object.ts';
import { diaSourceColumns } from './dia_source.ts';

export const schema10: Schema = {
  name: 'ApdbSchema',
  version: '10.0.0',
  tables: [
    {
      name: 'DiaObject',
      description: 'Objects that were detected in difference images, each with all its versions',
      columns: diaObjectColumns.map(columnOf),
      primaryKey: ['diaObjectId', 'validityStartMjdTai'],
      indexes: [{ name: 'IDX_DiaObject_validityStart', columns: ['validityStartMjdTai'] }],
    },
    {
      name: 'DiaObjectLast',
      description: 'The latest version of each object, in a few columns',
      columns: [
        'diaObjectId',
        'validityStartMjdTai',
        'lastDiaSourceMjdTai',
        'ra',
        'raErr',
        'dec',
        'decErr',
        'ra_dec_Cov',
        'firstDiaSourceMjdTai',
        'nDiaSources',
      ].map((name) => columnOf(diaObjectColumns.find((row) => row[0] === name)!)),
      primaryKey: ['diaObjectId'],
      indexes: [],
    },
    {
      name: 'DiaSource',
      description: 'Detections in difference images',
      columns: diaSourceColumns.map(columnOf),
      primaryKey: ['diaSourceId'],
      indexes: [
        { name: 'IDX_DiaSource_visitDetector', columns: ['visit', 'detector'] },
        { name: 'IDX_DiaSource_diaObjectId', columns: ['diaObjectId'] },
        { name: 'IDX_DiaSource_ssObjectId', columns: ['ssObjectId'] },
      ],
    },
    {
      name: 'DiaForcedSource',
      description: 'Photometry in difference images at the positions of known objects',
      columns: diaForcedSourceColumns.map(columnOf),
      primaryKey: ['diaObjectId', 'visit', 'detector'],
      indexes: [{ name: 'IDX_DiaForcedSource_visitDetector', columns: ['visit', 'detector'] }],
    },
    {
      name: 'DiaObject_To_Object_Match',
      description: 'Objects of the data releases near the objects of the APDB',
      columns: (
        [
          ['diaObjectId', 'int8 not null', '', 'meta.id;src', 'Object of the APDB'],
          ['objectId', 'int8 not null', '', 'meta.id;src', 'Object of a data release'],
          ['dist', 'float4', 'arcsec', '', 'Distance between the two'],
          ['lnP', 'float4', '', '', 'Natural logarithm of the probability that they are the same'],
        ] as const
      ).map(columnOf),
      primaryKey: [],
      indexes: [
        { name: 'IDX_DiaObjectToObjectMatch_diaObjectId', columns: ['diaObjectId'] },
        { name: 'IDX_DiaObjectToObjectMatch_objectId', columns: ['objectId'] },
      ],
    },
    {
      name: 'metadata',
      description: 'What clients must know of this APDB: versions and frozen configuration',
      columns: (
        [
          ['name', 'text not null', '', '', 'Key'],
          ['value', 'text not null', '', '', 'Value'],
        ] as const
      ).map(columnOf),
      primaryKey: ['name'],
      indexes: [],
    },
  ],
};
