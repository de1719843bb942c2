create or replace view butler.translators as
select
  name, instrument, class_name, day_obs_offset_s, visit_system, visit_max, exposure_max, detector_max, recognise,
  false as is_users
from (values
  ('DECam', 'DECam', 'lsst.obs.decam.DarkEnergyCamera', 43200, 0::int8, 33554432::int8, 33554432::int8, 100::int8,
   '[{"keyword": "INSTRUME", "pattern": "^DECam$"}, {"keyword": "FILTER", "pattern": "DECam"},
     {"keyword": "archive_filename", "pattern": "c4d_"}]'::jsonb),
  ('HSC', 'HSC', 'lsst.obs.subaru.HyperSuprimeCam', 0, 0, 21474800, 21474800, 200,
   '[{"keyword": "INSTRUME", "pattern": "^Hyper Suprime-Cam$"}, {"keyword": "EXP-ID", "pattern": "^HSC"},
     {"keyword": "FRAMEID", "pattern": "^HSC"}]'),
  ('LSSTCam', 'LSSTCam', 'lsst.obs.lsst.LsstCam', 43200, 2, 7050123199999, 7050123199999, 1000,
   '[{"keyword": "INSTRUME", "pattern": "^lsstCam$"}]'),
  ('LSSTComCam', 'LSSTComCam', 'lsst.obs.lsst.LsstComCam', 43200, 2, 7050123199999, 7050123199999, 1000,
   '[{"keyword": "INSTRUME", "pattern": "^(ComCam|LSSTComCam)$"}]'),
  ('LATISS', 'LATISS', 'lsst.obs.lsst.Latiss', 43200, 2, 7050123199999, 7050123199999, 1000,
   '[{"keyword": "INSTRUME", "pattern": "^(LATISS|LSST_ATISS)$"}]')
) as known (
  name, instrument, class_name, day_obs_offset_s, visit_system, visit_max, exposure_max, detector_max, recognise)
where name not in (select t.name from butler.translator t)
union all
select
  name, instrument, class_name, day_obs_offset_s, visit_system, visit_max, exposure_max, detector_max, recognise, true
from butler.translator;

comment on view butler.translators is 'Instruments whose headers butler.translate_headers reads: those that come with Almagest, and what users put into butler.translator, which replaces one of the same name';
comment on column butler.translators.name is 'Name of the set of rules';
comment on column butler.translators.instrument is 'Name of the instrument in registries';
comment on column butler.translators.class_name is 'Python class of the instrument, for clients of the Data Butler';
comment on column butler.translators.day_obs_offset_s is 'How long after 0 h TAI a day of observation begins [s]';
comment on column butler.translators.visit_system is 'Code of the instrument''s own visit system';
comment on column butler.translators.visit_max is 'Upper bound of visit ids, exclusive';
comment on column butler.translators.exposure_max is 'Upper bound of exposure ids, exclusive';
comment on column butler.translators.detector_max is 'Upper bound of detector ids, exclusive';
comment on column butler.translators.recognise is 'Which headers it reads: an array of conditions as in butler.header_rule on keywords, one of which must hold';
comment on column butler.translators.is_users is 'Whether a user added it';
grant select on butler.translators to almagest_reader;
