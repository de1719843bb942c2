/** Headers of real cameras, translated: their exposures are those of clients of the Data Butler. */
import { readObservationHeaders } from '../../src/butler/headers.ts';
import { cardsJson } from '../../src/butler/ingest.ts';
import { dataPath, dataTest } from '../support/fixtures.ts';
import { registry } from './collection_support.ts';

/** What butler.translate_headers gives for each file, or the problem with it. */
async function translations(files: readonly string[], columns = ''): Promise<unknown[]> {
  await using db = await registry();
  const headers = [];
  for (const file of files)
    headers.push(...(await readObservationHeaders(dataPath('butler', 'headers', file))));
  const rows = await db.query<{ row: unknown }>(
    `select coalesce(to_jsonb(t.problem), jsonb_build_array(${columns
      .split(' ')
      .map((column) => {
        const [name, part] = column.split('.');
        if (part) return `t.exposure -> '${name}' -> '${part}'`;
        return ['band', 'physical_filter', 'detector'].includes(column)
          ? `t.${column}`
          : `t.exposure -> '${name}'`;
      })
      .join(', ')})) #>> '{}' as row
     from butler.translate_headers($1) t order by t.place`,
    [`[${headers.map(({ cards }) => cardsJson(cards)).join(',')}]`],
  );
  return rows.map(({ row }) => row);
}

/** Rows as jsonb writes them. */
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim());

const decam = [
  'fitsheader-decam.yaml',
  'fitsheader-decam-0160496.yaml',
  'fitsheader-decam-calexp-0412037_10.yaml',
  'fitsheader-decam-instcal-c4d_190402_050618_ooi_VR_v1.yaml',
  'fitsheader-decam-raw_dec050441_25.yaml',
];
const hsc = ['fitsheader-hsc.yaml', 'fitsheader-hsc-HSCA04090107.yaml', 'fitsheader-hsc-HSCA04090107.json'];
const rubin = [
  'comCam-CC_O_20241108_000266_R22_S00.yaml',
  'latiss-AT_O_20240624_000106_R00_S00.yaml',
  'lsstCam-MC_O_20250415_000060_R01_S01.yaml',
  'lsstCam-MC_O_20250415_000228_R10_S20.yaml',
  'lsstCam-MC_O_20250422_000250_R01_S01.yaml',
  'lsstCam-MC_O_20250609_000578_R01_S01.yaml',
  'lsstCam-MC_O_20251121_000156_R44_SW0.json',
  'lsstCam-MC_O_20260315_000051_R01_S01.yaml',
].map((file) => `obs_lsst/${file}`);

const names =
  'id obs_id day_obs physical_filter band observation_type observation_reason target_name science_program group ' +
  'seq_num seq_start seq_end detector can_see_sky';
const values =
  'exposure_time dark_time timespan.begin_ns timespan.end_ns tracking_ra tracking_dec sky_angle azimuth ' +
  'zenith_angle has_simulated';

dataTest('DECam: what was exposed', async (t) => {
  t.deepEqual(
    await translations(decam, names),
    lines(`
    [229388, "ct4m20130901t060255", 20130831, "z DECam SDSS c0004 9260.0 1520.0", "z", "science", "science", "DES supernova hex SN-S1 tiling 22", "2012B-0001", "229388", 229388, 229388, 229388, "25", true]
    [160496, "ct4m20121211t220632", 20121211, "solid plate 0.0 0.0", "opaque", "zero", "unknown", "postflats-BIAS", "2012B-0416", "160496", 160496, 160496, 160496, "25", false]
    [412037, "ct4m20150220t004721", 20150219, "g", "g", "science", "science", "Blind15A_03", "2015A-0608", "412037", 412037, 412037, 412037, "1", true]
    [845291, "ct4m20190402t050618", 20190401, "VR DECam c0007 6300.0 2600.0", "VR", "science", "science", "", "2019A-0337", "845291", 845291, 845291, 845291, "1", true]
    [177764, "ct4m20130213t090140", 20130212, "g DECam SDSS c0001 4720.0 1520.0", "g", "science", "science", "Trifid and Lagoon", "2013A-0351", "177764", 177764, 177764, 177764, "25", true]
  `),
  );
});

dataTest('DECam: when, how long and where; a nebula whose telescope position was wrong', async (t) => {
  t.deepEqual(
    await translations(decam, values),
    lines(`
    [200, 201.15662, "1378015410753848000", "1378015711000000000", 42.81995833333334, -0.0015830555555555554, 90, 61.24, 50.46, false]
    [0, 0.0407898, "1355263627859252000", "1355263674000000000", 341.603025, 20.788888055555557, 90, null, null, false]
    [86, 87.1054702, "1424393276127000000", "1424393411000000000", 138.38008333333332, -2.300305, 90, 67.9464, 53.22, false]
    [120, 120.7646399, "1554181615382875000", "1554181735382875000", 215.87037083333334, -13.60661111111111, 90, 52.8675, 24.84, false]
    [30, 31.1290202, "1360746135966998000", "1360779041000000000", 270.6114705, -23.786166055555555, 90, 99.51, 55.59, false]
  `),
  );
});

