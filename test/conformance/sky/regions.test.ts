/** Regions through an installed database, against the reference's answers: the fixtures of sky/. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';

function lines<T>(name: string): T[] {
  const file = fixturePath('sky', name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

type Number_ = number | string;

interface RegionCase {
  id: number;
  kind: string;
  desc: string;
  hex: string;
  base64: string;
  to_ivoa_pos: string | null;
  s_ra: number | null;
  s_dec: number | null;
  s_fov: number | null;
  s_region: string | null;
  bounding_circle: { hex: string };
  bounding_box: { hex: string };
  bounding_box3d: Number_[][];
  contains16: string;
}

interface RelateCase {
  a: number;
  b: number;
  relate: Record<'DISJOINT' | 'CONTAINS' | 'WITHIN', boolean>;
  overlaps: boolean | null;
}

interface MalformedCase {
  desc: string;
  input: 'hex' | 'base64';
  hex: string | null;
  base64?: string;
  outcome: 'error' | 'decoded';
  message?: string;
  kind?: string;
  reencoded_hex?: string;
  to_ivoa_pos?: string;
  bounding_circle_hex?: string;
  bounding_circle_error?: string;
}

interface PosCase {
  pos: string;
  kind?: string;
  hex?: string;
  error?: string;
}

const regions = lines<RegionCase>('regions.jsonl');
const relations = lines<RelateCase>('relate.jsonl');
const malformed = lines<MalformedCase>('malformed.jsonl');
const poses = lines<PosCase>('ivoa_pos_parse.jsonl');
const pointsFile = fixturePath('sky', 'regions_contains16_points_lonlat_deg.json');
const points: [number, number][] = existsSync(pointsFile) ? JSON.parse(readFileSync(pointsFile, 'utf8')) : [];

interface RegionAnswer {
  kind: string;
  from_base64: string;
  base64: string;
  pos: string;
  s_region: string;
  bounding_circle: string;
  bounding_box: string;
  box3d: number[];
  ra: number;
  dec: number;
  radius: number;
  contained: string;
}

interface Outcome {
  value: string | null;
  error: string | null;
}

let db: TestDatabase;
let answers: RegionAnswer[] = [];
let related: { names: string[]; overlaps: boolean | null }[] = [];
let malformedAnswers: Record<'kind' | 'hex' | 'pos' | 'circle', Outcome>[] = [];
let poseAnswers: Outcome[] = [];

/** Evaluates an expression of a text `$1` for each input, its error instead of its value where it fails. */
async function outcomes(expression: string, inputs: readonly (string | null)[]): Promise<Outcome[]> {
  await db.client.query(`
    create or replace function pg_temp.outcome(input text, out value text, out error text) language plpgsql as $$
    begin
      value := ${expression};
    exception when others then
      error := sqlerrm;
    end $$`);
  return db.query<Outcome>(
    `select o.value, o.error from unnest($1::text[]) with ordinality as i (input, n),
       lateral pg_temp.outcome(i.input) as o order by i.n`,
    [inputs],
  );
}

test.before(async () => {
  if (regions.length === 0) return;
  db = await database();
  answers = await db.query<RegionAnswer>(
    `select sky.region_kind(r) as kind, encode(r, 'hex') as from_base64, sky.region_to_base64(r) as base64,
            sky.region_pos(r) as pos, sky.region_s_region(r) as s_region,
            encode(sky.region_bounding_circle(r), 'hex') as bounding_circle,
            encode(sky.region_bounding_box(r), 'hex') as bounding_box,
            sky.region_bounding_box3d(r) as box3d, c.ra, c."dec", c.radius,
            (select string_agg(sky.region_contains(r, p.lon, p.lat)::int::text, '' order by p.n)
               from unnest($2::float8[], $3::float8[]) with ordinality as p (lon, lat, n)) as contained
       from unnest($1::text[]) with ordinality as i (encoded, n),
            lateral sky.region_from_base64(i.encoded) as r, lateral sky.region_center(r) as c
      order by i.n`,
    [regions.map((r) => r.base64), points.map((p) => p[0]), points.map((p) => p[1])],
  );
  const encoded = new Map(regions.map((r) => [r.id, r.base64]));
  related = await db.query(
    `select sky.region_relate(a, b) as names, sky.region_overlaps(a, b) as overlaps
       from unnest($1::text[], $2::text[]) with ordinality as i (a_text, b_text, n),
            lateral sky.region_from_base64(a_text) as a, lateral sky.region_from_base64(b_text) as b
      order by n`,
    [relations.map((r) => encoded.get(r.a)), relations.map((r) => encoded.get(r.b))],
  );
  const inputs = malformed.map((m) => (m.input === 'hex' ? `\\x${m.hex ?? deeplyNested(2000)}` : m.base64!));
  const region = `case when input like '\\\\x%' then input::bytea else sky.region_from_base64(input) end`;
  const kinds = await outcomes(`sky.region_kind(${region})`, inputs);
  const hexes = await outcomes(
    `encode(sky.region_from_base64(sky.region_to_base64(${region})), 'hex')`,
    inputs,
  );
  const texts = await outcomes(`sky.region_pos(${region})`, inputs);
  const circles = await outcomes(`encode(sky.region_bounding_circle(${region}), 'hex')`, inputs);
  malformedAnswers = inputs.map((_, i) => ({
    kind: kinds[i],
    hex: hexes[i],
    pos: texts[i],
    circle: circles[i],
  }));
  poseAnswers = await outcomes(
    `encode(sky.region_from_pos(input), 'hex')`,
    poses.map((p) => p.pos),
  );
});

