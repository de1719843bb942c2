/** What a registry says of its datasets: read from its tables alone, without what is being tested. */
import type { TestDatabase } from '../../support/database.ts';
import type { Circumstances } from './rows.ts';

const kinds: Readonly<Record<number, string>> = {
  112: 'ConvexPolygon',
  99: 'Circle',
  98: 'Box',
  101: 'Ellipse',
  117: 'UnionRegion',
  105: 'IntersectionRegion',
};

/** How the regions of datasets with these columns are found: the first that fits. */
const places: readonly (readonly [columns: readonly string[], region: string])[] = [
  [
    ['exposure', 'detector'],
    `public.visit_definition d left join public.visit_detector_region r
       on (r.instrument, r.visit, r.detector) = (d.instrument, d.visit, t.detector)
     where (d.instrument, d.exposure) = (t.instrument, t.exposure)`,
  ],
  [
    ['exposure'],
    `public.visit_definition d left join public.visit r on (r.instrument, r.id) = (d.instrument, d.visit)
     where (d.instrument, d.exposure) = (t.instrument, t.exposure)`,
  ],
  [
    ['visit', 'detector'],
    `(select) one left join public.visit_detector_region r
       on (r.instrument, r.visit, r.detector) = (t.instrument, t.visit, t.detector)`,
  ],
  [['visit'], 'public.visit r where (r.instrument, r.id) = (t.instrument, t.visit)'],
  [['patch'], 'public.patch r where (r.skymap, r.tract, r.id) = (t.skymap, t.tract, t.patch)'],
  [['tract'], 'public.tract r where (r.skymap, r.id) = (t.skymap, t.tract)'],
];

/** Every dataset of the registry in schema `public`, by id. */
export async function circumstancesOf(db: TestDatabase): Promise<Map<string, Circumstances>> {
  const tables = await db.query<{ name: string; columns: string[] }>(`
    select c.relname::text as name,
           array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname ~ '^dataset_tags_[0-9]+$'`);
  const found = new Map<string, Circumstances>();
  for (const { name, columns } of tables) {
    const place = places.find(([needed]) => needed.every((column) => columns.includes(column)));
    const rows = await db.query<{ id: string; dataset_type: string; codes: (number | null)[] }>(`
      select distinct on (t.dataset_id) t.dataset_id as id, y.name as dataset_type,
             ${place ? `array(select get_byte(decode(r.region, 'base64'), 0) from ${place[1]})` : `'{}'::int[]`} as codes
      from public.${name} t
      join public.dataset_type y on y.id = t.dataset_type_id`);
    for (const { id, dataset_type, codes } of rows)
      found.set(id, {
        id,
        dataset_type,
        region_kinds:
          place && codes.length === 0 ? [null] : codes.map((code) => (code === null ? null : kinds[code]!)),
        visits: columns.includes('exposure') ? codes.length : 0,
      });
  }
  return found;
}
