create or replace function butler._association_table_made()
returns event_trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  made regclass;
  schema name;
  reason text;
begin
  -- Whoever makes any table in this database comes by here, with whatever rights: only catalogs are read.
  for made, schema in
    select c.oid::regclass, n.nspname
    from pg_event_trigger_ddl_commands() e
    join pg_class c on c.oid = e.objid
    join pg_namespace n on n.oid = c.relnamespace
    where e.classid = 'pg_class'::regclass
      and e.command_tag = 'CREATE TABLE'
      and c.relname ~ '^dataset_(tags|calibs)_[0-9]{8,}$'
      and exists (
        select
        from pg_class chain
        join pg_trigger t on t.tgrelid = chain.oid
        join pg_proc p on p.oid = t.tgfoid
        join pg_namespace b on b.oid = p.pronamespace
        where chain.relnamespace = c.relnamespace and chain.relname = 'collection_chain'
          and b.nspname = 'butler' and p.proname = '_collection_chain_changed')
  loop
    -- A client takes the error of a CREATE TABLE for a lost race, and would go on without the table.
    begin
      perform butler._complete_association_table(made);
    exception when others then
      get stacked diagnostics reason = message_text;
      raise warning using
        message = format('table %s is without its index or constraint: %s', made, reason),
        hint = format('Mend that, then: select butler.attach(%L). Until then butler.check tells what is missing.', schema);
    end;
  end loop;
end;
$$;

comment on function butler._association_table_made() is
'Adds to a new table dataset_tags_… or dataset_calibs_… in a registry what butler.attach adds to those that are there; where it cannot, it warns. It is the event trigger almagest_association_tables.';
