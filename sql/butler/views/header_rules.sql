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
  ('DECam', 'exposure_time', 1, '{EXPTIME,exposure}', 'number', null, null),
  ('DECam', 'dark_time', 1, '{DARKTIME}', 'number', null, null),
  ('DECam', 'target_name', 1, '{OBJECT}', 'text', null, null),
  ('DECam', 'science_program', 1, '{PROPID}', 'text', null, null),
  -- A bias sees no light, whatever filter its header names.
  ('DECam', 'physical_filter', 1, '{}', 'constant', '"solid plate 0.0 0.0"', '{"property": "observation_type", "pattern": "zero|bias"}'),
  ('DECam', 'physical_filter', 2, '{FILTER}', 'text', null, null),
  ('DECam', 'band', 1, '{}', 'constant', '"N/A"', '{"property": "physical_filter", "pattern": "^solid plate"}'),
  ('DECam', 'band', 2, '{FILTER}', 'pattern', '{"pattern": "^(\\S+)", "text": "$1"}', null),
  ('DECam', 'begin', 1, '{DATE-OBS}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'begin', 2, '{dateobs_min}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'end', 1, '{DTUTC}', 'time', '{"scale": "utc"}', null),
  ('DECam', 'tracking_ra', 1, '{TELRA}', 'hours', null, null),
  ('DECam', 'tracking_ra', 2, '{RA(deg)}', 'degrees', null, null),
  ('DECam', 'tracking_dec', 1, '{TELDEC,DEC(deg)}', 'degrees', null, null),
  -- No rotator: +Y is east and +X south, a rotation by 90 deg and a flip of X.
  ('DECam', 'sky_angle', 1, '{}', 'constant', '90', null),
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
   '{"hsc-g": "g", "hsc-r": "r", "hsc-r2": "r", "hsc-i": "i", "hsc-i2": "i", "hsc-z": "z", "hsc-y": "y", "*": "N/A"}', null),
  ('HSC', 'begin', 1, '{DATE-OBS,UT-STR}', 'time', '{"scale": "utc"}', null),
  ('HSC', 'end', 1, '{DATE-OBS,UT-END}', 'time', '{"scale": "utc"}', null),
  ('HSC', 'tracking_ra', 1, '{RA2000}', 'hours', null, null),
  ('HSC', 'tracking_dec', 1, '{DEC2000}', 'degrees', null, null),
  ('HSC', 'sky_angle', 1, '{}', 'linear', '{"terms": {"INST-PA": -1}, "add": 270, "modulo": 360}', null),
  ('HSC', 'azimuth', 1, '{}', 'linear', '{"terms": {"AZIMUTH": 1}, "modulo": 360}', null),
  ('HSC', 'zenith_angle', 1, '{}', 'linear', '{"terms": {"ALTITUDE": -1}, "add": 90}', null),
  ('HSC', 'detector', 1, '{DET-ID}', 'integer', null, null),
  ('HSC', 'can_see_sky', 1, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(science|object|standard_star|skyflat|focus|focusing|exp)$"}'),
  ('HSC', 'can_see_sky', 2, '{}', 'constant', 'false', '{"property": "observation_type", "pattern": "^(dark|bias|agexp|domeflat)$"}'),

  -- Rubin: LSE-400, headers of LSSTCam, LSSTComCam and LATISS. Controllers other than O counted apart at first, so
  -- their ids lie a thousand years later each, until their counters were joined (C: 2023-10-05; P, Q, S: 2025-04-18).
  ('Rubin', 'id', 1, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 1000000000000}',
   '{"keyword": "OBSID", "pattern": "_C_(20(1\\d|2[0-2])\\d{4}|20230\\d{3}|2023100[0-4])_"}'),
  ('Rubin', 'id', 2, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 2000000000000}',
   '{"keyword": "CONTRLLR", "pattern": "^H$"}'),
  ('Rubin', 'id', 3, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 3000000000000}',
   '{"keyword": "OBSID", "pattern": "_P_(20(1\\d|2[0-4])\\d{4}|20250[1-3]\\d\\d|202504(0\\d|1[0-7]))_"}'),
  ('Rubin', 'id', 4, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 4000000000000}',
   '{"keyword": "OBSID", "pattern": "_Q_(20(1\\d|2[0-4])\\d{4}|20250[1-3]\\d\\d|202504(0\\d|1[0-7]))_"}'),
  ('Rubin', 'id', 5, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}, "add": 5000000000000}',
   '{"keyword": "OBSID", "pattern": "_S_(20(1\\d|2[0-4])\\d{4}|20250[1-3]\\d\\d|202504(0\\d|1[0-7]))_"}'),
  ('Rubin', 'id', 6, '{}', 'linear', '{"terms": {"DAYOBS": 100000, "SEQNUM": 1}}', null),
  ('Rubin', 'observation_type', 1, '{IMGTYPE}', 'map', '{"object": "science", "skyexp": "science"}', null),
  ('Rubin', 'observation_type', 2, '{IMGTYPE}', 'lower', null, null),
  ('Rubin', 'observation_reason', 1, '{REASON,TESTTYPE}', 'lower', null, null),
  ('Rubin', 'day_obs', 1, '{DAYOBS}', 'integer', null, null),
  ('Rubin', 'obs_id', 1, '{OBSID}', 'text', null, null),
  ('Rubin', 'group', 1, '{GROUPID}', 'text', null, null),
  ('Rubin', 'seq_num', 1, '{SEQNUM}', 'integer', null, null),
  ('Rubin', 'seq_start', 1, '{}', 'linear', '{"terms": {"SEQNUM": 1, "CURINDEX": -1}, "add": 1}', null),
  ('Rubin', 'seq_end', 1, '{}', 'linear', '{"terms": {"SEQNUM": 1, "MAXINDEX": 1, "CURINDEX": -1}}', null),
  ('Rubin', 'exposure_time', 1, '{EXPTIME,SHUTTIME}', 'number', null, null),
  ('Rubin', 'dark_time', 1, '{DARKTIME}', 'number', null, null),
  ('Rubin', 'dark_time', 2, '{}', 'property', '"exposure_time"', null),
  ('Rubin', 'target_name', 1, '{OBJECT}', 'text', null, null),
  ('Rubin', 'science_program', 1, '{PROGRAM}', 'text', null, null),
  ('Rubin', 'physical_filter', 1, '{FILTER}', 'pattern', '{"pattern": "^(empty|EMPTY)_?\\d*$", "text": "empty"}', null),
  ('Rubin', 'physical_filter', 2, '{FILTER}', 'map', '{"none": "none"}', null),
  ('Rubin', 'physical_filter', 3, '{FILTER}', 'text', null, null),
  ('Rubin', 'physical_filter', 4, '{}', 'constant', '"unknown"', null),
  ('Rubin', 'band', 1, '{FILTBAND}', 'pattern', '{"pattern": "^([ugrizy])$", "text": "$1"}', null),
  ('Rubin', 'band', 2, '{FILTER}', 'pattern', '{"pattern": "^([ugrizy])_", "text": "$1"}', null),
  ('Rubin', 'band', 3, '{}', 'constant', '"unknown"', '{"property": "physical_filter", "pattern": "^unknown$"}'),
  ('Rubin', 'band', 4, '{}', 'constant', '"white"', null),
  ('Rubin', 'begin', 1, '{DATE-BEG}', 'time', '{"scale": "tai"}', null),
  ('Rubin', 'begin', 2, '{MJD-BEG,MJD-OBS}', 'time', '{"scale": "tai", "format": "mjd"}', null),
  ('Rubin', 'begin', 3, '{DATE-OBS}', 'time', '{"scale": "tai"}', null),
  ('Rubin', 'end', 1, '{DATE-END}', 'time', '{"scale": "tai"}', null),
  -- Darks may track, to test stability; other calibrations report a pointing that is none.
  ('Rubin', 'not_tracking', 1, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(bias|flat|cwflat|focus|engtest|ghost|spot|unknown|ptc)$"}'),
  ('Rubin', 'not_tracking', 2, '{}', 'constant', 'true', '{"keyword": "TRACKSYS", "pattern": "^(?!RADEC$).+"}'),
  ('Rubin', 'tracking_ra', 1, '{RASTART,RA}', 'degrees', null, '{"property": "not_tracking", "pattern": "^$"}'),
  ('Rubin', 'tracking_dec', 1, '{DECSTART,DEC}', 'degrees', null, '{"property": "not_tracking", "pattern": "^$"}'),
  ('Rubin', 'sky_angle', 1, '{}', 'linear', '{"terms": {"ROTPA": 1}, "modulo": 360}', '{"keyword": "ROTCOORD", "pattern": "^sky$"}'),
  ('Rubin', 'azimuth', 1, '{}', 'linear', '{"terms": {"AZSTART": 1}, "modulo": 360}', null),
  ('Rubin', 'zenith_angle', 1, '{}', 'linear', '{"terms": {"ELSTART": -1}, "add": 90}', null),
  ('Rubin', 'has_simulated', 1, '{}', 'constant', 'true', '{"keyword": "CONTRLLR", "pattern": "^[HPSQ]$"}'),
  ('Rubin', 'can_see_sky', 1, '{}', 'constant', 'false', '{"keyword": "SHUTTIME", "pattern": "^0(\\.0*)?$"}'),
  ('Rubin', 'can_see_sky', 2, '{VIGN_MIN}', 'map', '{"fully": "false", "unknown": "", "*": "true"}', null),
  ('Rubin', 'can_see_sky', 3, '{}', 'constant', 'true', '{"property": "observation_type", "pattern": "^(science|object|sky flat)$"}'),
  ('Rubin', 'can_see_sky', 4, '{}', 'constant', 'false', '{"property": "observation_type", "pattern": "^(bias|dark|flat)$"}'),

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
  ('DECam', 'DECam'), ('HSC', 'HSC'), ('LSSTCam', 'Rubin'), ('LSSTComCam', 'Rubin'), ('LATISS', 'Rubin')
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
