/** Staging tables: where a session's COPY puts the rows of a visit before apdb.store takes them. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { fingerprint } from './session.ts';

/** The staging table of each table whose rows are stored. */
export const stagingTables = {
  DiaObject: 'new_dia_object',
  DiaSource: 'new_dia_source',
  DiaForcedSource: 'new_dia_forced_source',
} as const;

export type StoredTable = keyof typeof stagingTables;

export const storedTables = Object.keys(stagingTables) as readonly StoredTable[];

/** A column of a staging table and of the table that it stands for: all that the two must have in common. */
const columnsSql = (relation: string) => `
  select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
         pg_get_expr(d.adbin, d.adrelid) as default
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = ${relation} and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

interface StagedColumn {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

/** What the comment of a staging table says: whose it is. */
const ownerOf = (apdb: Apdb, table: StoredTable) => `Rows to be stored in ${apdb.table(table)}`;

/**
 * Makes a session's staging tables, or leaves those that fit as they are.
 * @param keepRows whether rows in those that do not fit are in the way; otherwise they are lost
 * @throws ApdbStateError where they are in the way
 */
export function stage(apdb: Apdb, keepRows = false): void {
  const names = storedTables.flatMap((table) => [apdb.table(table), `pg_temp.${stagingTables[table]}`]);
  if (fingerprint(names) === staged) return;
  for (const table of storedTables) stageTable(apdb, table, keepRows);
  staged = fingerprint(names);
}

/** What the tables were like when they were last compared. */
let staged: string | undefined;

function stageTable(apdb: Apdb, table: StoredTable, keepRows: boolean): void {
  const staging = `pg_temp.${stagingTables[table]}`;
  const [{ target, staged, owner }] = apdb.rows<{
    target: string;
    staged: string | null;
    owner: string | null;
  }>(
    `select (select json_agg(c)::text from (${columnsSql('to_regclass($1)')}) c) as target,
            (select json_agg(c)::text from (${columnsSql('to_regclass($2)')}) c) as staged,
            obj_description(to_regclass($2), 'pg_class') as owner`,
    [apdb.table(table), staging],
  ) as [{ target: string; staged: string | null; owner: string | null }];
  if (target === staged && owner === ownerOf(apdb, table)) return;
  const columns = JSON.parse(target) as StagedColumn[];
  if (keepRows && staged !== null) requireEmpty(apdb, table, owner);
  if (staged !== null) plv8.execute(`drop table ${staging}`);
  plv8.execute(
    `create temporary table ${stagingTables[table]} on commit delete rows as
     select * from ${apdb.table(table)} with no data`,
  );
  const defaults = columns.filter((column) => column.default !== null);
  if (defaults.length > 0)
    plv8.execute(
      `alter table ${staging} ${defaults
        .map((column) => `alter column ${q(column.name)} set default ${column.default}`)
        .join(', ')}`,
    );
  plv8.execute(`comment on table ${staging} is ${plv8.quote_literal(ownerOf(apdb, table))}`);
}

/** @throws ApdbStateError where a staging table that is to be made anew holds rows */
function requireEmpty(apdb: Apdb, table: StoredTable, owner: string | null): void {
  const name = stagingTables[table];
  if (apdb.rows(`select from pg_temp.${name} limit 1`).length === 0) return;
  throw apdbError('ApdbStateError', `${name} holds rows, and not for ${apdb.table(table)} as it is now`, {
    detail: `${owner ?? 'Its columns are others'}.`,
    hint: `Store them first, or end the transaction; then: select apdb.stage(${plv8.quote_literal(apdb.name)}).`,
  });
}
