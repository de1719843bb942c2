/** Views of an APDB for analysts: snake_case names, comments with units, no pixels. */
import type { Apdb } from './apdb.ts';

/** Statements that make the views, each followed by its comments. */
export function viewsSql(_apdb: Apdb): string[] {
  return [];
}
