/** Loading into a table that has some of the rows already: by way of a temporary table, then set at a time. */
import { z } from 'zod';
import type { Target } from '../db/catalog.ts';
import { type FragmentSqlToken, sql, type Transaction } from '../db/pool.ts';
import { keyColumns, type Pair } from './columns.ts';
import { LoadError } from './errors.ts';
import type { LoadOptions } from './options.ts';

export interface Staging {
  readonly table: FragmentSqlToken;
  readonly target: Target;
  readonly columns: readonly string[];
  /** Columns that tell rows apart; empty for 'skip' by any unique index. */
  readonly key: readonly string[];
  readonly onConflict: 'skip' | 'update';
}

const list = (names: readonly string[], prefix?: string) =>
  sql.join(
    names.map((name) => sql.identifier(prefix === undefined ? [name] : [prefix, name])),
    sql.fragment`, `,
  );

/**
 * Makes the temporary table, with the target's types and none of its constraints; it goes with the transaction.
 * @throws LoadError where rows cannot be told apart
 */
export async function stage(
  tx: Transaction,
  target: Target,
  pairs: readonly Pair[],
  options: LoadOptions,
): Promise<Staging> {
  const columns = pairs.map((pair) => pair.target.name);
  const onConflict = options.onConflict === 'update' ? 'update' : 'skip';
  const name = `${target.schema}.${target.name}`;
  let key = options.key === undefined ? [] : keyColumns(options.key, columns);
  if (options.key === undefined && onConflict === 'update') {
    key = [...target.key];
    if (key.length === 0) {
      throw new LoadError(
        `${name} has no primary key, and not just one unique index, by which rows could be updated`,
        {
          hint: 'Name the columns of a unique index by --key.',
        },
      );
    }
    const stray = key.find((column) => !columns.includes(column));
    if (stray !== undefined) {
      throw new LoadError(`the file gives no values for "${stray}", a column of the key of ${name}`);
    }
  }
  const table = sql.fragment`pg_temp.almagest_staging`;
  await tx.execute(sql.unsafe`
    create temporary table almagest_staging on commit drop as
    select ${list(columns)} from ${sql.identifier([target.schema, target.name])} with no data`);
  return { table, target, columns, key, onConflict };
}

const keyText = z.object({ key: z.string(), count: z.bigint() });

/** The key that several staged rows share. */
async function repeatedKey(tx: Transaction, { table, key }: Staging): Promise<LoadError> {
  const repeated = await tx.maybeOne(sql.type(keyText)`
    select row(${list(key)})::text as key, count(*) as count
    from ${table} group by ${list(key)} having count(*) > 1 order by 1 limit 1`);
  return new LoadError(
    `${repeated?.count ?? 'several'} rows of the file have the same key (${key.join(', ')}) = ${repeated?.key ?? '?'}`,
    { hint: 'Which of them is right cannot be known: --on-conflict skip takes the first.' },
  );
}

/**
 * Moves the staged rows into the table and returns how many were inserted or updated.
 * @throws LoadError where the file has two rows of one key and is to update
 */
export async function mergeStaged(tx: Transaction, staging: Staging): Promise<number> {
  const { target, columns, key, onConflict, table } = staging;
  const arbiter = key.length === 0 ? sql.fragment`` : sql.fragment`(${list(key)})`;
  const changed = columns.filter((column) => !key.includes(column));
  const action =
    onConflict === 'skip' || changed.length === 0
      ? sql.fragment`nothing`
      : sql.fragment`update set ${sql.join(
          changed.map(
            (name) => sql.fragment`${sql.identifier([name])} = ${sql.identifier(['excluded', name])}`,
          ),
          sql.fragment`, `,
        )}`;
  // Two files that touch the same rows in different order would wait for each other for ever.
  const lock = `almagest merge ${target.schema}.${target.name}`;
  await tx.execute(
    sql.unsafe`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${lock}, 0))`,
  );
  try {
    return await tx.transaction((inner) =>
      inner.execute(sql.unsafe`
        insert into ${sql.identifier([target.schema, target.name])} (${list(columns)})
        select ${list(columns)} from ${table}
        on conflict ${arbiter} do ${action}`),
    );
  } catch (error) {
    const { code } = error as { code?: string };
    // 21000: one command would update a row twice.
    if (code === '21000') throw await repeatedKey(tx, staging);
    if (code === '42P10') {
      throw new LoadError(`${target.schema}.${target.name} has no unique index on (${key.join(', ')})`, {
        hint: 'Name the columns of one by --key.',
        cause: error,
      });
    }
    throw error;
  }
}
