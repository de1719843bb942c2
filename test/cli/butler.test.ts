import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { butlerCommand } from '../../src/cli/butler.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { callsOf } from './support.ts';

const { folder, run, good, bad } = callsOf('butler', false);

const ids = { big: '9007199254740993', name: `x,"y' z` };

async function survey(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`
    select butler.create_registry('deep');
    insert into deep.instrument (name) values ('Cam');
    insert into deep.physical_filter (instrument, name, band) values ('Cam', 'g1', 'g');
    insert into deep.day_obs (instrument, id) values ('Cam', 20190401);
    insert into deep."group" (instrument, name) values ('Cam', 'all');
    insert into deep.detector (instrument, id, full_name) values ('Cam', 1, 'S1'), ('Cam', 2, 'S2');
    insert into deep.exposure (instrument, id, day_obs, "group", physical_filter, obs_id)
      values ('Cam', ${ids.big}, 20190401, 'all', 'g1', 'e1');
    select butler.register_dataset_type('bias', '{detector}', 'Exposure', true);
    select butler.register_dataset_type('raw', '{exposure,detector}', 'Exposure');
    select butler.register_collection('run');
    select butler.insert_datasets('raw', 'run', '[{"instrument":"Cam","exposure":${ids.big},"detector":1}]');
    select butler.insert_datasets('bias', 'run', '[{"instrument":"Cam","detector":1},{"instrument":"Cam","detector":2}]')`);
  return db;
}

test('registries: made, listed, checked, removed', async (t) => {
  await using db = await database();
  t.regex(good(t, db, 'create', 'one'), /one/);
  t.regex(bad(t, db, 'create', 'one'), /^error: .*one/);
  t.regex(good(t, db, 'list'), /name.*origin.*since[\s\S]*one/);
  t.is(JSON.parse(good(t, db, 'list', '--json'))[0].name, 'one');
  good(t, db, 'check');
  t.deepEqual(JSON.parse(good(t, db, 'check', '--json')), []);
  await db.query(`select butler.register_collection('broken', 'CHAINED'); insert into one.collection_flat
    select collection_id, 0, collection_id from one.collection`);
  const broken = run(db, 'check');
  t.is(broken.status, 1);
  t.regex(broken.stdout, /broken|collection_flat/);
  t.regex(bad(t, db, 'drop', 'one'), /--yes/);
  good(t, db, 'drop', 'one', '--yes');
  t.regex(
    bad(t, db, 'check', '--registry', 'one'),
    /^error: MissingRegistryError: .*\n(detail: .*\n)?hint: /,
  );
});

test('collections: names with commas and quotes, chains, trees, removal', async (t) => {
  await using db = await survey();
  good(t, db, 'register-collection', ids.name, '--doc', `it's`);
  good(t, db, 'register-collection', 'tag', '--type', 'TAGGED', '--json');
  const named = JSON.parse(good(t, db, 'query-collections', ids.name, '--json'));
  t.deepEqual([named[0].name, named[0].doc], [ids.name, `it's`]);
  good(t, db, 'collection-chain', 'inner', 'run,tag');
  t.deepEqual(JSON.parse(good(t, db, 'collection-chain', 'outer', 'inner', '--json')), ['inner']);
  t.regex(
    good(t, db, 'query-collections', 'outer', '--chains', 'tree'),
    /outer[\s\S]*\n\s+inner[\s\S]*\n\s+run/,
  );
  t.deepEqual(
    JSON.parse(good(t, db, 'query-collections', 'outer', '--chains', 'flatten', '--json')).map(
      ({ name }: { name: string }) => name,
    ),
    ['run', 'tag'],
  );
  t.regex(bad(t, db, 'collection-chain', 'inner', 'outer'), /^error: CollectionCycleError: /);
  t.regex(bad(t, db, 'remove-runs', 'run'), /^error: OrphanedRecordError: [\s\S]*hint: /);
  good(t, db, 'remove-collections', 'outer', 'inner', 'tag');
  good(t, db, 'remove-runs', 'run');
  t.is(JSON.parse(good(t, db, 'query-collections', '--json')).length, 1);
});

