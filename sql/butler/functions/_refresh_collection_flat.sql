create or replace function butler._refresh_collection_flat(registry name, parents bigint[] default null)
returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  pending bigint[];
  ready bigint[];
begin
  execute format('
    with recursive affected (chain) as (
      select unnest(coalesce($1, array(select distinct l.parent from %1$I.collection_chain l)))
      union
      select l.parent
      from affected a
      join %1$I.collection_chain l on l.child = a.chain
    )
    select array_agg(chain) from affected', registry)
  into pending using parents;
  if parents is null then
    execute format('delete from %I.collection_flat', registry);
  else
    execute format('delete from %I.collection_flat where parent = any($1)', registry) using pending;
  end if;
  -- From the bottom up: a chain is flat once those among its children are, each of which then counts as its members.
  while cardinality(pending) > 0 loop
    execute format('
      select array_agg(chain)
      from unnest($1) as waiting (chain)
      where not exists (select from %1$I.collection_chain l where l.parent = chain and l.child = any($1))', registry)
    into ready using pending;
    if ready is null then
      raise exception using
        errcode = 'BR003',
        message = format('CollectionCycleError: chains of registry %s contain themselves', registry),
        hint = format('They are listed by: select * from butler._chain_cycles(%L).', registry);
    end if;
    execute format('
      insert into %1$I.collection_flat (parent, rank, child)
      select parent, row_number() over (partition by parent order by position, rank) - 1, member
      from (
        select distinct on (l.parent, m.member) l.parent, m.member, l.position, m.rank
        from %1$I.collection_chain l
        cross join lateral (
          select l.child as member, 0 as rank
          from %1$I.collection c
          where c.collection_id = l.child and c.type <> 3
          union all
          select f.child, f.rank
          from %1$I.collection_flat f
          where f.parent = l.child
        ) m
        where l.parent = any($1)
        order by l.parent, m.member, l.position, m.rank
      ) first', registry)
    using ready;
    pending := array(select unnest(pending) except select unnest(ready));
  end loop;
end;
$$;

comment on function butler._refresh_collection_flat(name, bigint[]) is
'Flattens chains of a registry anew, and the chains that contain them; without parents all of them. CollectionCycleError where one contains itself. Its caller has the row of collection_flat_edit.';
