/** The pixelizations' functions in SQL: types, errors, and what tables of positions need of them. */
import test from 'ava';
import { circleOfAngle } from '../../plv8/sky/circle.ts';
import { encodeRegion } from '../../plv8/sky/codec.ts';
import { htmTrixel } from '../../plv8/sky/htm.ts';
import { fromDegrees } from '../../plv8/sky/vector.ts';
import { database, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
test.before(async () => {
  db = await database();
  // Positions everywhere, and twice as many as is fair at the poles and around RA 0.
  await db.query(`
    create table positions as
    select i as id, ra, decl, sky.htm_id(ra, decl) as htm20
    from generate_series(1, 4000) as i,
         lateral (select case i % 3 when 0 then mod(360 + (i * 0.618034 % 1 - 0.5)::numeric, 360)::float8
                                    else i * 137.50776405 % 360 end as ra,
                         case i % 4 when 0 then sign(i % 8 - 3) * (90 - 0.5 * (i * 0.7548777 % 1))
                                    else degrees(asin(2 * (i * 0.5698403 % 1) - 1)) end as decl) as p`);
});
test.after.always(() => db?.close());

/** The one value of an expression, as text. */
async function value(expression: string, values: readonly unknown[] = []): Promise<string | null> {
  const [row] = await db.query<{ v: string | null }>(`select (${expression})::text as v`, values);
  return row.v;
}

async function refusal(expression: string, values: readonly unknown[] = []) {
  try {
    await value(expression, values);
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string };
    return { code, message, hint };
  }
  return null;
}

const circle = (ra: number, decl: number, degrees: number) =>
  Buffer.from(encodeRegion(circleOfAngle(fromDegrees(ra, decl), (degrees * Math.PI) / 180)));

test.serial('ids are exact int8s, of level 20 when none is said', async (t) => {
  t.is(await value('sky.htm_id(0, 0)'), '17042430230528');
  t.is(await value('sky.htm_id(ra => 0, decl => -90, level => 24)'), '2322168557862912');
  t.is(await value('sky.q3c_id(0, 0, 30)'), '2017612633061982208');
  t.is(await value('sky.mq3c_id(0, 0, 29)'), '3314649325744685056');
  t.is(await value('pg_typeof(sky.mq3c_id(0, 0))'), 'bigint');
  t.is(await value('sky.htm_id(null, 0)'), null);
});

test.serial('the ids of columns are those of their rows', async (t) => {
  const different = await db.query(`
    select id
    from (select array_agg(id order by id) as ids, sky.htm_ids(array_agg(ra order by id), array_agg(decl order by id), 13) as htm
            from positions) as columns,
         unnest(ids, htm) as u (id, htm13)
    join positions using (id)
    where htm13 <> sky.htm_id(ra, decl, 13) or htm13 <> htm20 >> 14`);
  t.deepEqual(different, []);
  t.is(await value(`sky.htm_ids('{}', '{}')`), '{}');
  t.like(await refusal(`sky.htm_ids('{1,2}', '{3,95}')`), {
    code: '22023',
    message: 'row 2: ra 2, decl 95 is not a position',
    hint: 'ra is any finite number of degrees; decl is between -90 and 90.',
  });
  t.is((await refusal(`sky.htm_ids('{1,2}', '{3}')`))?.message, '2 right ascensions for 1 declinations');
});

test.serial('an id is a generated or an indexed expression', async (t) => {
  await db.query(
    'create table catalogue (ra float8, decl float8, htm int8 generated always as (sky.htm_id(ra, decl, 7)) stored)',
  );
  await db.query('insert into catalogue select ra, decl from positions');
  await db.query('create index on catalogue (sky.q3c_id(ra, decl, 12))');
  t.is(await value('select count(*) from catalogue where htm <> sky.htm_id(ra, decl, 7)'), '0');
});

test.serial(
  'the envelope of a region holds the ids of what lies in it, its interior only such',
  async (t) => {
    for (const [ra, decl, degrees] of [
      [0.01, 0.02, 3],
      [200, 89.9, 0.3],
      [10, -90, 20],
    ]) {
      for (const scheme of ['htm', 'mq3c', 'q3c']) {
        const [counts] = await db.query<Record<string, string>>(
          `select count(*) filter (where inside and not id <@ sky.${scheme}_envelope($1, 8))::int4 as lost,
                count(*) filter (where not inside and id <@ sky.${scheme}_interior($1, 8))::int4 as strange,
                count(*) filter (where inside and not id <@ sky.${scheme}_envelope($1, 8, 6))::int4 as lost_in_few
         from (select sky.${scheme}_id(ra, decl, 8) as id,
                      sind(decl) * sind($3) + cosd(decl) * cosd($3) * cosd(ra - $2) > cosd($4) as inside
                 from positions) as p`,
          [circle(ra, decl, degrees), ra, decl, degrees],
        );
        t.deepEqual(counts, { lost: 0, strange: 0, lost_in_few: 0 } as never, `${scheme} ${ra} ${decl}`);
      }
    }
  },
);

