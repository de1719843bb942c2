create or replace function butler._collection_chain_changed()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  parents bigint[];
  edits bigint;
  closes boolean;
  way text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct n.parent) into parents from new_links n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct o.parent) into parents from old_links o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct either.parent) into parents
    from (select n.parent from new_links n union select o.parent from old_links o) either;
  end if;
  if parents is null and tg_op <> 'TRUNCATE' then
    return null;
  end if;
  -- One edit at a time: the next one waits here, and then sees what this one made. Under REPEATABLE READ, where it
  -- could not see that, this row makes it fail instead.
  execute format('update %I.collection_flat_edit set edits = edits + 1 returning edits', tg_table_schema) into edits;
  if edits is null then
    raise exception using
      errcode = 'BR019',
      message = format('RegistryStateError: %I.collection_flat_edit has lost its row', tg_table_schema),
      hint = format('It comes back by: select butler.attach(%L).', tg_table_schema);
  end if;
  if tg_op = 'TRUNCATE' then
    execute format('delete from %I.collection_flat', tg_table_schema);
    return null;
  end if;
  if tg_op <> 'DELETE' then
    -- A link closes a way round where its child is above its parent. Few chains are above one, many runs below.
    execute format('
      with recursive above (start, chain) as (
        select n.parent, n.parent from new_links n
        union
        select a.start, l.parent
        from above a
        join %I.collection_chain l on l.child = a.chain
      )
      select exists (select from new_links n join above a on a.start = n.parent and a.chain = n.child)',
      tg_table_schema)
    into closes;
    if closes then
      select c.path into way from butler._chain_cycles(tg_table_schema, parents) c limit 1;
      raise exception using
        errcode = 'BR003',
        message = format('CollectionCycleError: chain ''%s'' would contain itself', way[1]),
        detail = format('The way round is %s.', array_to_string(way, ' > ')),
        hint = 'Leave one of these links out.';
    end if;
  end if;
  perform butler._refresh_collection_flat(tg_table_schema, parents);
  return null;
end;
$$;

comment on function butler._collection_chain_changed() is
'Keeps collection_flat equal to what collection_chain says, whoever edits it; CollectionCycleError where a chain would contain itself. It is the trigger of the registries'' tables collection_chain.';
