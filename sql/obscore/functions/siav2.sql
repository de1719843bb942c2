create or replace function obscore.siav2(
  pos text default null,
  band text default null,
  "time" text default null,
  pol text default null,
  fov text default null,
  spatres text default null,
  specrp text default null,
  exptime text default null,
  timeres text default null,
  id text default null,
  collection text default null,
  facility text default null,
  instrument text default null,
  dptype text default null,
  calib anycompatible default null::text,
  target text default null,
  format text default null,
  dpsubtype text default null,
  maxrec bigint default null
)
returns setof obscore.observation
language plpgsql stable parallel unsafe rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
  statement text;
  bound text[];
begin
  select c.query, c.parameters
  into statement, bound
  from obscore._compile_siav2(
    json_build_object(
      'pos', pos, 'band', band, 'time', "time", 'pol', pol, 'fov', fov, 'spatres', spatres, 'specrp', specrp,
      'exptime', exptime, 'timeres', timeres, 'id', id, 'collection', collection, 'facility', facility,
      'instrument', instrument, 'dptype', dptype, 'calib', calib::text, 'target', target, 'format', format,
      'dpsubtype', dpsubtype)::text,
    maxrec) c;
  return query execute statement using bound;
end
$$;

comment on function obscore.siav2(text, text, text, text, text, text, text, text, text, text, text, text, text, text, anycompatible, text, text, text, bigint) is
'Images and cubes of ivoa.obscore that meet the parameters of Simple Image Access 2.0: select * from obscore.siav2(pos => ''CIRCLE 53 -28 1'', band => ''500e-9 700e-9''). A parameter is one value, or several, of which one is met, as array[''I'', ''Q'']::text or ''{I,Q}''; empty text and NULL are no parameter. pos: CIRCLE ra dec radius, RANGE ra1 ra2 dec1 dec2 or POLYGON ra dec ra dec …, ICRS [deg], touching s_region. A number, or an interval ''300 600'', ''300 +Inf'', whose ends belong to it: band, which meets em_min to em_max [m]; time (write "time" =>), which meets t_min to t_max [MJD, UTC]; and those that hold s_fov [deg], s_resolution [arcsec], em_res_power, t_exptime [s], t_resolution [s]: fov, spatres, specrp, exptime, timeres. Text that is equal: id to obs_publisher_did, in any case; collection, facility, instrument, dptype (image, cube), target, format to access_format, dpsubtype; pol to a state in pol_states; calib to calib_level, 0 to 4. NULL meets no condition. maxrec: at most so many rows, and where there are more, a warning of SQLSTATE 01OC1, OVERFLOW; 0 gives none and no warning. ObsCoreQueryError for a value that cannot be read. Source: IVOA SIA 2.0, section 2.1.';
