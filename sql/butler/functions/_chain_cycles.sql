create or replace function butler._chain_cycles(registry name, parents bigint[] default null)
returns table (chain text, path text[])
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Which chains reach themselves is one walk without paths; the shortest way round is then sought among them alone.
  return query execute format('
    with recursive link as materialized (
      select l.parent, l.child
      from %1$I.collection_chain l
      where exists (select from %1$I.collection_chain below where below.parent = l.child)
    ),
    below (start, node) as (
      select l.parent, l.child
      from link l
      where $1 is null or l.parent = any($1)
      union
      select b.start, l.child
      from below b
      join link l on l.parent = b.node
      where b.node <> b.start
    ),
    closed as materialized (
      select start from below where node = start
    )
    select c.name, way.names
    from closed
    join %1$I.collection c on c.collection_id = closed.start
    cross join lateral (
      with recursive walk (node, ids) as (
        select closed.start, array[closed.start]
        union all
        select l.child, w.ids || l.child
        from walk w
        join link l on l.parent = w.node
        where (w.node <> closed.start or cardinality(w.ids) = 1)
          and (l.child = closed.start or l.child <> all (w.ids))
          and exists (select from below b where b.start = closed.start and b.node = l.child)
      ),
      shortest as (
        select ids from walk where node = closed.start and cardinality(ids) > 1 limit 1
      )
      select array_agg(n.name order by u.place) as names
      from shortest
      cross join unnest(shortest.ids) with ordinality as u (id, place)
      join %1$I.collection n on n.collection_id = u.id
    ) way
    order by c.name', registry)
  using parents;
end;
$$;

comment on function butler._chain_cycles(name, bigint[]) is
'The chains of a registry that contain themselves, and the shortest way from each to itself; of the given ones, or of all.';
