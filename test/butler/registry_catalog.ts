/** The tables of a registry as lines of text, and a registry that a client of the Data Butler made. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { fixturePath } from '../support/paths.ts';

const lines = `
with relation as (
  select c.*, quote_ident(c.relname) as label
  from pg_class c
  where c.relnamespace = (select oid from pg_namespace where nspname = $1)
)
select format('%s %s', case relkind when 'r' then 'table' when 'S' then 'sequence' else relkind::text end, label) as fact
from relation where relkind not in ('i', 't', 'I')
union all
select format('column %s.%s %s %s%s default %s', label, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' else '' end, pg_get_expr(d.adbin, d.adrelid))
from relation
join pg_attribute a on a.attrelid = relation.oid and a.attnum > 0
left join pg_attrdef d on d.adrelid = relation.oid and d.adnum = a.attnum
where relkind = 'r'
union all
select format('sequence %s %s %s %s %s %s %s', label, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache)
from relation join pg_sequence s on s.seqrelid = relation.oid
union all
select format('constraint %s.%s %s', label, k.conname, pg_get_constraintdef(k.oid))
from relation join pg_constraint k on k.conrelid = relation.oid
union all
select format('index %s', pg_get_indexdef(i.indexrelid))
from relation join pg_index i on i.indrelid = relation.oid
union all
select format('trigger %s %s', label, pg_get_triggerdef(t.oid))
from relation join pg_trigger t on t.tgrelid = relation.oid and not t.tgisinternal
union all
select format('statistics %s', pg_get_statisticsobjdef(s.oid))
from relation join pg_statistic_ext s on s.stxrelid = relation.oid
union all
select format('options %s %s', label, reloptions) from relation where reloptions is not null
`;

const comments = `
select format('comment %s.%s %s', c.relname, a.attname, d.description) as fact
from pg_class c
join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid
left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
where c.relnamespace = (select oid from pg_namespace where nspname = $1)
`;

/** Every fact about the tables of a schema, one a line, sorted, without the schema's name. */
export async function registryCatalog(
  client: pg.Client,
  schema: string,
  options: { comments?: boolean } = {},
): Promise<string[]> {
  await client.query(`set search_path = ''`);
  const { rows } = await client.query<{ fact: string }>(
    options.comments ? `${lines} union all ${comments}` : lines,
    [schema],
  );
  await client.query('reset search_path');
  return rows.map(({ fact }) => fact.replaceAll(`${schema}.`, '')).sort();
}

/** Whether a fact is one of what a registry has here and not where only clients make it. */
export function isAddition(fact: string): boolean {
  return /almagest|collection_flat/.test(fact);
}

/** The dump of a registry that the reference implementation made and filled; its tables are in `public`. */
export const registryDump = fixturePath('obscore', 'repo', 'butler_repo.sql');

/** Restores that dump into a database. */
export function restoreRegistry(url: string): void {
  restore(url, readFileSync(registryDump, 'utf8'));
}

/** Runs a script of pg_dump. */
export function restore(url: string, script: string): void {
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', url], {
    input: script,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
