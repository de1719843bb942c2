/**
 * What a session remembers from visit to visit. A detector has some tens of objects, a survey hundreds of thousands of
 * such visits: most of their time would go into looking at the catalogue and planning the same statements.
 */
import { type Apdb, openApdb } from '../apdb.ts';
import { matchRelation, type Relation } from './relation.ts';
import { type StoredTable, stagingTables, storedTables } from './stage.ts';

/** Plans that are kept, the one that was used last at the end. */
const plans = new Map<string, Plv8Plan>();
const mostPlans = 64;

/** Runs a statement with a plan that is kept. The types are those of the values. */
export function runKept<R extends object>(
  sql: string,
  types: readonly string[],
  values: readonly unknown[],
): R[] {
  let plan = plans.get(sql);
  plans.delete(sql);
  plan ??= plv8.prepare(sql, types);
  plans.set(sql, plan);
  if (plans.size > mostPlans) {
    const [oldest] = plans.keys();
    plans.get(oldest!)!.free();
    plans.delete(oldest!);
  }
  return plan.execute(values) as R[];
}

/**
 * What changes whenever a relation of these names, or a column of it, is made, changed or dropped: rows of the
 * catalogue, and the transactions that wrote them.
 */
export function fingerprint(names: readonly string[]): string {
  const [{ print }] = runKept<{ print: string }>(
    `select string_agg(
       concat(c.oid, ':', (select sum(a.xmin::text::int8) from pg_attribute a where a.attrelid = c.oid)),
       ' ' order by n.place) as print
     from unnest($1) with ordinality n (name, place)
     left join lateral (select to_regclass(n.name)::oid as oid) c on true`,
    ['text[]'],
    [names],
  ) as [{ print: string }];
  return print;
}

/** Settings under which plans of small visits are made: they look up what they need, however small the tables still are. */
const planning = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'];

/** Runs a body whose statements are planned for few rows in tables that grow. */
export function planningForFew<T>(body: () => T): T {
  const [given] = runKept<Record<string, string>>(
    `select ${planning.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
    [],
    [],
  );
  const set = (values: readonly string[]) =>
    runKept(
      `select ${planning.map((name, place) => `set_config('${name}', $${place + 1}, true)`).join(', ')}`,
      planning.map(() => 'text'),
      values,
    );
  set(planning.map(() => 'off'));
  const result = body();
  set(planning.map((name) => given![name]!));
  return result;
}

export type RelationNames = Readonly<Record<StoredTable, string | null | undefined>>;

interface Known {
  readonly print: string;
  readonly apdb: Apdb;
  readonly relations: readonly Relation[];
}

const known = new Map<string, Known>();
const mostKnown = 16;

/**
 * The APDB, and the relations of a visit, matched with its tables: NULL is a staging table, undefined no relation.
 * @throws MissingApdbError, ApdbDataError
 */
export function openVisit(name: string | null, names: RelationNames): Omit<Known, 'print'> {
  const apdb = openApdb(name);
  const relations = storedTables.flatMap((table) => {
    const relation = names[table] === null ? `pg_temp.${stagingTables[table]}` : names[table];
    return relation === undefined ? [] : [{ table, relation, staged: names[table] === null }];
  });
  const key = JSON.stringify([apdb.name, apdb.prefix, apdb.options, relations]);
  const tables = [...storedTables, 'DiaObjectLast', 'DiaObjectNightly'].map((table) => apdb.table(table));
  const print = fingerprint([...tables, ...relations.map(({ relation }) => relation)]);
  const found = known.get(key);
  if (found?.print === print) return found;
  const missing = apdb
    .rows<{ name: string }>('select n as name from unnest($1::text[]) n where to_regclass(n) is null', [
      relations.filter(({ staged }) => staged).map(({ relation }) => relation),
    ])
    .map((row) => row.name);
  const opened = {
    print,
    apdb,
    relations: relations
      .filter(({ relation }) => !missing.includes(relation))
      .map(({ table, relation }) => matchRelation(apdb, table, relation)),
  };
  known.delete(key);
  known.set(key, opened);
  if (known.size > mostKnown) known.delete([...known.keys()][0]!);
  return opened;
}
