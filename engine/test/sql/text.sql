create function same(x text) returns text language plv8 as $$ return x $$;
create function units(x text) returns int language plv8 as $$ return x.length $$;
select same('α Centauri ☆ 𝛼') as text, units('α') as greek, units('𝛼') as pair, units('') as empty;
select same(repeat('é', 100000)) = repeat('é', 100000) as long;
select md5(same(string_agg(chr(i), ''))) = md5(string_agg(chr(i), '')) as every_character
from generate_series(1, 1114111) as i where i not between 55296 and 57343;

-- What the encoding cannot hold is refused, wherever it would go.
create function nul() returns text language plv8 as $$ return 'a\0b' $$;
select nul();
create function half() returns text language plv8 as $$ return 'a\ud834b' $$;
select half();
create function half_name() returns name language plv8 as $$ return '\udc00' $$;
select half_name();
do $$
  for (const bad of ['a\0b', '\ud834'])
    try { plv8.execute('select $1::text as t', [bad]); }
    catch (e) { plv8.elog(NOTICE, e.sqlerrcode, e.message); }
$$ language plv8;
create function half_json() returns jsonb language plv8 as $$ return {a: '\ud834', b: '\0'} $$;
select half_json();

-- Messages are shown as far as they can be.
do $$ plv8.elog(NOTICE, 'a\0b', '\ud834', 'ü') $$ language plv8;

select plv8.*
from (select 1) as one, lateral (select same('it''s') as quoted) as plv8;
create function quotes(x text) returns text language plv8 as $$
  return [plv8.quote_literal(x), plv8.quote_nullable(x), plv8.quote_ident(x)].join(' ');
$$;
select quotes('it''s'), quotes('select'), quotes('a\b'), quotes('plain'), quotes(null);
create table keep (t text);
do $$ plv8.execute("insert into keep values ($1)", ["x'); drop table keep; --"]) $$ language plv8;
select * from keep;