test('dataset types, datasets, data IDs, records: JSON has every digit', async (t) => {
  await using db = await survey();
  good(
    t,
    db,
    'register-dataset-type',
    'flat',
    'Exposure',
    'instrument',
    'detector,physical_filter',
    '--is-calibration',
  );
  t.regex(good(t, db, 'query-dataset-types', 'f*'), /flat/);
  good(t, db, 'remove-dataset-type', 'flat');
  const digits = new RegExp(`"exposure"\\s*:\\s*${ids.big}\\b`);
  t.regex(good(t, db, 'query-datasets', 'raw', '--collections', 'run', '--json'), digits);
  t.regex(good(t, db, 'query-datasets', 'raw', '--collections', 'run'), new RegExp(ids.big));
  t.regex(good(t, db, 'query-data-ids', 'exposure', '--where', "instrument='Cam'", '--json'), digits);
  t.regex(
    good(
      t,
      db,
      'query-dimension-records',
      'exposure',
      '--where',
      "instrument='Cam' and exposure.day_obs=night",
      '--bind',
      '{"night": 20190401}',
    ),
    new RegExp(ids.big),
  );
  t.regex(
    bad(t, db, 'query-datasets', 'nothing', '--collections', 'run'),
    /^error: MissingDatasetTypeError: /,
  );
  t.regex(bad(t, db, 'query-data-ids', 'exposure', '--where', 'instrument='), /^error: /);
  t.regex(bad(t, db, 'query-data-ids', 'exposure', '--limit', 'many'), /whole number/);
});

test('calibrations, tags, and their ways back', async (t) => {
  await using db = await survey();
  t.regex(good(t, db, 'certify-calibrations', 'run', 'calib', 'bias', '--begin-date', '2019-04-01'), /2/);
  t.regex(
    bad(t, db, 'certify-calibrations', 'run', 'calib', 'bias', '--begin-date', '2019-05-01'),
    /^error: ConflictingDefinitionError: /,
  );
  t.regex(bad(t, db, 'certify-calibrations', 'run', 'calib', 'raw'), /^error: /);
  good(t, db, 'decertify', 'calib', 'bias');
  good(t, db, 'register-collection', 'tag', '--type', 'TAGGED');
  t.regex(
    bad(t, db, 'certify-calibrations', 'tag', 'calib', 'bias'),
    /^error: DatasetNotFoundError: [\s\S]*hint: /,
  );
});

test('ingest, import, export', async (t) => {
  await using db = await survey();
  const header = path.join(folder, 'header.json');
  writeFileSync(
    header,
    JSON.stringify({
      INSTRUME: 'DECam',
      EXPNUM: 1,
      'DATE-OBS': '2019-04-02T05:06:18.4',
      FILTER: 'g',
      OBSTYPE: 'object',
    }),
  );
  t.regex(good(t, db, 'ingest', header), /1 headers? of 1 exposures?: 1 new/);
  const none = path.join(folder, 'none.fits');
  writeFileSync(none, 'no');
  const mixed = run(db, 'ingest', header, none, '--json');
  t.is(mixed.status, 1);
  t.is(JSON.parse(mixed.stdout).reports[0].outcome, 'same');
  t.regex(JSON.parse(mixed.stdout).unreadable[0], /none\.fits: /);
  const exported = path.join(folder, 'deep.yaml');
  good(t, db, 'export', exported);
  t.regex(readFileSync(exported, 'utf8'), new RegExp(ids.big));
  good(t, db, 'create', 'copy');
  t.regex(bad(t, db, 'query-collections'), /^error: MissingRegistryError: [\s\S]*hint: /);
  t.deepEqual(JSON.parse(good(t, db, 'import', exported, '--registry', 'copy', '--json')).datasets, {
    raw: 1,
    bias: 2,
  });
  t.regex(
    good(t, db, 'query-datasets', 'raw', '--collections', 'run', '--registry', 'copy', '--json'),
    new RegExp(ids.big),
  );
  t.regex(bad(t, db, 'import', header, '--registry', 'copy'), /^error: .*header\.json/);
  t.regex(
    bad(t, db, 'register-instrument', 'Nobody', '--registry', 'copy'),
    /^error: DataIdValueError: [\s\S]*hint: /,
  );
  t.regex(good(t, db, 'register-instrument', 'HSC', '--registry', 'copy'), /HSC is registered/);
});

test('unknown commands, options, databases: an error, and no trace of the program', (t) => {
  t.regex(bad(t, undefined, 'query-collection'), /unknown command[\s\S]*query-collections/);
  t.regex(bad(t, undefined, 'query-collections', '--chain', 'tree'), /unknown option/);
  t.regex(bad(t, undefined, 'list', '--database', 'postgresql://nobody@127.0.0.1:1/x'), /^error: /);
});

test('every command explains itself, with an example', (t) => {
  for (const command of butlerCommand().commands) {
    const texts: string[] = [];
    command.configureOutput({ writeOut: (text) => texts.push(text) }).outputHelp();
    const help = texts.join('');
    t.regex(help, new RegExp(`Examples?:\\n(  .*\\n)*  almagest butler ${command.name()}`), command.name());
    t.true(command.description().length > 0);
  }
});
