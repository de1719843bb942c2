/** The functions that read an APDB, in its own schema. */
import type { Apdb } from './apdb.ts';
import { chunkReaders } from './read/chunks.ts';
import { diaForcedSources, diaSources, diaSourcesForDiaObjects } from './read/histories.ts';
import { diaObjects, diaObjectsForDedup } from './read/objects.ts';
import { type Reader, readerSql } from './read/reader.ts';
import type { RowType } from './read/row_type.ts';

function readers(apdb: Apdb): Reader[] {
  const made = [diaObjects, diaSources, diaForcedSources, diaSourcesForDiaObjects, diaObjectsForDedup];
  return [...made.map((reader) => reader(apdb)), ...chunkReaders(apdb)];
}

/** Statements that make the readers of an APDB whose tables and types of rows are there. */
export function readersSql(apdb: Apdb): string[] {
  return readers(apdb).flatMap((reader) => readerSql(apdb, reader));
}

/** The types of the rows that the readers give, each once. */
export function rowTypes(apdb: Apdb): RowType[] {
  return [...new Map(readers(apdb).map(({ row }) => [row.name, row])).values()];
}
