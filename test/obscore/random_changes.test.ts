/**
 * A thousand changes of a registry in several sessions at once, by the functions of the schema butler and by the
 * statements that clients send: in the end the ObsCore tables are what the registry says.
 */
import test from 'ava';
import type pg from 'pg';
import { create, dataIds, differences, square, surveyRegistry } from './survey_support.ts';

const sessions = 4;
const changesOfEach = 250;
/** All sessions stop so often, and the tables are compared with the registry. */
const rounds = 5;

type Random = (below: number) => number;

/** Numbers from 0 to below a bound, the same for a seed (a linear congruence of 2^32). */
function randomNumbers(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const runs = ['runs/a', 'runs/b', 'runs/c', 'runs/d', 'other/e'];
const chains = ['DR', 'inner', 'innermost'];

type Change = (session: pg.Client, random: Random) => Promise<unknown>;

const some = <T>(random: Random, values: readonly T[], most = values.length): T[] =>
  [...values]
    .map((value) => ({ value, key: random(1 << 30) }))
    .sort((one, other) => one.key - other.key)
    .slice(0, 1 + random(most))
    .map(({ value }) => value);

const one = <T>(random: Random, values: readonly T[]): T => values[random(values.length)]!;

const tags = (type: string) => `r.dataset_tags_${type === 'raw' ? '00000001' : '00000002'}`;

/** Ids of some datasets of one type. */
const choose = (random: Random, limit: number) => {
  const type = one(random, ['raw', 'calexp', 'calexp']);
  return `array(select distinct dataset_id from ${tags(type)} where ${type === 'raw' ? 'exposure' : 'visit'} = ${1 + random(10)}
    and detector <= ${random(4)} order by dataset_id limit ${1 + random(limit)})`;
};

const insert: Change = (session, random) => {
  const type = one(random, ['raw', 'calexp', 'calexp', 'calexp']);
  const ids = some(random, dataIds(type === 'raw' ? 'exposure' : 'visit', 1 + random(10), 1 + random(10)));
  const unique = [...new Map(ids.map((id) => [JSON.stringify(id), id])).values()];
  return session.query('select butler.insert_datasets($1, $2, $3)', [
    type,
    one(random, type === 'raw' ? ['raw/all', 'runs/a'] : runs),
    JSON.stringify(unique),
  ]);
};

const child = (name: string) => `(select collection_id from r.collection where name = '${name}')`;

/** Each with how often it comes. */
const changes: readonly (readonly [number, Change])[] = [
  [30, insert],
  [8, (session, random) => session.query(`select butler.remove_datasets(${choose(random, 4)})`)],
  [6, (session, random) => session.query(`delete from r.dataset where id = any (${choose(random, 2)})`)],
  [8, (session, random) => session.query(`select butler.associate('best', ${choose(random, 3)})`)],
  [5, (session, random) => session.query(`select butler.disassociate('best', ${choose(random, 4)})`)],
  [
    4,
    (session, random) =>
      session.query(
        `select butler.${one(random, ['prepend_chain', 'extend_chain', 'remove_from_chain', 'set_chain'])}($1, $2)`,
        [one(random, chains), some(random, [...runs, 'raw/all', ...chains.slice(1)], 4)],
      ),
  ],
  [
    // As the Data Butler's client does it.
    3,
    (session, random) => {
      const chain = one(random, chains);
      return session.query(`
        begin;
        select from r.collection where name = '${chain}' for update;
        delete from r.collection_chain where parent = ${child(chain)};
        insert into r.collection_chain (parent, position, child)
          select ${child(chain)}, n.place, c.collection_id
          from unnest('{${some(random, runs).join(',')}}'::text[]) with ordinality n (name, place)
          join r.collection c using (name);
        commit`);
    },
  ],
  [9, (session, random) => session.query('select butler.register_collection($1)', [one(random, runs)])],
  [1, (session, random) => session.query('select butler.remove_runs($1, true)', [some(random, runs, 1)])],
  [
    1,
    (session, random) =>
      session.query(`
        begin;
        delete from r.collection_chain where child = ${child(one(random, runs))};
        delete from r.collection where name = '${one(random, runs)}' and collection_id not in (select child from r.collection_chain);
        commit`),
  ],
  [
    6,
    (session, random) =>
      session.query(
        `insert into r.visit_definition (instrument, exposure, visit) values ('Cam', $1, $2) on conflict do nothing`,
        [1 + random(10), 1 + random(10)],
      ),
  ],
  [
    6,
    (session, random) =>
      session.query('delete from r.visit_definition where exposure = $1', [1 + random(10)]),
  ],
  [
    6,
    (session, random) =>
      session.query(
        `insert into r.visit_detector_region (instrument, visit, detector, region) select 'Cam', $1, d, $2 from generate_series(0, $3::int) d
         on conflict (instrument, visit, detector) do update set region = excluded.region`,
        [1 + random(10), square(random(360), random(80)), random(4)],
      ),
  ],
  [
    4,
    (session, random) =>
      session.query('delete from r.visit_detector_region where visit = $1 and detector = $2', [
        1 + random(10),
        random(4),
      ]),
  ],
  [
    4,
    (session, random) =>
      session.query(`update r.${one(random, ['exposure', 'visit'])} set target_name = $1 where id = $2`, [
        `target ${random(100)}`,
        1 + random(10),
      ]),
  ],
  [
    1,
    (session, random) =>
      session.query(`update r.physical_filter set band = $1 where name = 'g1'`, [one(random, ['g', 'z'])]),
  ],
];

const all = changes.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/**
 * What a session may be told: the dataset, data ID or collection is there already or is gone (BR…, 23…), or another
 * session was first (40001, 40P01).
 */
const expected = /^(BR0\d\d|23\d\d\d|40001|40P01)$/;

async function act(session: pg.Client, random: Random): Promise<string[]> {
  const codes: string[] = [];
  const kind = random(10);
  // Some changes alone, some together, some of a snapshot that grows old, some rolled back.
  const several = kind < 3 ? 1 + random(3) : 1;
  if (kind < 3)
    await session.query(`begin isolation level ${kind === 0 ? 'repeatable read' : 'read committed'}`);
  try {
    for (let n = 0; n < several; n++) await one(random, all)(session, random);
    if (kind < 3) await session.query(random(4) === 0 ? 'rollback' : 'commit');
  } catch (error) {
    codes.push((error as pg.DatabaseError).code ?? String(error));
    await session.query('rollback');
  }
  return codes;
}

test('a thousand random changes in several sessions', async (t) => {
  const seed = Number(process.env.ALMAGEST_SEED ?? 20261121);
  await using db = await surveyRegistry();
  await db.query(`
    select butler.register_collection(name) from unnest('{${runs.join(',')}}'::text[]) name;
    select butler.register_collection('inner', 'CHAINED'), butler.register_collection('innermost', 'CHAINED');
    select butler.set_chain('inner', '{innermost,runs/d}'), butler.set_chain('DR', '{runs/c,inner,runs/b,raw/all}')`);
  await create(db.client, { collections: ['best', 'DR'] });
  await create(db.client, { table_name: 'runs', collection_type: 'RUN', collections: ['runs/.*', 'raw/.*'] });
  await create(db.client, { table_name: 'tagged', collection_type: 'TAGGED', collections: ['best'] });
  await create(db.client, { table_name: 'manual', collections: ['inner', 'DR'] }, 'manual');
  const clients = await Promise.all(Array.from({ length: sessions }, () => db.connect()));
  const random = clients.map((_, place) => randomNumbers(seed + place));
  const codes: string[] = [];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      clients.map(async (client, place) => {
        for (let n = 0; n < changesOfEach / rounds; n++) codes.push(...(await act(client, random[place]!)));
      }),
    );
    await db.query(`select obscore.refresh('manual')`);
    for (const table of ['obscore', 'runs', 'tagged', 'manual'])
      t.deepEqual(await differences(db.client, table), [], `${table} after round ${round}, seed ${seed}`);
  }
  t.deepEqual(
    codes.filter((code) => !expected.test(code)),
    [],
  );
  const [{ n }] = await db.query<{ n: number }>('select count(*)::int as n from r.obscore');
  t.true(n > 0);
  if (process.env.ALMAGEST_SEED) {
    const tally = Map.groupBy(codes, (code) => code);
    t.log([...tally].map(([code, { length }]) => `${code}: ${length}`).join(', '), `${n} rows`);
  }
});
