/** The functions that read an APDB, in its own schema. */
import type { Apdb } from './apdb.ts';
import { chunkReaders } from './read/chunks.ts';
import { diaForcedSources, diaSources, diaSourcesForDiaObjects } from './read/histories.ts';
import { diaObjects, diaObjectsForDedup } from './read/objects.ts';
import { readerSql } from './read/reader.ts';

/** Statements that make the readers of an APDB whose tables are there. */
export function readersSql(apdb: Apdb): string[] {
  const readers = [diaObjects, diaSources, diaForcedSources, diaSourcesForDiaObjects, diaObjectsForDedup];
  return [...readers.map((reader) => reader(apdb)), ...chunkReaders(apdb)].flatMap((reader) =>
    readerSql(apdb, reader),
  );
}
