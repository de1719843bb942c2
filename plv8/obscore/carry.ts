/**
 * What others made on an ObsCore table, carried over to the one that replaces it: rights, owner, storage options,
 * indexes, constraints, triggers, statistics and views. What cannot be is refused before anything is done.
 */
import { shrink } from '../butler/names.ts';
import type { Registry } from '../butler/registry.ts';
import { isLockFailure } from './attempt.ts';
import type { Definition } from './definition.ts';
import { obscoreError } from './errors.ts';
import { indexesOf, keyName } from './table.ts';

function rows<R extends object>(sql: string, values: readonly unknown[] = []): R[] {
  return plv8.execute(sql, values) as R[];
}

/**
 * Depends on the table, given as $1, and would neither follow it nor come again.
 * Row types are dependencies too: of functions and columns that take a whole row.
 */
const obstacles = `
select pg_describe_object(d.classid, d.objid, d.objsubid) as object
from pg_depend d
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
left join pg_class v on v.oid = r.ev_class
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
where d.deptype = 'n' and k.conrelid is distinct from $1::regclass and (v.relkind is null or v.relkind <> 'v' and v.oid <> $1::regclass)
  and (d.refclassid = 'pg_class'::regclass and d.refobjid = $1::regclass
       or d.refclassid = 'pg_type'::regclass and d.refobjid in (
         select t.oid from pg_type t join pg_class c on c.oid = $1::regclass
         where t.oid = c.reltype or t.typelem = c.reltype))
union
select 'the rule ' || rulename from pg_rewrite where ev_class = $1::regclass and rulename <> '_RETURN'
union
select 'the policy ' || polname from pg_policy where polrelid = $1::regclass
union
select 'the publication ' || p.pubname
from pg_publication_rel m join pg_publication p on p.oid = m.prpubid where m.prrelid = $1::regclass
union
select 'row security' from pg_class where oid = $1::regclass and relrowsecurity
union
select 'the table ' || inhrelid::regclass::text from pg_inherits where inhparent = $1::regclass
order by 1`;

/** @throws ObsCoreStateError that names what is in the way */
export function requireReplaceable({ registry, tableName }: Definition): void {
  const found = rows<{ object: string }>(obstacles, [registry.table(tableName)]);
  if (found.length === 0) return;
  throw obscoreError(
    'ObsCoreStateError',
    `the ObsCore table '${tableName}' of registry ${registry.name} cannot be replaced: something is made on it that would not follow`,
    {
      detail: `${found.map(({ object }) => object).join(', ')}.`,
      hint: 'Drop that, rebuild, and make it again; plain views, indexes, triggers, constraints, statistics and rights are carried over.',
    },
  );
}

interface ViewDefinition {
  readonly name: string;
  readonly owner: string;
  readonly text: string;
  readonly options: string | null;
}

/** Views that read a relation themselves, as the statements that define them now. */
export function viewsOn(relation: string): ViewDefinition[] {
  return rows<ViewDefinition>(
    `select distinct on (v.oid) format('%I.%I', n.nspname, v.relname) as name,
            v.relowner::regrole::text as owner, pg_get_viewdef(v.oid) as text,
            array_to_string(array(select format('%I=%L', o.option_name, o.option_value)
                                  from pg_options_to_table(v.reloptions) o), ', ') as options
     from pg_depend d
     join pg_rewrite r on r.oid = d.objid
     join pg_class v on v.oid = r.ev_class
     join pg_namespace n on n.oid = v.relnamespace
     where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
       and d.refobjid = $1::regclass and v.relkind = 'v'
     order by v.oid`,
    [relation],
  );
}

/**
 * Locks views against their readers, who lock the views first and then what these read: so does who replaces both.
 * `lock table` would lock all other tables as well that the views read.
 * @throws insufficient_privilege where one is another's
 */
export function lockViews(views: readonly ViewDefinition[]): void {
  for (const { name, owner } of views) plv8.execute(`alter view ${name} owner to ${owner}`);
}

/**
 * Lets views read the relation that has the name now which they name.
 * @throws ObsCoreStateError where one uses a column that there is no more, or in another type
 */
export function remakeViews(views: readonly ViewDefinition[]): void {
  for (const { name, text, options } of views)
    try {
      plv8.execute(`create or replace view ${name}${options ? ` with (${options})` : ''} as ${text}`);
    } catch (error) {
      if (isLockFailure(error)) throw error;
      throw obscoreError('ObsCoreStateError', `the view ${name} cannot be carried over to the new table`, {
        detail: (error as Error).message,
        hint: 'Drop the view, rebuild, and make it again.',
      });
    }
}

