/** What reads an APDB: functions in its own schema, with its columns' types and its options in them. */
import type { Apdb } from './apdb.ts';

/**
 * Statements that make the functions: `create or replace function`, each followed by its `comment on`. They are
 * run when the APDB is made, attached or refreshed; the rights to call them are given by `generate`.
 */
export function readersSql(_apdb: Apdb): string[] {
  return [];
}
