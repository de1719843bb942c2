/**
 * Locks on data IDs. Which of the datasets of one data ID is found first, one session at a time decides: whoever adds
 * a dataset, takes one away, or changes the order of collections first locks the rows of almagest_obscore_lock that
 * stand for the data IDs, and looks at the registry in a later statement. The rows come as they are needed.
 */
import type { DatasetType, Registry } from '../butler/registry.ts';
import { lockTable } from './members.ts';

/**
 * Dimensions by which many datasets of one observation or of one tract differ, which are written together: one lock
 * stands for all of them.
 */
const finest = ['detector', 'patch'];

/** SQL: the number that stands for the data ID of a row of the relation. Data IDs that share one do no harm. */
export function dataIdHash({ dimensions }: DatasetType, alias: string): string {
  const { required, governors } = dimensions;
  const coarse = required.filter((name) => !finest.includes(name));
  const chosen = coarse.some((name) => !governors.includes(name)) ? coarse : required;
  const columns = chosen.map((name) => `${alias}.${plv8.quote_ident(name)}`);
  return columns.length === 0 ? '0::int8' : `hash_record_extended(row(${columns.join(', ')}), 0)`;
}

/**
 * The statement that locks the data IDs of a relation's rows, in an order in which no two sessions wait for each other
 * in a ring. Under REPEATABLE READ it fails where another session has decided since the transaction began.
 * @param from a relation with the dimensions as columns, whose alias is `s`, and conditions on it
 */
export function lockDataIds(registry: Registry, type: DatasetType, from: string): string {
  return `insert into ${registry.table(lockTable)} (dataset_type_id, data_id)
    select ${type.id}, h.data_id
    from (select distinct ${dataIdHash(type, 's')} as data_id from ${from}) h
    order by h.data_id
    on conflict (dataset_type_id, data_id) do update set data_id = excluded.data_id`;
}
