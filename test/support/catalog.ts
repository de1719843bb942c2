/** The catalog entries of Almagest's own schemas, as lines of text that can be compared and kept in git. */
import type pg from 'pg';

const lines = `
with room as (
  select oid, nspname, nspacl from pg_namespace where nspname in ('almagest', 'apdb', 'butler', 'obscore', 'sky')
),
relation as (
  select c.*, room.nspname, format('%s.%s', room.nspname, c.relname) as label
  from pg_class c
  join room on room.oid = c.relnamespace
),
routine as (
  select p.*, room.nspname, format('%s.%s(%s)', room.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as label
  from pg_proc p
  join room on room.oid = p.pronamespace
)
select nspname::text as label, 'schema' as kind, 0 as position,
       format('acl %s comment %s', nspacl, obj_description(oid, 'pg_namespace')) as fact
from room
union all
select label, case relkind when 'v' then 'view' when 'r' then 'table' when 'i' then 'index' else relkind::text end, 0,
       format('acl %s comment %s', relacl,
              coalesce(obj_description(oid, 'pg_class'), case when relkind = 'i' then pg_get_indexdef(oid) end))
from relation
where relkind <> 't'
union all
select label, 'column', a.attnum, format('%s %s%s default %s comment %s', a.attname, format_type(a.atttypid, a.atttypmod),
       case when a.attnotnull then ' not null' else '' end, pg_get_expr(d.adbin, d.adrelid),
       col_description(relation.oid, a.attnum))
from relation
join pg_attribute a on a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = relation.oid and d.adnum = a.attnum
where relkind in ('r', 'v', 'p')
union all
select label, 'constraint', 0, format('%s %s', k.conname, pg_get_constraintdef(k.oid))
from relation
join pg_constraint k on k.conrelid = relation.oid
union all
select label, 'trigger', 0, pg_get_triggerdef(t.oid)
from relation
join pg_trigger t on t.tgrelid = relation.oid and not t.tgisinternal
union all
select label, 'view body', 0, pg_get_viewdef(oid)
from relation
where relkind = 'v'
union all
select label, 'function', 0, format('returns %s, %s, %s%s parallel %s cost %s rows %s settings %s acl %s comment %s',
       pg_get_function_result(routine.oid), l.lanname,
       case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
       case when proisstrict then ' strict' else '' end || case when prosecdef then ' security definer' else '' end,
       proparallel, procost, prorows, proconfig,
       -- A restored dump grants in another order.
       (select array_agg(item order by item) from unnest(proacl::text[]) as item), obj_description(routine.oid, 'pg_proc'))
from routine
join pg_language l on l.oid = routine.prolang
union all
select label, 'arguments', 0, pg_get_function_arguments(oid)
from routine
union all
select label, 'body', 0, 'md5 ' || md5(concat(prosrc, pg_get_function_sqlbody(oid)))
from routine
union all
select format('%s.%s', room.nspname, t.typname), 'type', 0,
       format('%s comment %s', format_type(t.typbasetype, t.typtypmod), obj_description(t.oid, 'pg_type'))
from pg_type t
join room on room.oid = t.typnamespace
where t.typtype in ('d', 'e')
`;

/** Every fact about every object; `bodies: false` leaves out what changes with each edit of a function. */
export async function catalog(client: pg.Client, options: { bodies?: boolean } = {}): Promise<string[]> {
  const { rows } = await client.query<{ label: string; kind: string; fact: string }>(
    `select label, kind, fact from (${lines}) as all_facts
     order by label collate "C", kind collate "C", position, fact collate "C"`,
  );
  return rows
    .filter((row) => options.bodies !== false || !['body', 'view body'].includes(row.kind))
    .map((row) => `${row.label} | ${row.kind} | ${row.fact}`);
}
