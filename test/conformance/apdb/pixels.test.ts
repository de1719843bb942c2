/** HTM pixels as the APDB uses them: positions, and the covers of fields by at most so many ranges. */
import { readFileSync } from 'node:fs';
import { database } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';

interface Envelope {
  readonly name: string;
  readonly region:
    | { type: 'circle'; ra: number; dec: number; radiusDeg: number }
    | { type: 'polygon'; vertices: number[][] };
  readonly level: number;
  readonly ranges_max64: number[][];
  readonly ranges_max8: number[][];
}

fixtureTest('positions on edges and corners of trixels have the pixels of the reference', async (t) => {
  await using db = await database();
  const rows = readFileSync(fixturePath('apdb', 'htm20.csv'), 'utf8').trim().split('\n').slice(1);
  const columns = [0, 1, 2].map((k) => rows.map((row) => row.split(',')[k]));
  const different = await db.query(
    `select ra, decl, theirs, sky.htm_id(ra, decl) as ours
     from unnest($1::float8[], $2::float8[], $3::int8[]) u (ra, decl, theirs)
     where sky.htm_id(ra, decl) <> theirs`,
    columns,
  );
  t.true(rows.length > 500);
  t.deepEqual(different, []);
});

fixtureTest('fields are covered by the ranges of the reference', async (t) => {
  await using db = await database();
  const envelopes: Envelope[] = JSON.parse(readFileSync(fixturePath('apdb', 'htm_envelopes.json'), 'utf8'));
  for (const { name, region, level, ...ranges } of envelopes) {
    const text =
      region.type === 'circle'
        ? `CIRCLE ${region.ra} ${region.dec} ${region.radiusDeg}`
        : `POLYGON ${region.vertices.flat().join(' ')}`;
    for (const most of [64, 8] as const) {
      const [cover] = await db.query<{ ranges: number[][] }>(
        `select array_agg(array[lower(r), upper(r)]::float8[] order by r) as ranges
         from unnest(sky.htm_envelope(sky.region_from_pos($1), $2, $3)) r`,
        [text, level, most],
      );
      t.deepEqual(cover!.ranges, ranges[`ranges_max${most}`], `${name}, ${most} ranges`);
    }
  }
});
