create or replace function sky.pixel_ranges(cover int8multirange)
returns int8[]
language sql immutable parallel safe
begin atomic
  -- Whatever follows one of the fifteen widest gaps begins a range, so that at most sixteen are left.
  with part as (
    select
      coalesce(lower(p.r), -9223372036854775808) as low,
      coalesce(upper(p.r) - 1, 9223372036854775807) as high,
      lower(p.r)::numeric - lag(upper(p.r)) over (order by p.r) as gap
    from unnest(cover) as p (r)
  ), ranked as (
    select p.low, p.high, row_number() over (order by p.gap desc nulls first, p.low) as place
    from part as p
  ), grouped as (
    select r.low, r.high, count(*) filter (where r.place <= 16) over (order by r.low) as number
    from ranked as r
  ), merged as (
    select min(g.low) as low, max(g.high) as high
    from grouped as g
    group by g.number
  )
  select array_agg(limits.pixel order by m.low, limits.side)
  from merged as m
  cross join lateral (values (1, m.low), (2, m.high)) as limits (side, pixel);
end;

comment on function sky.pixel_ranges(int8multirange) is
'Lowest and highest pixel of each range of a cover, in order: at most sixteen ranges, for which the smallest gaps are closed; NULL for an empty cover. What sky.in_pixels searches.';
