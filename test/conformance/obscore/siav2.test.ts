/**
 * Searches by the parameters of Simple Image Access, against the reference's answers from the same registry. Where
 * ours differ, the reference's way of answering is named that the standard does not have.
 */
import { readFileSync } from 'node:fs';
import { restoreRegistry } from '../../butler/registry_catalog.ts';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { circumstancesOf } from './circumstances.ts';
import { type Circumstances, fullConfig, type Row } from './rows.ts';

type Parameter = string | number | readonly (string | number)[];

interface Answer {
  readonly params: Readonly<Record<string, Parameter>>;
  readonly ids?: readonly string[] | 'any (order is arbitrary)';
  readonly n?: number;
  readonly infos?: readonly (readonly [name: string, value: string, text: string | null])[];
  readonly error?: string;
}

const answers = (): Answer[] =>
  JSON.parse(readFileSync(fixturePath('obscore', 'expected', 'siav2.json'), 'utf8')) as Answer[];

const idOf = (row: Row) => /id=([0-9a-f-]{36})$/.exec(row.obs_publisher_did as string)![1]!;

const list = (value: Parameter | undefined): readonly (string | number)[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as string | number];

/** The call of obscore.siav2 with these parameters: one value as it is, several as an array. */
async function search(db: TestDatabase, params: Answer['params']): Promise<Row[]> {
  const given = Object.entries(params).filter(([name]) => !name.startsWith('_'));
  const items = given.map(([name], i) =>
    name === 'maxrec' ? `maxrec => $${i + 1}` : `"${name}" => $${i + 1}::text`,
  );
  const values = given.map(([, value]) =>
    Array.isArray(value) ? `{${value.map((v) => JSON.stringify(String(v))).join(',')}}` : String(value),
  );
  return db.query<Record<string, never>>(`select * from obscore.siav2(${items.join(', ')})`, values);
}

/** Why the reference gives a row that meets no condition for want of a value, or of a condition there. */
function excessOf(
  { params }: Answer,
  row: Row | undefined,
  facts: Circumstances | undefined,
): string | undefined {
  if (row === undefined)
    return params.id ? 'ID: a dataset is found that an earlier collection replaces' : undefined;
  const { instrument, band, time, exptime, pos } = params;
  if (time && row.t_min === null) return 'TIME: what has no time is given all the same';
  if (time && row.t_max === null) return 'TIME: what has no end lasts for ever';
  if (exptime && row.t_exptime === null) return 'EXPTIME: an interval without ends is no condition';
  if (band && row.em_min === null) return 'BAND: what has no wavelengths is given all the same';
  if (instrument && !list(instrument).includes(row.instrument_name as string))
    return 'INSTRUMENT: what no instrument made is given for all of them';
  for (const [name, column] of [
    ['facility', 'facility_name'],
    ['target', 'target_name'],
    ['collection', 'obs_collection'],
  ] as const)
    if (params[name] && !list(params[name]).includes(row[column] as string))
      return `${name.toUpperCase()}: has no effect`;
  if (pos && (facts?.visits ?? 0) > 1) return 'POS: an exposure in two visits is searched by both regions';
  return undefined;
}

/** Why the reference lacks a row. */
function lackOf(
  { params, error }: Answer,
  row: Row,
  facts: Circumstances | undefined,
  isEverLost: boolean,
): string | undefined {
  if (error !== undefined) return 'BAND: fails where a filter has a range without numbers';
  const ends = list(params.exptime).flatMap((interval) => String(interval).split(' ').map(Number));
  if (params.exptime && ends.includes(row.t_exptime as number))
    return 'EXPTIME: the ends of an interval are not of it';
  if (isEverLost && facts?.region_kinds.includes(null)) return 'what has no region is lost';
  return undefined;
}

fixtureTest('searches give what the standard says, and differ from the reference only by name', async (t) => {
  await using db = await database();
  restoreRegistry(db.url);
  await db.query(`select butler.attach('public')`);
  await db.query('select obscore.create($1, $2)', ['public', JSON.stringify(fullConfig())]);
  const facts = await circumstancesOf(db);
  const all = new Map(
    (await db.query<Record<string, never>>('select * from ivoa.obscore')).map((row) => [idOf(row), row]),
  );
  const warnings: string[] = [];
  db.client.on('notice', ({ code }) => warnings.push(code ?? ''));
  const found = new Map<string, string[]>();
  const everything = new Set(answers().find(({ params }) => Object.keys(params).length === 0)!.ids);
  for (const answer of answers()) {
    const label = JSON.stringify(answer.params);
    warnings.length = 0;
    const rows = await search(db, answer.params);
    const ours = rows.map(idOf);
    t.is(new Set(ours).size, ours.length, label);
    found.set(label, ours.sort());
    const overflow = answer.infos?.some(([, value]) => value === 'OVERFLOW') ?? false;
    t.deepEqual(warnings, overflow ? ['01OC1'] : [], label);
    if (answer.ids === 'any (order is arbitrary)') {
      t.is(ours.length, answer.n!, label);
      continue;
    }
    const theirs = new Set(answer.ids ?? []);
    for (const id of theirs)
      if (facts.get(id)?.visits !== 2)
        t.is(answer.ids!.filter((other) => other === id).length, 1, `${label}: ${id}`);
    const reasons = new Map<string, number>();
    const tell = (id: string, reason: string | undefined, what: string) => {
      t.truthy(reason, `${label}: ${facts.get(id)?.dataset_type} ${id} is ${what}`);
      reasons.set(reason ?? '', (reasons.get(reason ?? '') ?? 0) + 1);
    };
    for (const id of theirs)
      if (!ours.includes(id)) tell(id, excessOf(answer, all.get(id), facts.get(id)), 'only in the reference');
    for (const id of ours)
      if (!theirs.has(id))
        tell(id, lackOf(answer, all.get(id)!, facts.get(id), !everything.has(id)), 'not in the reference');
    for (const [reason, count] of reasons) t.log(`${label}: ${count} rows, as in the reference ${reason}`);
  }
  // Where the reference fails, its answer without the range of nulls is the right one.
  for (const [label, ids] of found)
    if (label.includes('_nowhite'))
      t.deepEqual(ids, found.get(label.replace('"_nowhite":1,', '')) ?? ids, label);
});

fixtureTest('datasets are found first as the reference finds them', async (t) => {
  await using db = await database();
  restoreRegistry(db.url);
  await db.query(`select butler.attach('public')`);
  const expected = JSON.parse(
    readFileSync(fixturePath('obscore', 'expected', 'query_datasets.json'), 'utf8'),
  ) as Record<string, string[]>;
  for (const [key, ids] of Object.entries(expected)) {
    const [type, collections, which] = key.split('|') as [string, string, string];
    const rows = await db.query<{ id: string }>(
      'select id from butler.query_datasets($1, $2, find_first => $3)',
      [type, collections.split(','), which === 'first'],
    );
    t.deepEqual(rows.map(({ id }) => id).sort(), ids, key);
  }
});
