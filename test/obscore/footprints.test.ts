/** Footprints: what is kept of each region, when it is stored and by whom. */
import test from 'ava';
import { survey } from '../butler/record_support.ts';
import type { TestDatabase } from '../support/database.ts';

/** A survey whose registry keeps footprints. */
async function kept(): Promise<TestDatabase> {
  const db = await survey();
  await db.query(`select obscore._prepare_footprints('r')`);
  return db;
}
test('a registry that has records has their footprints, each distinct region once', async (t) => {
  await using db = await kept();
  const rows = await db.query<{ region: string; kind: string; s_region: string; cells: number }>(
    `select r.region, f.kind, f.s_region,
            (select count(*)::int from r.almagest_footprint_pixel p where p.footprint = f.footprint) as cells
     from (select region from r.visit union all select region from r.visit_detector_region) r
     join r.almagest_footprint f on f.footprint = md5(r.region)::uuid
     where f.complaint is null`,
  );
  t.is(rows.length, 2);
  for (const { kind, s_region, cells } of rows) {
    t.is(kind, 'ConvexPolygon');
    t.regex(s_region, /^POLYGON ICRS 10\.000000 10\.000000 /);
    t.true(cells >= 1 && cells <= 16);
  }
});
