import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { fixtureTest } from '../support/fixtures.ts';
import { restoreRegistry } from './registry_catalog.ts';

const a = '00000000-0000-0000-0000-00000000000a';
const b = '00000000-0000-0000-0000-00000000000b';

/** A small registry that keeps every rule: two biases, one of them tagged and certified, and a tract. */
async function soundRegistry(): Promise<TestDatabase> {
  const db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await db.query(`select butler.register_dataset_type('bias', '{detector}', 'ExposureF', true, 'deep')`);
  await db.client.query(`
    insert into deep.instrument (name) values ('Cam');
    insert into deep.detector (instrument, id) values ('Cam', 1), ('Cam', 2);
    insert into deep.skymap (name) values ('rings');
    insert into deep.tract (skymap, id, region)
    values ('rings', 1, sky.region_to_base64(sky.region_from_pos('CIRCLE 10 20 1')));
    insert into deep.tract_skypix_overlap_summary values ('htm', 7, 'rings');
    insert into deep.patch_skypix_overlap_summary values ('htm', 7, 'rings');
    insert into deep.visit_skypix_overlap_summary values ('htm', 7, 'Cam');
    insert into deep.visit_detector_region_skypix_overlap_summary values ('htm', 7, 'Cam');
    insert into deep.tract_skypix_overlap (skypix_system, skypix_level, skymap, tract, skypix_index)
    select 'htm', 7, 'rings', id, pixel
    from deep.tract, unnest(sky.htm_envelope(sky.region_from_base64(region), 7)) pixels,
         generate_series(lower(pixels), upper(pixels) - 1) pixel;
    insert into deep.collection (collection_id, name, type)
    values (1, 'run', 1), (2, 'tagged', 2), (3, 'chain', 3), (4, 'calib', 4), (5, 'top', 3), (6, 'run2', 1);
    insert into deep.run (collection_id) values (1), (6);
    insert into deep.collection_chain values (3, 0, 1), (3, 1, 2), (5, 0, 3);
    insert into deep.collection_summary_dataset_type
    select c, t.id from deep.dataset_type t, unnest('{1,2,4,6}'::int[]) c;
    insert into deep.collection_summary_instrument select c, 'Cam' from unnest('{1,2,4,6}'::int[]) c;
    insert into deep.dataset (id, dataset_type_id, ingest_date, run_id)
    select u.id, t.id, 0, 1 from deep.dataset_type t, unnest('{${a},${b}}'::uuid[]) u (id);
    insert into deep.dataset_tags_00000001 (dataset_type_id, dataset_id, collection_id, instrument, detector)
    select t.id, v.id::uuid, v.collection, 'Cam', v.detector
    from deep.dataset_type t, (values ('${a}', 1, 1), ('${b}', 1, 2), ('${a}', 2, 1)) v (id, collection, detector);
    insert into deep.dataset_calibs_00000001
      (id, dataset_type_id, dataset_id, collection_id, instrument, detector, timespan)
    select 1, t.id, '${a}', 4, 'Cam', 1, '[0,10)' from deep.dataset_type t`);
  return db;
}

