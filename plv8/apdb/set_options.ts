/** Options of an APDB changed, and what follows from them. */
import { addAdditions, removeNightly } from './additions.ts';
import { oneAtATime, openApdb } from './apdb.ts';
import { generate } from './generate.ts';
import { changeableJson, changedOptions } from './read_options.ts';

/** @throws ApdbConfigError */
export function setOptions(name: string, optionsText: string): void {
  oneAtATime();
  const before = openApdb(name);
  const options = changedOptions(before.options, optionsText, (table) => {
    const columns = before.columns(table);
    return columns.length === 0 ? undefined : new Map(columns.map((column) => [column.name, column.type]));
  });
  before.rows('update apdb.database set options = $2::json where name = $1', [name, changeableJson(options)]);
  const apdb = openApdb(name);
  addAdditions(apdb);
  generate(apdb);
  // Only now do the views no longer read it.
  if (!apdb.options.dia_object_nightly) removeNightly(apdb);
}