dataTest('HSC: what was exposed, when and where, from YAML and JSON', async (t) => {
  t.deepEqual(
    await translations(hsc, names),
    lines(`
    [904024, "HSCA90402400", 20131102, "HSC-I", "i", "science", "science", "STRIPE82L", "o13015", "904024", 904024, 904024, 904024, "50", true]
    [40900, "HSCA04090000", 20151010, "HSC-R", "r", "science", "science", "SSP-Wide", "o15426", "40900", 40900, 40900, 40900, "37", true]
    [40900, "HSCA04090000", 20151010, "HSC-R", "r", "science", "science", "SSP-Wide", "o15426", "40900", 40900, 40900, 40900, "37", true]
  `),
  );
  t.deepEqual(
    await translations(hsc, values),
    lines(`
    [30, 30, "1383372990908000000", "1383373022928000000", 320.749925, 0.5000194444444445, 270, 226.68922661, 26.956407669999997, false]
    [150, 150, "1444465242598000000", "1444465394454000000", 21.157237499999997, 1.2597583333333333, 270, 115.5571586, 37.35041361, false]
    [150, 150, "1444465242598000000", "1444465394454000000", 21.157237499999997, 1.2597583333333333, 270, 115.5571586, 37.35041361, false]
  `),
  );
});

dataTest('Rubin: what was exposed; filters and programs that headers named wrongly', async (t) => {
  t.deepEqual(
    await translations(rubin, names),
    lines(`
    [2024110800266, "CC_O_20241108_000266", 20241108, "g_01", "g", "science", "science", "slew_icrs", "PP-SURVEY", "2024-11-09T06:33:55.311", 266, 266, 266, null, true]
    [2024062400106, "AT_O_20240624_000106", 20240624, "SDSSr_65mm~empty", "r", "cwfs", "intra", "HD 131586", "cwfs", "2024-06-25T01:26:31.895#1", 106, 106, 106, "0", true]
    [2025041500060, "MC_O_20250415_000060", 20250415, "i_39", "i", "acq", "first_focus", "Vela_SNR", "BLOCK-T434", "2025-04-16T00:53:10.143", 60, 60, 60, null, true]
    [2025041500228, "MC_O_20250415_000228", 20250415, "i_39", "i", "acq", "infocus_clt-001", "UNKNOWN", "BLOCK-T417", "2025-04-16T07:03:14.565#1", 228, 228, 228, null, true]
    [2025042200250, "MC_O_20250422_000250", 20250422, "r_57", "r", "acq", "infocus_clt-001", "Rubin_SV_216_-17", "BLOCK-T417", "2025-04-23T03:52:21.287", 250, 250, 250, null, true]
    [2025060900578, "MC_O_20250609_000578", 20250609, "z_20", "z", "science", "field_survey_science", "Rubin_SV_320_-15", "BLOCK-365", "2025-06-10T07:31:26.692", 578, 578, 578, null, true]
    [2025112100156, "MC_O_20251121_000156", 20251121, "i_39", "i", "science", "too_gw_case_large_1_i3", "UNKNOWN", "BLOCK-407", "2025-11-22T03:25:16.951", 156, 156, 156, null, null]
    [2026031500051, "MC_O_20260315_000051", 20260315, "i_39", "i", "dark", "tmacheckout", "azel_target", "BLOCK-T250", "2026-03-15T22:50:34.110", 51, 51, 51, null, false]
  `),
  );
});

dataTest('Rubin: when, how long and where; rotations that headers gave wrongly', async (t) => {
  t.deepEqual(
    await translations(rubin, values),
    lines(`
    [30, 30.4306, "1731134081323009729", "1731134111754000000", 53.312407782266014, -27.994761670941685, 102.79926387330579, 270.86285009978087, 20.273438733832805, false]
    [30, 30.2407, "1719278875160001218", "1719278905400000000", 223.77379669301, -20.013429451065846, 98.63385126206754, 356.63402266391336, 10.144164659476743, false]
    [15, 15.9548, "1744764793572820723", "1744764809528000000", 127.50084038794044, -44.200057330111896, -43.62470328866432, 221.749142212668, 20.606790064171705, false]
    [30, 30.9422, "1744786998051939905", "1744787028994000000", 198.79247419266713, -23.613888741010378, 28.988651816521724, 270.2740848643762, 36.4378157964152, false]
    [15, 15.9482, "1745381230702699721", "1745381246651000000", 216.1013764360083, -16.70004329819172, 138.6291409919304, 46.9864242907015, 18.609742847711203, false]
    [30, 30.9487, "1749540715279841423", "1749540746229000000", 320.62765763456287, -17.941424031063683, 131.35723576573005, 60.273964256114, 22.007394593297093, false]
    [30, 30.9318, "1763781961474572122", "1763781992406000000", null, null, null, null, null, false]
    [5, 5.01371, "1773615054832461476", "1773615059846000000", null, null, null, 359.4198396779413, 46.18874817505, false]
  `),
  );
});

dataTest('cameras without a translator are refused, and say so', async (t) => {
  const files = [
    'fitsheader-megaprime.yaml',
    'fitsheader-megaprime-calexp-849375-14.yaml',
    'fitsheader-sdss-fpC-006377-g4-0399.yaml',
    'fitsheader-suprimecam-CORR40535770.yaml',
    'fitsheader-hsc.json',
    'obsinfo-full.json',
  ];
  const problem = /^no translator recognises this header \(.*\)/;
  const problems = await translations(files);
  for (const [i, file] of files.entries()) t.regex(String(problems[i]), problem, file);
  t.regex(String(problems[0]), /INSTRUME is 'MegaPrime'/);
  t.regex(String(problems[4]), /it has no INSTRUME/);
});
