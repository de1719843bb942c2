/** What an analyst may ask of the demo's catalogues. */

export interface Query {
  readonly title: string;
  readonly sql: string;
}

export const queries: readonly Query[] = [
  {
    title: 'Cone search: the Pleiades, within one degree of Alcyone',
    sql: `select name, designation, v_mag, b_v,
       round((60 * sky.angular_distance(ra, dec, 56.871, 24.105))::numeric, 1) as arcmin
from demo.hipparcos
where sky.in_cone(ra, dec, 56.871, 24.105, radius_arcsec => 3600) and v_mag < 6
order by v_mag;`,
  },
  {
    title: 'Nearest neighbours: the five Tycho-2 stars nearest to the Ring Nebula',
    sql: `select n.rank, s.star_id, round(s.ra::numeric, 4) as ra, round(s.dec::numeric, 4) as dec, s.vt_mag,
       round(n.distance_arcsec::numeric, 1) as distance_arcsec
from demo.deep_sky o
cross join lateral sky.nearest('demo.tycho2', o.ra, o.dec, 5) n
join demo.tycho2 s on s.star_id = n.id
where o.designation = 'M 57'
order by n.rank;`,
  },
  {
    title: 'Bright stars that moved: Tycho-2 keeps these at 1991.25, Hipparcos at 2000',
    sql: `select h.name, h.v_mag, round((3600 * sky.angular_distance(h.ra, h.dec, t.ra, t.dec))::numeric, 1) as arcsec,
       round((3600 * sky.angular_distance(h.ra, h.dec, t.ra, t.dec) / 8.75)::numeric, 2) as arcsec_per_year
from demo.hipparcos h
join demo.tycho2 t on sky.within(t.ra, t.dec, h.ra, h.dec, radius_arcsec => 30)
where h.v_mag < 2.2 and abs(t.vt_mag - h.v_mag) < 0.3
order by arcsec desc
limit 6;`,
  },
  {
    title: 'Cross-match: all of Hipparcos with all of Tycho-2, closer than two arcseconds',
    sql: `select count(*) as pairs, count(distinct h.hip) as hipparcos_stars,
       round((percentile_cont(0.5) within group (order by m.distance_arcsec))::numeric, 3) as median_arcsec,
       round(avg(t.vt_mag - h.v_mag)::numeric, 3) as mean_vt_minus_v
from sky.xmatch('demo.hipparcos', 'demo.tycho2', radius_arcsec => 2) m
join demo.hipparcos h on h.hip = m.left_id
join demo.tycho2 t on t.star_id = m.right_id;`,
  },
  {
    title: 'Galaxies in the glare: those within 15 arcminutes of a star of the second magnitude',
    sql: `select o.object, coalesce(o.name, o.kind) as galaxy, o.mag, s.name as star, s.v_mag,
       round((60 * sky.angular_distance(o.ra, o.dec, s.ra, s.dec))::numeric, 1) as arcmin
from demo.hipparcos s
join demo.deep_sky o on sky.within(o.ra, o.dec, s.ra, s.dec, radius_arcsec => 900)
where s.v_mag < 2.5 and o.kind like '%galaxy' and o.mag < 13
order by s.v_mag, arcmin;`,
  },
  {
    title: 'Counts per magnitude',
    sql: `select floor(vt_mag)::int as vt_mag, count(*) as stars, repeat('#', (count(*) / 3000)::int) as histogram
from demo.tycho2
group by 1
order by 1;`,
  },
  {
    title: 'Stars brighter than V_T 9 by galactic latitude, in zones of equal area',
    sql: `select round(degrees(asin((zone - 1) / 6.0)))::int as from_b, round(degrees(asin(zone / 6.0)))::int as to_b,
       count(*) as stars, round((count(*) / (41252.96 / 6))::numeric, 2) as per_square_degree
from (
  select width_bucket(sind(abs(g.b)), 0, 1, 6) as zone
  from demo.tycho2 s
  cross join lateral sky.galactic_from_icrs(s.ra, s.dec) g
  where s.vt_mag < 9
) as zoned
group by zone
order by zone;`,
  },
  {
    title:
      'Density by pixel: the most crowded HTM trixels of level 4 (20 square degrees), V_T brighter than 9',
    sql: `select sky.htm_id(ra, dec, 4) as trixel, count(*) as stars,
       round(avg(dec)::numeric, 1) as mean_dec, round(min(vt_mag)::numeric, 2) as brightest
from demo.tycho2
where vt_mag < 9
group by 1
order by stars desc
limit 5;`,
  },
];