/** Each breaks one rule: what is done, and what is found. */
const breaks: { does: string; sql: string; finds: [problem: string, object: string, detail: string][] }[] = [
  {
    does: 'a chain is made to contain itself',
    sql: 'insert into deep.collection_chain values (3, 2, 5)',
    finds: [
      ['chain contains itself', 'collection_chain', 'chain > top > chain'],
      ['chain contains itself', 'collection_chain', 'top > chain > top'],
    ],
  },
  {
    does: 'a link is removed behind the triggers',
    sql: 'delete from deep.collection_chain where parent = 3 and child = 1',
    finds: [
      ['collection_flat is not what the chain says', 'collection_flat', 'chain'],
      ['collection_flat is not what the chain says', 'collection_flat', 'top'],
    ],
  },
  {
    does: 'collection_flat loses a chain, and gains one',
    sql: 'update deep.collection_flat set parent = 4 where parent = 3',
    finds: [
      ['collection_flat is not what the chain says', 'collection_flat', 'calib'],
      ['collection_flat is not what the chain says', 'collection_flat', 'chain'],
    ],
  },
  {
    does: 'a child is in a chain twice',
    sql: 'insert into deep.collection_chain values (3, 7, 1)',
    finds: [['chain holds a child twice', 'collection_chain', 'chain: run']],
  },
  {
    does: 'a position is taken twice',
    sql: `alter table deep.collection_chain drop constraint collection_chain_pkey;
          update deep.collection_chain set position = 0 where parent = 3 and position = 1;
          update deep.collection_flat set rank = rank`,
    finds: [['position is taken twice', 'collection_chain', 'chain: 0']],
  },
  {
    does: 'a collection that is no chain has children',
    sql: `insert into deep.collection_chain values (2, 0, 1); insert into deep.collection_flat values (2, 0, 1)`,
    finds: [['only a chain has children', 'collection_chain', 'tagged, of type 2']],
  },
  {
    does: 'a collection has a type that there is not',
    sql: `insert into deep.collection values (9, 'odd', 7)`,
    finds: [['collection is of no type', 'collection', 'odd: 7']],
  },
  {
    does: 'a run loses its row, and another collection has one',
    sql: 'update deep.run set collection_id = 2 where collection_id = 6',
    finds: [
      ['run without its row', 'run', 'run2'],
      ['row of a run that is none', 'run', 'tagged, of type 2'],
    ],
  },
  {
    does: 'a dataset loses its place in its run',
    sql: `delete from deep.dataset_tags_00000001 where dataset_id = '${b}'`,
    finds: [['dataset is not in its run', 'dataset_tags_00000001', `bias ${b} in run`]],
  },
  {
    does: 'a dataset is in the run of another',
    sql: `insert into deep.dataset_tags_00000001 (dataset_type_id, dataset_id, collection_id, instrument, detector)
          select id, '${a}', 6, 'Cam', 1 from deep.dataset_type`,
    finds: [['dataset is in a run that is not its own', 'dataset_tags_00000001', `bias ${a} in run2`]],
  },
  {
    does: 'two datasets have one data ID',
    sql: `alter table deep.dataset_tags_00000001
            drop constraint dataset_tags_00000001_unq_dataset_type_id_collection_i_${'%'};
          update deep.dataset_tags_00000001 set detector = 1 where dataset_id = '${b}'`,
    finds: [
      [
        'data ID is taken twice',
        'dataset_tags_00000001',
        'bias {"instrument" : "Cam", "detector" : 1} in run',
      ],
    ],
  },
  {
    does: 'a calibration is tagged, and a tag certified',
    sql: `update deep.collection set type = 5 - type / 2 where collection_id in (2, 4);
          update deep.collection set type = case collection_id when 2 then 4 else 2 end where collection_id in (2, 4)`,
    finds: [
      [
        'collection is of the wrong type to hold the dataset',
        'dataset_tags_00000001',
        `bias ${a} in tagged, of type 4`,
      ],
      [
        'collection is of the wrong type to hold the dataset',
        'dataset_calibs_00000001',
        `bias ${a} in calib, of type 2`,
      ],
    ],
  },
  {
    does: 'validity ranges overlap',
    sql: `alter table deep.dataset_calibs_00000001 drop constraint dataset_calibs_00000001_almagest_validity;
          insert into deep.dataset_calibs_00000001
            (id, dataset_type_id, dataset_id, collection_id, instrument, detector, timespan)
          select 2, id, '${b}', 4, 'Cam', 1, '[5,6)' from deep.dataset_type`,
    finds: [
      [
        `addition is missing: select butler.attach('deep')`,
        'additions',
        'dataset_calibs_00000001_almagest_validity',
      ],
      [
        'validity ranges overlap',
        'dataset_calibs_00000001',
        `bias {"instrument" : "Cam", "detector" : 1} in calib: dataset ${a} [0,10) and dataset ${b} [5,6)`,
      ],
    ],
  },
  {
    does: 'summaries forget what is there',
    sql: `delete from deep.collection_summary_dataset_type where collection_id = 2;
          delete from deep.collection_summary_instrument where collection_id = 4`,
    finds: [
      [
        'summary does not cover what the collection holds',
        'dataset_tags_00000001',
        '{"collection_id" : 2, "dataset_type_id" : 1}',
      ],
      [
        'summary does not cover what the collection holds',
        'dataset_calibs_00000001',
        '{"collection_id" : 4, "instrument" : "Cam"}',
      ],
    ],
  },
  {
    does: 'a record is gone that others need',
    sql: 'delete from deep.detector where id = 2',
    finds: [['detector is missing', 'dataset_tags_00000001', '{"instrument" : "Cam", "detector" : 2}']],
  },
  {
    does: 'a dataset is gone, and its associations stay',
    sql: `delete from deep.dataset where id = '${b}'`,
    finds: [['dataset is missing', 'dataset_tags_00000001', `{"dataset_id" : "${b}"}`]],
  },
  {
    does: 'pixels of a region are gone',
    sql: `delete from deep.tract_skypix_overlap where skypix_index = (select max(skypix_index) from deep.tract_skypix_overlap)`,
    finds: [
      ['pixels of the region are missing', 'tract_skypix_overlap', '{"skymap" : "rings", "tract" : 1}'],
    ],
  },
  {
    does: 'an instrument comes without saying that pixels of its regions are kept',
    sql: `insert into deep.instrument (name) values ('New'); delete from deep.patch_skypix_overlap_summary`,
    finds: [
      ...['visit_skypix_overlap_summary', 'visit_detector_region_skypix_overlap_summary'].map(
        (table): [string, string, string] => [
          `pixels are not announced: select butler.attach('deep')`,
          table,
          '{"instrument" : "New"}',
        ],
      ),
      [
        `pixels are not announced: select butler.attach('deep')`,
        'patch_skypix_overlap_summary',
        '{"skymap" : "rings"}',
      ],
    ],
  },
  {
    does: 'a table of associations is gone',
    sql: 'drop table deep.dataset_calibs_00000001',
    finds: [
      [
        'table or column is missing',
        'dataset_calibs_00000001',
        'id, dataset_type_id, dataset_id, collection_id, instrument, detector, timespan',
      ],
    ],
  },
  {
    does: 'a dataset type names other tables',
    sql: `update deep.dataset_type set tag_association_table = 'dataset_tags_00000009'`,
    finds: [
      [
        'dataset type names the wrong tables or dimensions',
        'dataset_type',
        'bias: dimensions 1, dataset_tags_00000009, dataset_calibs_00000001',
      ],
    ],
  },
  {
    does: 'triggers and indexes are gone or switched off',
    sql: `alter table deep.collection_chain disable trigger almagest_flat_update;
          drop index deep.dataset_tags_00000001_almagest_data_id;
          delete from deep.collection_flat_edit`,
    finds: [
      [
        `addition is missing: select butler.attach('deep')`,
        'additions',
        'dataset_tags_00000001_almagest_data_id',
      ],
      [
        `addition is missing: select butler.attach('deep')`,
        'additions',
        'almagest_flat_update on collection_chain',
      ],
      [`addition is missing: select butler.attach('deep')`, 'additions', 'the row of collection_flat_edit'],
    ],
  },
];

