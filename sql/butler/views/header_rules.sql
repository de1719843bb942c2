create or replace view butler.header_rules as
with shared (family, property, place, keywords, conversion, argument, condition) as (values
  -- DECam: https://noirlab.edu/science/programs/ctio/instruments/Dark-Energy-Camera. Lists of exposures of the
  -- NOIRLab archive name the same things in their own words.
  ('DECam', 'id', 1::int2, '{EXPNUM}'::text[], 'integer', null::jsonb, null::jsonb),
  ('DECam', 'observation_type', 1, '{OBSTYPE,obs_type}', 'map', '{"object": "science"}', null),
  ('DECam', 'observation_type', 2, '{OBSTYPE,obs_type}', 'lower', null, null),
  ('DECam', 'observation_type', 3, '{}', 'constant', '"none"', null),
  ('DECam', 'obs_id', 1, '{OBSID}', 'text', null, null),
  ('DECam', 'obs_id', 2, '{DATE-OBS,dateobs_min}', 'pattern',
   '{"pattern": "^(\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)", "text": "ct4m$1$2$3t$4$5$6"}', null),
  -- Records hold the time that was asked for; the shutter may have been open for less.
  ('DECam', 'exposure_time', 1, '{EXPREQ,EXPTIME,exposure}', 'number', null, null),
  ('DECam', 'open_time', 1, '{EXPTIME,exposure}', 'number', null, null),
  ('DECam', 'dark_time', 1, '{DARKTIME}', 'number', null, null),
  ('DECam', 'target_name', 1, '{OBJECT}', 'text', null, null),
  ('DECam', 'science_program', 1, '{PROPID}', 'text', null, null),
  -- A bias sees no light, whatever filter its header names.
  ('DECam', 'physical_filter', 1, '{}', 'constant', '"solid plate 0.0 0.0"', '{"property": "observation_type", "pattern": "zero|bias"}'),
  ('DECam', 'physical_filter', 2, '{FILTER}', 'text', null, null),
  ('DECam', 'band', 1, '{}', 'constant', '"opaque"', '{"property": "physical_filter", "pattern": "^solid plate"}'),
  ('DECam', 'band', 2, '{FILTER}', 'pattern', '{"pattern": "^Y( |$)", "text": "y"}', null),
  ('DECam', 'band', 3, '{FILTER}', 'pattern', '{"pattern": "^(\\S+)", "text": "$1"}', null),
  ('DECam', 'begin', 1, '{DATE-OBS}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'begin', 2, '{dateobs_min}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'end', 1, '{DTUTC}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'end', 2, '{}', 'later', '{"begin": "begin", "seconds": "open_time"}', null),
  -- Positions stand as they are written: FK5 is not turned into ICRS (some 20 mas). A moving target has none. In the
  -- nights from 2013-02-10 to 14 UTC the telescope's own position of the Trifid nebula was wrong.
  ('DECam', 'trifid', 1, '{}', 'constant', 'true',
   '{"keyword": "OBJECT", "pattern": "Trifid", "and": {"keyword": "OBSTYPE", "pattern": "^object$", "and":
     {"property": "begin", "between": [["1360454435000000000", "1360800035000000000"]]}}}'),
  ('DECam', 'tracking_ra', 1, '{}', 'constant', '""', '{"keyword": "RADESYS", "pattern": "^gappt$"}'),
  ('DECam', 'tracking_ra', 2, '{RA}', 'hours', '{"add": -0.027417}', '{"property": "trifid", "pattern": "true"}'),
  ('DECam', 'tracking_ra', 3, '{TELRA}', 'hours', null, null),
  ('DECam', 'tracking_ra', 4, '{RA(deg)}', 'degrees', null, null),
  ('DECam', 'tracking_dec', 1, '{}', 'constant', '""', '{"keyword": "RADESYS", "pattern": "^gappt$"}'),
  ('DECam', 'tracking_dec', 2, '{DEC}', 'degrees', '{"add": -0.002833}', '{"property": "trifid", "pattern": "true"}'),
  ('DECam', 'tracking_dec', 3, '{TELDEC,DEC(deg)}', 'degrees', null, null),
  -- No rotator: +Y is east and +X south, a rotation by 90 deg and a flip of X.
  ('DECam', 'sky_angle', 1, '{}', 'constant', '90', '{"property": "tracking_ra", "pattern": "."}'),
  ('DECam', 'azimuth', 1, '{}', 'linear', '{"terms": {"AZ": 1}, "modulo": 360}', null),
  ('DECam', 'zenith_angle', 1, '{ZD}', 'number', null, null),
  ('DECam', 'detector', 1, '{CCDNUM}', 'integer', null, null),
  ('DECam', 'can_see_sky', 1, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(science|object|standard|sky flat)$"}'),
  ('DECam', 'can_see_sky', 2, '{}', 'constant', 'false', '{"property": "observation_type", "pattern": "^(zero|dark|dome flat)$"}'),

  -- HSC: https://www.subarutelescope.org/Observing/Instruments/HSC/. Exposures have even numbers; the frames of one
  -- differ in their last two digits, and have the next odd number beyond the hundredth detector.
  ('HSC', 'id', 1, '{EXP-ID}', 'pattern', '{"pattern": "^HSCE(\\d{8})$", "text": "$1"}', null),
  ('HSC', 'id', 2, '{EXP-ID}', 'pattern',
   '{"pattern": "^HSC([A-Z])(?!000000)(\\d{6})00$", "text": "$2", "letter": {"group": 1, "times": 1000000}}', null),
  ('HSC', 'id', 3, '{FRAMEID}', 'pattern',
   '{"pattern": "^HSC([A-Z])(\\d{5})([02468])\\d{2}$", "text": "$2$3", "letter": {"group": 1, "times": 1000000}}', null),
  ('HSC', 'id', 4, '{FRAMEID}', 'pattern',
   '{"pattern": "^HSC([A-Z])(\\d{6})\\d{2}$", "text": "$2", "letter": {"group": 1, "times": 1000000}, "add": -1}', null),
  ('HSC', 'observation_type', 1, '{DATA-TYP}', 'map', '{"object": "science"}', null),
  ('HSC', 'observation_type', 2, '{DATA-TYP}', 'lower', null, null),
  ('HSC', 'obs_id', 1, '{EXP-ID}', 'text', null, null),
  ('HSC', 'exposure_time', 1, '{EXPTIME}', 'number', null, null),
  ('HSC', 'dark_time', 1, '{EXPTIME}', 'number', null, null),
  ('HSC', 'target_name', 1, '{OBJECT}', 'text', null, null),
  ('HSC', 'science_program', 1, '{PROP-ID}', 'text', null, null),
  ('HSC', 'physical_filter', 1, '{FILTER01}', 'map',
   '{"unrecognized": "unknown", "unrecognised": "unknown", "notset": "unknown", "unknown": "unknown", "none": "empty"}', null),
  ('HSC', 'physical_filter', 2, '{FILTER01}', 'upper', null, null),
  ('HSC', 'band', 1, '{FILTER01}', 'map',
   '{"hsc-g": "g", "hsc-r": "r", "hsc-r2": "r", "eng-r1": "r", "hsc-i": "i", "hsc-i2": "i", "hsc-z": "z", "hsc-y": "y",
     "sh": "SH", "ph": "PH", "none": "white"}', null),
  ('HSC', 'band', 2, '{}', 'pattern', '{"property": "physical_filter", "pattern": "^([NI])B0?(\\d+)$", "text": "$1$2"}', null),
  ('HSC', 'begin', 1, '{DATE-OBS,UT-STR}', 'time', '{"scale": "utc"}', null),
  -- UT-END is sometimes too early, and beyond midnight it is of the next day.
  ('HSC', 'end_written', 1, '{DATE-OBS,UT-END}', 'time', '{"scale": "utc"}', null),
  ('HSC', 'end_exposed', 1, '{}', 'later', '{"begin": "begin", "seconds": "exposure_time"}', null),
  ('HSC', 'end', 1, '{}', 'latest', '["end_written", "end_exposed"]', null),
  ('HSC', 'tracking_ra', 1, '{RA2000}', 'hours', null, null),
  ('HSC', 'tracking_dec', 1, '{DEC2000}', 'degrees', null, null),
  ('HSC', 'sky_angle', 1, '{}', 'linear', '{"terms": {"INST-PA": -1}, "add": 270, "modulo": 360}', null),
  ('HSC', 'azimuth', 1, '{}', 'linear', '{"terms": {"AZIMUTH": 1}, "modulo": 360}', null),
  ('HSC', 'zenith_angle', 1, '{}', 'linear', '{"terms": {"ALTITUDE": -1}, "add": 90}', null),
  -- The focus detectors were misnumbered from MJD 56318 to 56331.
  ('HSC', 'detector', 1, '{DET-ID}', 'map',
   '{"107": "105", "108": "110", "112": "106", "113": "107", "114": "108", "115": "109"}',
   '{"property": "begin", "between": [["1359158435000000000", "1360368034999999999"]]}'),
  ('HSC', 'detector', 2, '{DET-ID}', 'integer', null, null),
  ('HSC', 'can_see_sky', 1, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(science|object|standard_star|skyflat|focus|focusing|exp)$"}'),
  ('HSC', 'can_see_sky', 2, '{}', 'constant', 'false', '{"property": "observation_type", "pattern": "^(dark|bias|agexp|domeflat)$"}'),

  -- Rubin: LSE-400, headers of LSSTCam, LSSTComCam and LATISS, as they are on the mountain (LATISS from 2021-10-29 on).
  -- Controllers other than O counted apart at first, so their ids lie a thousand years later each, until their
  -- counters were joined (C: 2023-10-05; P, Q, S: 2025-04-18).
  ('Rubin', 'id', 11, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 1000000000000}',
   '{"keyword": "CONTRLLR", "pattern": "^C$", "and": {"keyword": "DAYOBS", "between": [[0, 20231004]]}}'),
  ('Rubin', 'id', 12, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 2000000000000}', '{"keyword": "CONTRLLR", "pattern": "^H$"}'),
  ('Rubin', 'id', 13, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 3000000000000}',
   '{"keyword": "CONTRLLR", "pattern": "^P$", "and": {"keyword": "DAYOBS", "between": [[0, 20250417]]}}'),
  ('Rubin', 'id', 14, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 4000000000000}',
   '{"keyword": "CONTRLLR", "pattern": "^Q$", "and": {"keyword": "DAYOBS", "between": [[0, 20250417]]}}'),
  ('Rubin', 'id', 15, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 5000000000000}',
   '{"keyword": "CONTRLLR", "pattern": "^S$", "and": {"keyword": "DAYOBS", "between": [[0, 20250417]]}}'),
  ('Rubin', 'id', 16, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}}', '{"keyword": "SEQNUM", "between": [[0, 99999]]}'),
  ('Rubin', 'observation_type', 11, '{IMGTYPE}', 'map', '{"object": "science", "skyexp": "science"}', null),
  ('Rubin', 'observation_type', 12, '{IMGTYPE}', 'lower', null, null),
  ('Rubin', 'observation_type', 13, '{}', 'constant', '"bias"', '{"keyword": "EXPTIME", "pattern": "^0(\\.0*)?$"}'),
  ('Rubin', 'observation_type', 14, '{}', 'constant', '"unknown"', null),
  ('Rubin', 'observation_reason', 11, '{REASON,TESTTYPE}', 'lower', null, null),
  ('Rubin', 'day_obs', 11, '{DAYOBS}', 'integer', null, null),
  ('Rubin', 'obs_id', 11, '{OBSID}', 'text', null, null),
  ('Rubin', 'group', 11, '{GROUPID}', 'text', null, null),
  ('Rubin', 'seq_num', 11, '{SEQNUM}', 'integer', null, null),
  ('Rubin', 'seq_start', 11, '{}', 'linear', '{"terms": {"SEQNUM": 1, "CURINDEX": -1}, "add": 1}', null),
  ('Rubin', 'seq_end', 11, '{}', 'linear', '{"terms": {"SEQNUM": 1, "MAXINDEX": 1, "CURINDEX": -1}}', null),
  ('Rubin', 'exposure_time', 11, '{EXPTIME,SHUTTIME}', 'number', null, null),
  ('Rubin', 'dark_time', 11, '{DARKTIME}', 'number', null, null),
  ('Rubin', 'dark_time', 12, '{}', 'property', '"exposure_time"', null),
  ('Rubin', 'target_name', 11, '{OBJECT}', 'text', null, null),
  ('Rubin', 'target_name', 12, '{}', 'constant', '"UNKNOWN"', null),
  ('Rubin', 'science_program', 11, '{PROGRAM,RUNNUM}', 'text', null, null),
  ('Rubin', 'science_program', 12, '{}', 'constant', '"unknown"', null),
  ('Rubin', 'filters', 11, '{FILTER,FILTER1,FILTER2}', 'join', '{"with": "~"}', '{"keyword": "FILTER", "pattern": "."}'),
  ('Rubin', 'filters_in', 11, '{}', 'pattern', '{"property": "filters", "pattern": "^(.*?)(~empty)+$", "text": "$1"}', null),
  ('Rubin', 'filters_in', 12, '{}', 'property', '"filters"', null),
  ('Rubin', 'physical_filter', 11, '{}', 'pattern', '{"property": "filters_in", "pattern": "^(.*)NONE(.*)$", "text": "$1none$2"}', null),
  ('Rubin', 'physical_filter', 12, '{}', 'property', '"filters_in"', null),
  ('Rubin', 'physical_filter', 13, '{}', 'constant', '"unknown"', null),
  ('Rubin', 'band', 11, '{}', 'pattern', '{"property": "physical_filter", "pattern": "^(?:SDSS)?([ugrizy])(?:_|~|$)", "text": "$1"}', null),
  ('Rubin', 'band', 12, '{FILTBAND}', 'pattern', '{"pattern": "^([ugrizy])$", "text": "$1"}', null),
  ('Rubin', 'band', 13, '{}', 'constant', '"unknown"', '{"property": "physical_filter", "pattern": "^unknown"}'),
  ('Rubin', 'band', 14, '{}', 'constant', '"white"', null),
  -- MJD-BEG is finer than DATE-BEG, whose last digit is a millisecond.
  ('Rubin', 'begin', 11, '{MJD-BEG}', 'time', '{"scale": "tai", "format": "mjd"}', null),
  ('Rubin', 'begin', 12, '{DATE-BEG}', 'time', '{"scale": "tai"}', null),
  ('Rubin', 'begin', 13, '{MJD-OBS}', 'time', '{"scale": "tai", "format": "mjd"}', null),
  ('Rubin', 'begin', 14, '{DATE-OBS}', 'time', '{"scale": "tai"}', null),
  ('Rubin', 'end', 11, '{DATE-END}', 'time', '{"scale": "tai"}', null),
  -- Biases and flats report a pointing that is none; darks may track, to test stability.
  ('Rubin', 'not_tracking', 11, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(bias|flat)$"}'),
  ('Rubin', 'not_tracking', 12, '{}', 'constant', 'true', '{"keyword": "TRACKSYS", "pattern": "^(?!(RADEC|SIDEREAL)$).+"}'),
  ('Rubin', 'not_tracking', 13, '{}', 'constant', 'true', '{"keyword": "RADESYS", "pattern": "^gappt$"}'),
  ('Rubin', 'tracking_ra', 11, '{RASTART,RA}', 'degrees', null, '{"property": "not_tracking", "pattern": "^$"}'),
  ('Rubin', 'tracking_dec', 11, '{DECSTART,DEC}', 'degrees', null, '{"property": "not_tracking", "pattern": "^$"}'),
  ('Rubin', 'on_sky', 11, '{}', 'constant', 'true',
   '{"keyword": "ROTCOORD", "pattern": "^sky$", "and": {"property": "observation_type", "pattern": "^(?!(bias|dark|flat)$)", "and":
     {"property": "tracking_ra", "pattern": "."}}}'),
  ('Rubin', 'sky_angle', 11, '{ROTPA,ROTANGLE}', 'number', null, '{"property": "on_sky", "pattern": "true"}'),
  ('Rubin', 'azimuth', 11, '{}', 'linear', '{"terms": {"AZSTART": 1}, "modulo": 360}', null),
  ('Rubin', 'zenith_angle', 11, '{}', 'linear', '{"terms": {"ELSTART": -1}, "add": 90}', null),
  ('Rubin', 'has_simulated', 11, '{}', 'constant', 'true', '{"keyword": "CONTRLLR", "pattern": "^[HPSQ]$"}'),
  ('Rubin', 'has_simulated', 12, '{}', 'constant', 'true', '{"keywords": "SIMULATE", "pattern": "^(?!(0(\\.0*)?|f|false)?$)"}'),
  ('Rubin', 'can_see_sky', 12, '{VIGN_MIN}', 'map', '{"fully": "false", "unknown": "", "*": "true"}', null),

  -- The two cameras of the Simonyi telescope; what kind of exposure it is does not tell whether they see the sky.
  ('Simonyi', 'can_see_sky', 11, '{}', 'constant', 'false', '{"keyword": "SHUTTIME", "pattern": "^0(\\.0*)?$"}'),
  ('LSSTComCam', 'filters', 1, '{}', 'constant', '"empty"', '{"keyword": "FILTER", "pattern": "^r$"}'),

  -- What headers of LSSTCam said wrongly, by day and number.
  ('LSSTCam', 'filters', 1, '{}', 'constant', '"ph_5"', '{"keyword": "FILTER", "pattern": "^ph_05$"}'),
  ('LSSTCam', 'filters', 2, '{}', 'constant', '"z_20"', '{"property": "id", "between": [[2025060900076, 2025060900578]]}'),
  ('LSSTCam', 'filters', 3, '{}', 'constant', '"i_39"', '{"property": "id", "between": [[2026031500049, 2026031500109]]}'),
  ('LSSTCam', 'sky_angle', 1, '{}', 'linear', '{"terms": {"ROTPA": 1}, "add": -90}',
   '{"property": "on_sky", "pattern": "true", "and": {"keyword": "DAYOBS", "between": [[20250302, 20250421]]}}'),
  ('LSSTCam', 'sky_angle', 2, '{}', 'linear', '{"terms": {"ROTPA": 1}, "add": -180, "modulo": 360, "from": -180}',
   '{"property": "on_sky", "pattern": "true", "and": {"property": "id", "between": [[2025042200000, 2025042200250]]}}'),
  ('LSSTCam', 'science_program', 1, '{}', 'constant', '"BLOCK-T417"',
   '{"keyword": "PROGRAM", "pattern": "^BLOCK-417$", "and": {"keyword": "DAYOBS", "between": [
     [20250415, 20250418], [20250421, 20250421], [20250423, 20250425], [20250503, 20250504], [20250512, 20250512],
     [20250522, 20250522], [20250524, 20250524], [20250826, 20250828]]}}'),
  -- The dome was closed.
  ('LSSTCam', 'can_see_sky', 1, '{}', 'constant', 'false',
   '{"property": "id", "between": [
     [2025051800000, 2025051899999], [2025070300743, 2025070300745], [2025070400832, 2025070400834],
     [2025070500001, 2025070500736], [2025070700744, 2025070700823], [2025070700864, 2025070700943],
     [2025071400258, 2025071400781], [2025071500205, 2025071501218], [2025081900004, 2025081901052]]}'),

  -- LATISS disperses: a filter and a grating, always both.
  ('LATISS', 'observation_type', 1, '{OBSTYPE}', 'map', '{"object": "science", "skyexp": "science"}', null),
  ('LATISS', 'observation_type', 2, '{OBSTYPE}', 'lower', null, null),
  ('LATISS', 'filter_in', 1, '{FILTER}', 'pattern', '{"pattern": "^[eE][mM][pP][tT][yY]_?\\d*$", "text": "empty"}', null),
  ('LATISS', 'filter_in', 2, '{FILTER}', 'text', null, '{"keyword": "FILTER", "pattern": "."}'),
  ('LATISS', 'filter_in', 3, '{}', 'constant', '"unknown"', null),
  ('LATISS', 'grating_in', 1, '{GRATING}', 'pattern', '{"pattern": "^[eE][mM][pP][tT][yY]", "text": "empty"}', null),
  ('LATISS', 'grating_in', 2, '{GRATING}', 'text', null, '{"keyword": "GRATING", "pattern": "."}'),
  ('LATISS', 'grating_in', 3, '{}', 'constant', '"unknown"', null),
  ('LATISS', 'physical_filter', 1, '{}', 'join', '{"with": "~", "properties": ["filter_in", "grating_in"]}', null),
  ('LATISS', 'detector', 1, '{}', 'constant', '0', null),
  ('LATISS', 'can_see_sky', 21, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(science|object)$"}'),
  ('LATISS', 'can_see_sky', 22, '{}', 'constant', 'false', '{"property": "observation_type", "pattern": "^(bias|dark|flat)$"}'),

  -- What is so where an instrument says nothing else.
  ('*', 'end', 101, '{}', 'later', '{"begin": "begin", "seconds": "exposure_time"}', null),
  ('*', 'end', 102, '{}', 'property', '"begin"', null),
  ('*', 'group', 101, '{}', 'property', '"id"', null),
  ('*', 'seq_num', 101, '{}', 'property', '"id"', null),
  ('*', 'seq_start', 101, '{}', 'property', '"seq_num"', null),
  ('*', 'seq_end', 101, '{}', 'property', '"seq_num"', null),
  ('*', 'observation_reason', 101, '{}', 'constant', '"science"', '{"property": "observation_type", "pattern": "^science$"}'),
  ('*', 'observation_reason', 102, '{}', 'constant', '"unknown"', null),
  ('*', 'has_simulated', 101, '{}', 'constant', 'false', null)
), families (translator, family) as (values
  ('DECam', 'DECam'), ('HSC', 'HSC'),
  ('LSSTCam', 'LSSTCam'), ('LSSTCam', 'Simonyi'), ('LSSTCam', 'Rubin'),
  ('LSSTComCam', 'LSSTComCam'), ('LSSTComCam', 'Simonyi'), ('LSSTComCam', 'Rubin'),
  ('LATISS', 'LATISS'), ('LATISS', 'Rubin')
)
select translator, property, place, keywords, conversion, argument, condition, true as is_users
from butler.header_rule
union all
select f.translator, s.property, s.place, s.keywords, s.conversion, s.argument, s.condition, false
from families f
join shared s using (family)
union all
select t.name, s.property, s.place, s.keywords, s.conversion, s.argument, s.condition, false
from butler.translators t
join shared s on s.family = '*'
union all
select
  t.name, 'day_obs', 101, '{}', 'day',
  jsonb_build_object('time', 'begin', 'offset_s', coalesce(t.day_obs_offset_s, 0)), null, false
from butler.translators t;

comment on view butler.header_rules is 'Rules by which headers become exposures: select * from butler.header_rules where translator = ''DECam'' order by property, not is_users, place; those of users (butler.header_rule) come first';
comment on column butler.header_rules.translator is 'Name in butler.translators';
comment on column butler.header_rules.property is 'Column of the registry''s table exposure, or begin, end, detector, band, which serve others';
comment on column butler.header_rules.place is 'Rules of a property are tried in this order, users'' first; the first that gives a value counts';
comment on column butler.header_rules.keywords is 'Keywords of the header, the preferred first';
comment on column butler.header_rules.conversion is 'How the text becomes a value; see butler.header_rule';
comment on column butler.header_rules.argument is 'What the conversion needs; see butler.header_rule';
comment on column butler.header_rules.condition is 'When the rule applies: {keyword or property, pattern}; NULL is always';
comment on column butler.header_rules.is_users is 'Whether a user added it';
grant select on butler.header_rules to almagest_reader;