test.after.always(async () => {
  await db?.close();
});

/** A small circle in so many unions and intersections in turn, as hex. */
function deeplyNested(depth: number): string {
  let bytes = Buffer.from(
    '63000000000000f03f000000000000000000000000000000007b14ae47e17a843f9a9999999999b93f',
    'hex',
  );
  for (let i = 0; i < depth; ++i) {
    const head = Buffer.alloc(9);
    head[0] = i % 2 === 0 ? 0x69 : 0x75;
    head.writeBigUInt64LE(BigInt(bytes.length), 1);
    bytes = Buffer.concat([head, bytes]);
  }
  return bytes.toString('hex');
}

const number = (x: Number_) => (typeof x === 'string' ? Number(x) : x);

for (const [i, f] of regions.entries()) {
  fixtureTest(`region ${f.id} (${f.desc})`, (t) => {
    const ours = answers[i];
    t.is(ours.kind, f.kind);
    t.is(ours.from_base64, f.hex);
    t.is(ours.base64, Buffer.from(f.hex, 'hex').toString('base64'));
    t.is(ours.bounding_circle, f.bounding_circle.hex);
    t.is(ours.bounding_box, f.bounding_box.hex);
    t.deepEqual(ours.box3d, f.bounding_box3d.flat().map(number));
    t.is(ours.contained, f.contains16);
    if (f.to_ivoa_pos !== null) t.is(ours.pos, f.to_ivoa_pos);
    if (f.s_region === null) return;
    t.is(ours.s_region, f.s_region);
    t.deepEqual([ours.ra, ours.dec], [f.s_ra, f.s_dec]);
    t.is(2 * ours.radius, f.s_fov!);
  });
}

for (const [i, f] of relations.entries()) {
  fixtureTest(`relation ${i} of regions ${f.a} and ${f.b}`, (t) => {
    const expected = (['DISJOINT', 'CONTAINS', 'WITHIN'] as const).filter((name) => f.relate[name]);
    t.deepEqual(related[i].names, expected);
    t.is(related[i].overlaps, f.overlaps);
  });
}

/**
 * What a message must begin with. Lengths next to 2^64 pass the reference's check, whose pointer wraps; the
 * operand's own check then catches it. Ours is caught where it is wrong.
 */
function expectedMessage(f: MalformedCase): string {
  return f.desc.startsWith('union size 2^64') ? 'Encoded CompoundRegion is truncated.' : f.message!;
}

/** The sign bit of NaN, which carries no meaning, is not kept. */
const withoutNanSign = (hex: string) => hex.replaceAll('000000000000f8ff', '000000000000f87f');

for (const [i, f] of malformed.entries()) {
  fixtureTest(`malformed ${i} (${f.desc})`, (t) => {
    const ours = malformedAnswers[i];
    if (f.outcome === 'error') {
      const error = ours.kind.error ?? '';
      t.true(error.startsWith(expectedMessage(f)), error);
      t.true(error.length > expectedMessage(f).length, 'the message says where');
      return;
    }
    t.is(ours.kind.value, f.kind!);
    if (f.reencoded_hex !== 'long') t.is(ours.hex.value, withoutNanSign(f.reencoded_hex!));
    if (f.to_ivoa_pos !== undefined) t.is(ours.pos.value, f.to_ivoa_pos);
    if (f.bounding_circle_hex !== undefined) t.is(ours.circle.value, withoutNanSign(f.bounding_circle_hex));
    if (f.bounding_circle_error !== undefined) t.true(f.bounding_circle_error.endsWith(ours.circle.error!));
  });
}

for (const [i, f] of poses.entries()) {
  fixtureTest(`POS ${i} '${f.pos}'`, (t) => {
    const ours = poseAnswers[i];
    if (f.hex !== undefined) t.is(ours.value, f.hex);
    else t.true(ours.error?.startsWith(f.error!.replace('ValueError: ', '')), ours.error ?? '');
  });
}

if (regions.length === 0) fixtureTest('regions', (t) => t.fail('the fixtures have no regions'));