test('a sound registry has nothing wrong, and each broken rule is found and named', async (t) => {
  await using db = await soundRegistry();
  t.deepEqual(await db.query(`select * from butler.check('deep')`), []);
  const [{ conname }] = await db.query<{ conname: string }>(
    `select conname from pg_constraint where conrelid = 'deep.dataset_tags_00000001'::regclass and contype = 'u'`,
  );
  for (const { does, sql, finds } of breaks) {
    await db.client.query('begin; set local session_replication_role = replica');
    await db.client.query(sql.replace(/\w+%/, conname));
    const found = await db.query<{ problem: string; object: string; detail: string }>(
      `select * from butler.check('deep')`,
    );
    await db.query('rollback');
    const all = found.map(({ problem, object, detail }) => [problem, object, detail]);
    for (const finding of finds)
      t.true(
        all.some((other) => JSON.stringify(other) === JSON.stringify(finding)),
        `${does}: ${JSON.stringify(all)}`,
      );
  }
  t.deepEqual(await db.query(`select * from butler.check('deep')`), []);
});

test('what is missing of the static tables is all that is said', async (t) => {
  await using db = await soundRegistry();
  await db.query('drop table deep.collection_chain');
  t.deepEqual(await db.query(`select * from butler.check('deep')`), [
    { problem: 'table or column is missing', object: 'collection_chain', detail: 'parent, position, child' },
  ]);
});

test('many cases of one kind are cut', async (t) => {
  await using db = await soundRegistry();
  await db.query('set session_replication_role = replica');
  await db.query(
    `insert into deep.collection (collection_id, name, type) select n, 'many' || n, 1 from generate_series(100, 300) n`,
  );
  const found = await db.query<{ detail: string }>(`select * from butler.check('deep')`);
  t.is(found.length, 101);
  t.is(found.at(-1)?.detail, 'and more of them');
});

fixtureTest('a registry that a client filled has nothing wrong', async (t) => {
  await using db = await database();
  restoreRegistry(db.url);
  await db.query(`select butler.attach('public')`);
  t.deepEqual(await db.query(`select * from butler.check('public')`), []);
});
