/**
 * ObsCore tables built at once, against what the reference's exporter wrote from the same registry: equal rows,
 * column for column, but for its listed defects, each of which is named.
 */
import type { ExecutionContext } from 'ava';
import type { TestDatabase } from '../../support/database.ts';
import { fixtureTest } from '../../support/fixtures.ts';
import { circumstancesOf } from './circumstances.ts';
import { registry } from './registry.ts';
import {
  type Comparison,
  type Config,
  compareRows,
  fullConfig,
  jsonLines,
  ownRows,
  type Row,
} from './rows.ts';

/** A table of this configuration, built at once; its rows. */
async function build(db: TestDatabase, name: string, config: Config, mode = 'live'): Promise<Row[]> {
  await db.query('select obscore.create($1, $2, $3, published => false)', [
    'public',
    JSON.stringify({ ...config, table_name: name }),
    mode,
  ]);
  return ownRows(await db.query(`select * from public.${name}`));
}

function report(t: ExecutionContext, { wrong, better }: Comparison): void {
  for (const difference of better) t.log(difference);
  t.deepEqual(wrong, []);
}

/** Only these dataset types, under these conditions. */
function restricted(conditions: Readonly<Record<string, string | undefined>>): Config {
  const config = fullConfig();
  return {
    ...config,
    dataset_types: Object.fromEntries(
      Object.entries(config.dataset_types).filter(([name]) => name in conditions),
    ),
    dataset_type_constraints: Object.fromEntries(
      Object.entries(conditions).flatMap(([name, where]) => (where ? [[name, [{ where }]]] : [])),
    ),
  };
}

/** Without the columns that the reference's VOTable cannot hold: constants and booleans. */
function votable(): Config {
  const config = fullConfig();
  const { const_int, const_float, const_bool, const_str, is_det1, ...rest } =
    config.extra_columns as object as Record<string, unknown>;
  return { ...config, extra_columns: rest };
}

const answers: readonly (readonly [file: string, config: () => Config])[] = [
  ['export_chain_DR', fullConfig],
  ['export_run_a_only', () => ({ ...fullConfig(), collections: ['runs/a'] })],
  ['export_tagged_best', () => ({ ...fullConfig(), collections: ['best'] })],
  ['export_null_string_empty', () => restricted({ deepCoadd: undefined })],
  ['export_votable_DR', votable],
  ['export_where0_calexp', () => restricted({ calexp: "instrument = 'SynthCam' and visit = 101" })],
  ['export_where0_raw', () => restricted({ raw: "instrument = 'SynthCam' and exposure = 101" })],
  [
    'export_where0_deepCoadd',
    () => restricted({ deepCoadd: "skymap = 'fx_map' and tract = 0 and band = 'g'" }),
  ],
  [
    'export_where1_calexp',
    () => restricted({ calexp: "instrument = 'SynthCam' and detector in (1, 2) and visit > 101" }),
  ],
  [
    'export_where1_raw',
    () => restricted({ raw: "instrument = 'SynthCam' and detector in (1, 2) and exposure > 101" }),
  ],
  [
    'export_where1_deepCoadd',
    () => restricted({ deepCoadd: "skymap = 'fx_map' and tract = 1 and patch < 2 and band = 'r'" }),
  ],
  ['export_where2_calexp', () => restricted({ calexp: "band = 'r'" })],
  ['export_where2_raw', () => restricted({ raw: "band = 'r'" })],
  ['export_where2_deepCoadd', () => restricted({ deepCoadd: "band = 'r'" })],
];

for (const [index, [file, config]] of answers.entries())
  fixtureTest(`${file}: the same rows`, async (t) => {
    const db = await registry();
    const ours = await build(db, `answer_${index}`, config());
    report(t, compareRows(ours, jsonLines(`${file}.jsonl`), 'lsst_id', await circumstancesOf(db)));
    t.deepEqual(await db.query('select * from obscore.verify($1)', [`answer_${index}`]), []);
  });

fixtureTest('export_minimal: the same rows, without any option', async (t) => {
  const db = await registry();
  const minimal = {
    facility_name: 'F',
    collections: ['DR'],
    dataset_types: { calexp: { dataproduct_type: 'image', calib_level: 2 } },
  };
  const theirs = jsonLines('export_minimal.jsonl');
  const facts = await circumstancesOf(db);
  const polygon = (row: Row) =>
    facts.get(row.registry_dataset_id as string)!.region_kinds[0] === 'ConvexPolygon';
  const text = (row: Row) => JSON.stringify(Object.keys(theirs[0]!).map((name) => row[name]));
  const ours = await build(db, 'minimal', minimal);
  t.deepEqual(
    ours.filter(polygon).map(text).sort(),
    theirs
      .filter((row) => row.s_region !== null)
      .map(text)
      .sort(),
  );
  // Of the others, the reference has no spatial columns, and no row where there is no record of the region.
  const theirRest = theirs.filter((row) => row.s_region === null).map(text);
  for (const row of ours.filter((row) => !polygon(row))) {
    const place = theirRest.indexOf(text({ ...row, s_ra: null, s_dec: null, s_fov: null, s_region: null }));
    if (place >= 0) theirRest.splice(place, 1);
    else t.true(facts.get(row.registry_dataset_id as string)!.region_kinds.includes(null), text(row));
  }
  t.deepEqual(theirRest, []);
});

for (const mode of ['manual', 'matview'])
  fixtureTest(`a table of mode ${mode} has the rows of a live one`, async (t) => {
    const db = await registry();
    const ours = await build(db, `answer_${mode}`, fullConfig(), mode);
    report(t, compareRows(ours, jsonLines('export_chain_DR.jsonl'), 'lsst_id', await circumstancesOf(db)));
  });
