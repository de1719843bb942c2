/** Ids, envelopes and interiors, one test a line of the fixtures, through the functions of an installed database. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { htmIndex, htmName } from '../../../plv8/sky/htm.ts';
import { mq3cIndex, mq3cName } from '../../../plv8/sky/mq3c.ts';
import { positionAt } from '../../../plv8/sky/pixel_position.ts';
import type { Scheme } from '../../../plv8/sky/pixel_search.ts';
import { q3cIndex, q3cName } from '../../../plv8/sky/q3c.ts';
import type { Vec3 } from '../../../plv8/sky/vector.ts';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';

type Ids = Readonly<Record<string, string>>;
type Ranges = readonly (readonly [begin: string, end: string])[];

interface Universe {
  readonly type: 'universe';
  readonly scheme: Scheme;
  readonly level: number;
  readonly universe: Ranges;
}

interface Point extends Readonly<Record<Scheme, Ids>> {
  readonly type: 'point';
  readonly id: number;
  readonly desc: string;
  readonly xyz: Vec3;
  readonly lon_deg: number;
  readonly lat_deg: number;
  readonly htm_str: Ids;
  readonly mq3c_str: Ids;
  readonly q3c_str: Ids;
}

interface Pixelized {
  readonly type: 'region';
  readonly region_id: number;
  readonly kind: string;
  readonly desc: string;
  readonly scheme: Scheme;
  readonly level: number;
  readonly envelope: Ranges;
  readonly interior?: Ranges;
  readonly envelope_max8?: Ranges;
}

function linesOf<T>(name: string): T[] {
  const file = fixturePath('sky', name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const lines = linesOf<Universe | Point | Pixelized>('pixelization.jsonl');
const universes = lines.filter((line) => line.type === 'universe');
const points = lines.filter((line) => line.type === 'point');
const hexOf = new Map(linesOf<{ id: number; hex: string }>('regions.jsonl').map(({ id, hex }) => [id, hex]));
const pixelized = [
  ...lines.filter((line) => line.type === 'region'),
  ...linesOf<Pixelized>('pixelization_ellipse_envelope.jsonl'),
].filter((line) => hexOf.has(line.region_id));

const index: Readonly<Record<Scheme, (v: Vec3, level: number) => bigint>> = {
  htm: (v, level) => BigInt(htmIndex(v, level)),
  mq3c: mq3cIndex,
  q3c: q3cIndex,
};
const nameOf: Readonly<Record<Scheme, (id: bigint, level: number) => string>> = {
  htm: (id) => htmName(Number(id)),
  mq3c: mq3cName,
  q3c: q3cName,
};
const schemes: readonly Scheme[] = ['htm', 'mq3c', 'q3c'];

/** Ids of level 30 of mq3c do not fit an int8; there SQL refuses, and the module alone is compared. */
const fits = (scheme: Scheme, level: number) => scheme !== 'mq3c' || level < 30;

const multirange = (ranges: Ranges) => `{${ranges.map(([begin, end]) => `[${begin},${end})`).join(',')}}`;

let db: TestDatabase;
const idsInSql = new Map<string, string>();
const rangesInSql = new Map<string, string>();
const universesInSql = new Map<Universe, string>();

test.before(async () => {
  if (lines.length === 0) return;
  db = await database();
  for (const line of universes) {
    const ids = await db
      .query<{ ids: string }>(`select sky.${line.scheme}_universe($1)::text as ids`, [line.level])
      .then(
        ([row]) => row.ids,
        (error: Error) => error.message,
      );
    universesInSql.set(line, ids);
  }
  for (const scheme of schemes) {
    const asked = points.flatMap((point) =>
      Object.keys(point[scheme])
        .filter((level) => fits(scheme, Number(level)))
        .map((level) => ({ key: `${point.id} ${level}`, level: Number(level), point })),
    );
    const ids = await db.query<{ key: string; id: string }>(
      `select key, sky.${scheme}_id(ra, decl, level)::text as id
         from unnest($1::text[], $2::float8[], $3::float8[], $4::int4[]) as p (key, ra, decl, level)`,
      [
        asked.map((one) => one.key),
        asked.map((one) => one.point.lon_deg),
        asked.map((one) => one.point.lat_deg),
        asked.map((one) => one.level),
      ],
    );
    for (const { key, id } of ids) idsInSql.set(`${scheme} ${key}`, id);
    const regions = pixelized.filter((line) => line.scheme === scheme);
    const ranges = await db.query<Record<string, string>>(
      `select key,
              sky.${scheme}_envelope(region, level)::text as envelope,
              sky.${scheme}_interior(region, level)::text as interior,
              sky.${scheme}_envelope(region, level, 8)::text as envelope_max8
         from unnest($1::int4[], $2::text[], $3::int4[]) as r (key, hex, level),
              decode(hex, 'hex') as region`,
      [
        regions.map((line) => pixelized.indexOf(line)),
        regions.map((line) => hexOf.get(line.region_id)),
        regions.map((line) => line.level),
      ],
    );
    for (const { key, ...row } of ranges) {
      for (const [what, text] of Object.entries(row)) rangesInSql.set(`${key} ${what}`, text);
    }
  }
});

test.after.always(() => db?.close());

fixtureTest('the fixtures have universes, points and regions', (t) => {
  t.true(universes.length > 0 && points.length > 0 && pixelized.length > 0);
});

for (const line of universes) {
  fixtureTest(`universe of ${line.scheme} at level ${line.level}`, (t) => {
    const expected = fits(line.scheme, line.level)
      ? multirange(line.universe)
      : 'level 30 of mq3c: its ids do not fit an int8; the deepest level is 29';
    t.is(universesInSql.get(line), expected);
  });
}

for (const point of points) {
  fixtureTest(`ids at point ${point.id}: ${point.desc}`, (t) => {
    const position = positionAt(point.lon_deg, point.lat_deg);
    for (const scheme of schemes) {
      for (const [level, id] of Object.entries(point[scheme])) {
        const l = Number(level);
        t.is(String(index[scheme](point.xyz, l)), id, `${scheme} level ${level}`);
        // The position in degrees is rounded; on an edge it may lie on the other side.
        if (!fits(scheme, l)) continue;
        t.is(idsInSql.get(`${scheme} ${point.id} ${level}`), String(index[scheme](position, l)));
      }
      for (const [level, name] of Object.entries(point[`${scheme}_str`])) {
        t.is(nameOf[scheme](BigInt(point[scheme][level]), Number(level)), name);
      }
    }
  });
}

pixelized.forEach((line, key) => {
  const { region_id, kind, desc, scheme, level } = line;
  fixtureTest(`${scheme} level ${level} of region ${region_id} (line ${key}): ${kind}, ${desc}`, (t) => {
    for (const what of ['envelope', 'interior', 'envelope_max8'] as const) {
      const expected = line[what];
      if (expected !== undefined) t.is(rangesInSql.get(`${key} ${what}`), multirange(expected), what);
    }
  });
});