test.serial('the ranges of a cone are few and hold every id in it', async (t) => {
  for (const [ra, decl, arcsec] of [
    [0, 90, 1000],
    [359.99, 0, 2000],
    [120, 30, 324000],
    [120, 30, 0.01],
    [77, -12, 648000],
  ]) {
    const [counts] = await db.query<{ lost: number; ranges: number }>(
      `select count(*) filter (where inside and not htm20 <@ cone)::int4 as lost,
              (select count(*)::int4 from unnest(cone)) as ranges
       from (select htm20, sind(decl) * sind($2) + cosd(decl) * cosd($2) * cosd(ra - $1) >= cosd($3 / 3600.0) as inside
               from positions) as p, sky.htm_cone($1, $2, $3, max_ranges => 6) as cone
       group by cone`,
      [ra, decl, arcsec],
    );
    t.is(counts.lost, 0);
    t.true(counts.ranges <= 6);
  }
  t.is(await value('sky.htm_cone(1, 2, -1)'), '{}');
  t.is(await value('sky.htm_cone(1, 2, 1e9, 0)'), '{[8,16)}');
  t.is(await value('sky.htm_id(1, 2) <@ sky.htm_cone(1, 2, 0)'), 'true');
  t.like(await refusal('sky.htm_cone(1, 2, 3, 20, 0)'), {
    code: '22023',
    message: 'max_ranges is 0: it is 1 or more',
  });
  t.like(await refusal(`sky.htm_cone(1, 2, 'NaN')`), {
    code: '22023',
    message: 'the radius is not a number',
  });
});

test.serial('levels and ids that do not exist are refused by name', async (t) => {
  const level30 = 'level 30 of mq3c: its ids do not fit an int8; the deepest level is 29';
  t.like(await refusal('sky.mq3c_id(0, 0, 30)'), { code: '22023', message: level30 });
  t.like(await refusal('sky.mq3c_envelope($1, 30)', [circle(0, 0, 1)]), { code: '22023', message: level30 });
  t.like(await refusal('sky.mq3c_universe(30)'), { code: '22023', message: level30 });
  t.is((await refusal('sky.htm_id(0, 0, 25)'))?.message, 'level 25 of htm: levels are 0 to 24');
  t.is(
    (await refusal('sky.q3c_interior($1, -1)', [circle(0, 0, 1)]))?.message,
    'level -1 of q3c: levels are 0 to 30',
  );
  t.like(await refusal('sky.htm_triangle(7)'), { code: '22023', message: '7 is not an HTM id' });
  t.is((await refusal('sky.htm_name(9223372036854775807)'))?.message, '9223372036854775807 is not an HTM id');
  t.is((await refusal('sky.mq3c_quad(-1)'))?.message, '-1 is not a modified Q3C id');
  t.is((await refusal('sky.q3c_quad(6, 0)'))?.message, '6 is not a Q3C id of level 0');
  t.is(await value('sky.htm_level(7)'), null);
  t.is(await value('sky.mq3c_level(9223372036854775807)'), null);
});

test.serial('an envelope that would fill the memory is refused, with the way out', async (t) => {
  const hemisphere = circle(10, 20, 90);
  t.deepEqual(await refusal('sky.htm_envelope($1, 24)', [hemisphere]), {
    code: '54000',
    message: 'more than 1000000 ranges of pixels at level 24',
    hint: 'Choose a lower level, or set max_ranges to have the ranges made coarser.',
  });
  t.is(await value('select count(*) <= 50 from unnest(sky.htm_envelope($1, 24, 50))', [hemisphere]), 'true');
});

test.serial('pixels are regions with a level and a name', async (t) => {
  t.is(
    await value(`encode(sky.htm_triangle(10), 'hex')`),
    Buffer.from(encodeRegion({ kind: 'ConvexPolygon', vertices: htmTrixel(10) })).toString('hex'),
  );
  t.is(await value(`octet_length(sky.mq3c_quad(sky.mq3c_id(33, 44, 29)))`), '97');
  t.is(await value(`octet_length(sky.q3c_quad(sky.q3c_id(33, 44, 30), 30))`), '97');
  t.is(await value('sky.htm_level(sky.htm_id(33, 44, 17))'), '17');
  t.is(await value('sky.mq3c_level(sky.mq3c_id(33, 44, 29))'), '29');
  t.is(await value('sky.htm_name(253952)'), 'N32000000');
  t.is(await value('sky.mq3c_name(188416)'), '+X2000000');
  t.is(await value('sky.q3c_name(28672, 7)'), '+X3000000');
  t.is(await value('sky.htm_universe(20)'), '{[8796093022208,17592186044416)}');
});
