/** Asks the database for what the picture of the sky shows, and draws it. */
import type pg from 'pg';
import { z } from 'zod';
import { skyMap } from '../plot/sky-map.ts';

export interface Picture {
  readonly svg: string;
  readonly stars: number;
  readonly objects: number;
}

const limits = { star: 6.5, density: 9, starName: 1.7 };
const pixelLevel = 5;

const degrees = z.number();
const position = z.tuple([degrees, degrees]);

const star = z.object({
  position,
  magnitude: z.number(),
  colour_index: z.number().nullable(),
  name: z.string().nullable(),
});

const object = z.object({
  position,
  kind: z.string(),
  major_arcmin: z.number().nullable(),
  minor_arcmin: z.number().nullable(),
  name: z.string().nullable(),
});

const pixel = z.object({ pixel: z.bigint().transform(Number), count: z.bigint().transform(Number) });

const starQuery = `
select array[ra, dec] as position, v_mag as magnitude, b_v as colour_index,
       case when v_mag < ${limits.starName} then name end as name
from demo.hipparcos
where v_mag < ${limits.star}
order by v_mag, hip`;

/** Messier's and Caldwell's objects, and every other cluster and galaxy to magnitude 7. */
const objectQuery = `
select array[ra, dec] as position, kind, major_arcmin, minor_arcmin,
       case
         when designation like 'M %' then case when mag < 4.3 then coalesce(name, designation) else designation end
         when kind ~ '(galaxy|globular cluster)$' or designation like 'C %' then name
       end as name
from demo.deep_sky
where kind not in ('dark nebula', 'galaxy cluster')
  and (designation ~ '^(M|C) [0-9]'
       or object ~ '^(NGC|IC|PGC)' and mag < 7 and kind ~ '(galaxy|cluster)$')
order by mag nulls last, object`;

const densityQuery = `
select sky.htm_id(ra, dec, ${pixelLevel}) as pixel, count(*)
from demo.tycho2
where vt_mag < ${limits.density}
group by 1`;

/** A great circle of longitudes 0 to 360 at latitude 0 of a frame, in ICRS. */
function planeQuery(fromFrame: string): string {
  return `
select array[p.ra, p.decl] as position
from generate_series(0, 360) as longitude
cross join lateral ${fromFrame}(longitude, 0) as p
order by longitude`;
}

async function ask<S extends z.ZodType>(client: pg.Client, sql: string, schema: S): Promise<z.infer<S>[]> {
  return z.array(schema).parse((await client.query(sql)).rows);
}

/** The SVG picture of the tables `demo.hipparcos`, `demo.deep_sky` and `demo.tycho2`. */
export async function drawSky(client: pg.Client): Promise<Picture> {
  const stars = await ask(client, starQuery, star);
  const objects = await ask(client, objectQuery, object);
  const counts = await ask(client, densityQuery, pixel);
  const plane = z.object({ position });
  const galactic = await ask(client, planeQuery('sky.icrs_from_galactic'), plane);
  const ecliptic = await ask(client, planeQuery('sky.icrs_from_ecliptic'), plane);
  const number = new Intl.NumberFormat('en');
  const svg = skyMap({
    title: `The sky to magnitude ${limits.star}`,
    subtitle:
      `${number.format(stars.length)} Hipparcos stars and ${number.format(objects.length)} deep-sky objects over the ` +
      'density of Tycho-2 stars. Mollweide projection, ICRS; right ascension increases to the left.',
    stars: stars.map(({ colour_index, ...rest }) => ({ ...rest, colourIndex: colour_index })),
    objects: objects.map(({ major_arcmin, minor_arcmin, ...rest }) => ({
      ...rest,
      majorArcmin: major_arcmin,
      minorArcmin: minor_arcmin,
    })),
    counts,
    countsLabel: `Tycho-2 stars brighter than V_T ${limits.density} per square degree`,
    galacticPlane: galactic.map((row) => row.position),
    ecliptic: ecliptic.map((row) => row.position),
    galacticCentre: galactic[0].position,
  });
  return { svg, stars: stars.length, objects: objects.length };
}