/** Gives a new relation the owner, the rights and the storage options of the one it is to replace. */
export function carryRights(from: string, to: string, kind: 'table' | 'materialized view'): void {
  const strangers = rows<{ grantee: string }>(
    `select distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
     from pg_class c cross join aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner`,
    [to],
  );
  for (const { grantee } of strangers) plv8.execute(`revoke all on ${to} from ${grantee}`);
  const [{ owner, other, options }] = rows<{ owner: string; other: boolean; options: string | null }>(
    `select o.relowner::regrole::text as owner, o.relowner <> n.relowner as other,
            (select string_agg(format('%I=%L', p.option_name, p.option_value), ', ')
             from pg_options_to_table(o.reloptions) p) as options
     from pg_class o, pg_class n where o.oid = $1::regclass and n.oid = $2::regclass`,
    [from, to],
  );
  const granted = rows<{ grantee: string; right: string; with_option: boolean }>(
    `select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee,
            a.privilege_type as right, a.is_grantable as with_option
     from pg_class c cross join aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner
     union all
     select case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
            format('%s (%I)', a.privilege_type, t.attname), a.is_grantable
     from pg_attribute t
     cross join aclexplode(t.attacl) a
     join pg_attribute n on n.attrelid = $2::regclass and n.attname = t.attname and not n.attisdropped
     where t.attrelid = $1::regclass and t.attnum > 0 and not t.attisdropped`,
    [from, to],
  );
  for (const { grantee, right, with_option } of granted)
    plv8.execute(`grant ${right} on ${to} to ${grantee}${with_option ? ' with grant option' : ''}`);
  if (options !== null) plv8.execute(`alter ${kind} ${to} set (${options})`);
  if (other) plv8.execute(`alter ${kind} ${to} owner to ${owner}`);
}

/** Indexes that are not of the configuration. */
function otherIndexes({ registry, tableName, config }: Definition) {
  return rows<{ name: string; statement: string }>(
    `select i.relname::text as name, pg_get_indexdef(i.oid) as statement
     from pg_index x join pg_class i on i.oid = x.indexrelid
     where x.indrelid = $1::regclass and i.relname <> all ($2::text[]::name[])
       and not exists (select from pg_constraint k where k.conindid = i.oid)
     order by i.oid`,
    [
      registry.table(tableName),
      [keyName(tableName), ...indexesOf(tableName, config).map(({ name }) => name)],
    ],
  );
}

/** Indexes by the name that they have on a new relation until it takes the old one's place, and the name after that. */
export type Renamings = ReadonlyMap<string, string>;

/** Makes the indexes of the old relation that others made on the new one, under other names. */
export function carryIndexes(from: Definition, to: Definition): Renamings {
  const renamings = new Map<string, string>();
  for (const { name, statement } of otherIndexes(from)) {
    const temporary = shrink(`almagest_new_${name}`);
    const [kind, rest] = statement.split(
      ` ${plv8.quote_ident(name)} ON ${from.registry.table(from.tableName)} `,
    ) as [string, string];
    try {
      plv8.execute(`${kind} ${plv8.quote_ident(temporary)} on ${to.registry.table(to.tableName)} ${rest}`);
    } catch (error) {
      throw obscoreError('ObsCoreStateError', `the index ${name} cannot be carried over to the new table`, {
        detail: (error as Error).message,
        hint: 'Drop the index, and rebuild.',
      });
    }
    renamings.set(temporary, name);
  }
  return renamings;
}

/** Renamings of the indexes that the configuration has. */
export function ownRenamings(from: Definition, tableName: string): Renamings {
  const names = (table: string) => [keyName(table), ...indexesOf(table, from.config).map(({ name }) => name)];
  const after = names(tableName);
  return new Map(names(from.tableName).map((name, i) => [name, after[i]]));
}

export function renameIndexes(registry: Registry, renamings: Renamings): void {
  for (const [before, after] of renamings)
    plv8.execute(`alter index ${registry.table(before)} rename to ${plv8.quote_ident(after)}`);
}

/** Statements, to be run once the new table has the name of the old one, and that one is gone. */
export function restOf({ registry, tableName }: Definition): string[] {
  const table = registry.table(tableName);
  return rows<{ statement: string }>(
    `select 1 as place, format('alter table %s add constraint %I %s', $1, conname, pg_get_constraintdef(oid)) as statement
     from pg_constraint where conrelid = $1::regclass and conname <> $2::name and contype in ('c', 'u', 'x', 'f')
     union all
     select 2, pg_get_statisticsobjdef(oid) from pg_statistic_ext where stxrelid = $1::regclass
     union all
     select 3, pg_get_triggerdef(oid) from pg_trigger where tgrelid = $1::regclass and not tgisinternal
     union all
     select 4, format('alter table %s %s trigger %I', $1,
                      case tgenabled when 'D' then 'disable' when 'A' then 'enable always' else 'enable replica' end, tgname)
     from pg_trigger where tgrelid = $1::regclass and not tgisinternal and tgenabled <> 'O'
     order by 1`,
    [table, keyName(tableName)],
  ).map(({ statement }) => statement);
}
