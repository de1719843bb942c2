create or replace function butler.prune_datasets(
  ids uuid[],
  disassociate boolean default true,
  unstore boolean default false,
  purge boolean default false,
  tags text[] default '{}',
  registry name default butler.current_registry())
returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  wrong text;
  tag text;
  statement text;
begin
  perform butler._require_given(ids is null or array_position(ids, null) is not null, 'ids');
  if purge and not disassociate then
    wrong := 'purge without disassociate';
  elsif purge and not unstore then
    wrong := 'purge without unstore';
  elsif not purge and disassociate and coalesce(cardinality(tags), 0) = 0 then
    wrong := 'disassociate without tags to disassociate from';
  end if;
  if wrong is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'TypeError: ' || wrong,
      hint = 'Name TAGGED collections (tags => ...) to take datasets out of; unstore and purge => true removes them for good.';
  end if;
  if unstore then
    select butler._compile_unstore_datasets(registry) into statement;
    execute statement using null::text[], null::json, ids;
  end if;
  if purge then
    perform butler.remove_datasets(ids, registry);
  elsif disassociate then
    foreach tag in array tags loop
      perform butler.disassociate(tag, ids, registry);
    end loop;
  end if;
end
$$;

comment on function butler.prune_datasets(uuid[], boolean, boolean, boolean, text[], name) is
'Takes datasets out of the TAGGED collections that tags names (disassociate), hands their files over to the datastores for deletion (unstore), or, with both of these and purge, removes them from the registry. Error invalid_parameter_value for purge without the other two and for disassociate without tags; MissingCollectionError, CollectionTypeError.';
