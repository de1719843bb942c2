/** Changes of rows that are stored, in SQL; the functions that people call give ids as text. */
import { changes, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { resetDedup } from '../changes/dedup.ts';
import { reassignToDiaObjects, reassignToSolarSystem } from '../changes/reassign.ts';
import { deleteChunks, updateRecords } from '../changes/replication.ts';
import { setValidityEnd } from '../changes/validity.ts';

export const _reassign_dia_sources: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['dia_source_ids', 'text'],
      ['ss_object_ids', 'text'],
      ['reassoc_time', 'float8'],
      ['decrement', 'boolean'],
      ['apdb', 'name'],
    ],
    returns: 'text',
    comment: 'What apdb.reassign_dia_sources does, of the text of arrays of ids.',
  },
  (sources, objects, time, decrement, apdb) =>
    reassignToSolarSystem(openApdb(apdb), sources, objects, time, decrement === true),
);

export const _reassign_dia_sources_to_dia_objects: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['dia_source_ids', 'text'],
      ['dia_object_ids', 'text'],
      ['increment', 'boolean'],
      ['decrement', 'boolean'],
      ['apdb', 'name'],
      ['update_time', 'float8'],
    ],
    returns: 'text',
    comment: 'What apdb.reassign_dia_sources_to_dia_objects does, of the text of arrays of ids.',
  },
  (sources, objects, increment, decrement, apdb, time) =>
    reassignToDiaObjects(openApdb(apdb), sources, objects, time, increment === true, decrement === true),
);

export const _set_validity_end: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['dia_object_ids', 'text'],
      ['validity_end', 'float8'],
      ['raise_on_missing', 'boolean'],
      ['apdb', 'name'],
      ['update_time', 'float8'],
    ],
    returns: 'text',
    comment: 'What apdb.set_validity_end does, of the text of an array of ids.',
  },
  (objects, end, raiseOnMissing, apdb, time) =>
    setValidityEnd(openApdb(apdb), objects, end, raiseOnMissing === true, time),
);

export const reset_dedup: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['dedup_time', 'float8', 'sky.mjd_tai(clock_timestamp())'],
      ['apdb', 'name', 'apdb.current_apdb()'],
    ],
    returns: 'void',
    comment:
      'Remembers, in the metadata of the APDB, when duplicates among its objects were last looked for: get_dia_objects_for_dedup then gives what came since. dedup_time: MJD TAI [d], kept to the millisecond; the present where none is given. MissingApdbError, ApdbDataError.',
  },
  (time, apdb) => {
    resetDedup(openApdb(apdb), time);
    return undefined;
  },
);

export const _update_record_chunks: Routine = routine(
  {
    volatility: 'stable',
    strict: false,
    usesSql: true,
    args: [
      ['chunks', 'text'],
      ['apdb', 'name'],
    ],
    returns: {
      table: [
        ['apdb_replica_chunk', 'int8'],
        ['update_time_ns', 'int8'],
        ['update_order', 'int4'],
        ['update_unique_id', 'uuid'],
        ['update_payload', 'text'],
      ],
    },
    comment: 'What apdb.update_record_chunks gives, of the text of an array of chunks.',
  },
  (chunks, apdb) => [...updateRecords(openApdb(apdb), chunks)],
);

export const _delete_replica_chunks: Routine = routine(
  {
    ...changes,
    strict: false,
    args: [
      ['chunks', 'text'],
      ['apdb', 'name'],
    ],
    returns: 'text',
    comment: 'What apdb.delete_replica_chunks does, of the text of an array of chunks.',
  },
  (chunks, apdb) => deleteChunks(openApdb(apdb), chunks),
);
