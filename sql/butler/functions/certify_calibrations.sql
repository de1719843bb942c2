create or replace function butler.certify_calibrations(
  input text,
  output text,
  dataset_type text,
  begin_date text default null,
  end_date text default null,
  search_all_inputs boolean default false,
  registry name default butler.current_registry())
returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
  source text := input;
  ids uuid[];
  count bigint;
  validity int8range;
begin
  if not search_all_inputs then
    select coalesce(c.children[1], c.name) into source
    from butler.get_collection(input, registry => certify_calibrations.registry) c;
  end if;
  select array_agg(q.id) into ids
  from butler.query_datasets(certify_calibrations.dataset_type, array[source], find_first => true,
                             registry => certify_calibrations.registry) q;
  if ids is null then
    raise exception using
      errcode = 'BR016',
      message = format('DatasetNotFoundError: no dataset of type %L is in collection %L', dataset_type, source),
      hint = case when source <> input
        then format('%L is the first child of %L: search_all_inputs => true searches all of them.', source, input)
        else 'Name the collection that holds the calibrations.' end;
  end if;
  select butler.timespan(begin_date, end_date) into validity;
  perform butler.register_collection(output, 'CALIBRATION', registry => certify_calibrations.registry);
  select butler.certify(output, ids, validity, registry => certify_calibrations.registry) into count;
  return count;
end;
$$;

comment on function butler.certify_calibrations(text, text, text, text, text, boolean, name) is
'Gives the calibrations of a type that are found in a collection a validity range in a CALIBRATION collection, made where there is none, and returns how many. begin_date, end_date: ISO, TAI; NULL is unbounded. Of a chain only the first child is searched, unless search_all_inputs. DatasetNotFoundError where there is none, ConflictingDefinitionError where ranges overlap; MissingCollectionError, CollectionTypeError, MissingDatasetTypeError, DatasetTypeError.';
