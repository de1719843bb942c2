/** Names of the triggers that keep ObsCore tables, and of their functions in the registry's schema. */
import { shrink } from '../../butler/names.ts';

/**
 * Begins the name of each. Triggers of one event run in the order of their names: those that keep chains flat
 * (almagest_flat_…) and decode regions (almagest_footprint_…) are before these.
 */
const prefix = 'almagest_obscore_';

/** The changes of tables whose collections have changed, which are followed up when the transaction ends. */
export const editTable = 'almagest_obscore_edit';

export type Event = 'insert' | 'update' | 'delete' | 'truncate';

export const triggerName = (event: Event | 'commit'): string => `${prefix}${event}`;

/** The trigger function of a table of the registry; not quoted. */
export const functionName = (table: string): string => shrink(`${prefix}on_${table}`);

/** Functions and triggers of this part, as a regular expression of PostgreSQL. */
export const functionPattern = `^${prefix}on_`;
export const triggerPattern = `^${prefix}(insert|update|delete|truncate|commit)$`;
