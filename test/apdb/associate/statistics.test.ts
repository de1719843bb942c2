/** Statistics of objects: against their definitions, and brought up to date. */
import test from 'ava';
import { database } from '../../support/database.ts';
import { stageSources, storeAlone, storeVisit as visit } from './visits.ts';

test('statistics are brought up to date: of latest versions, of all, of objects that lost their sources', async (t) => {
  await using db = await database();
  for (const options of ['{}', '{"dia_object_index": "last_object_table"}', '{"dia_object_nightly": true}']) {
    await db.query(`select apdb.create('survey', '${options}')`);
    await visit(db, 1, 60000, [
      { id: 1, ra: 10, decl: 2, flux: 100 },
      { id: 2, ra: 11, decl: 2 },
    ]);
    await visit(db, 2, 60001, [{ id: 3, ra: 10.0001, decl: 2, flux: 300 }]);
    await visit(db, 3, 60002, [{ id: 4, ra: 10.0002, decl: 2, flux: 800 }]);
    const versions = () =>
      db.query(
        `select dia_object_id as id, validity_start_mjd_tai as start, round(ra::numeric, 7)::float8 as ra,
           n_dia_sources as n, r_psf_flux_mean as mean, first_dia_source_mjd_tai as first
         from survey.dia_object order by 1, 2`,
      );
    const good = await versions();
    t.deepEqual(good.slice(0, 3), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10.00005, n: 2, mean: 200, first: 60000 },
      { id: 1n, start: 60002, ra: 10.0001, n: 3, mean: 400, first: 60000 },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual(await versions(), good);
    await db.query(
      `update survey."DiaSource" set "diaObjectId" = 0, "ssObjectId" = 7 where "diaSourceId" in (2, 3)`,
    );
    t.deepEqual(await db.query(`select apdb.update_statistics('{1,2}') as n`), [{ n: 2n }]);
    t.deepEqual(await versions(), [
      ...good.slice(0, 2),
      { id: 1n, start: 60002, ra: 10.0001, n: 2, mean: 450, first: 60000 },
      { id: 2n, start: 60000, ra: 11, n: 0, mean: null, first: null },
    ]);
    t.deepEqual(await db.query('select apdb.update_statistics(all_versions => true) as n'), [{ n: 4n }]);
    t.deepEqual((await versions()).slice(0, 2), [
      { id: 1n, start: 60000, ra: 10, n: 1, mean: 100, first: 60000 },
      { id: 1n, start: 60001, ra: 10, n: 1, mean: 100, first: 60000 },
    ]);
    t.deepEqual(await db.query(`select apdb.update_statistics('{}') as n`), [{ n: 0n }]);
    await db.query(`select apdb.drop('survey')`);
  }
});

/** The definitions of a band's statistics, an object at a time, where the routine goes through all rows once. */
const defined = (band: string) => `
  with good as (
    select dia_object_id as id, dia_source_id, midpoint_mjd_tai as mjd, psf_flux::float8 as flux,
      case when psf_flux_err > 0 and psf_flux_err < 'Infinity' then psf_flux_err::float8 end as error
    from survey.dia_source
    where band = '${band}' and time_withdrawn_mjd_tai is null and psf_flux > '-Infinity' and psf_flux < 'Infinity'
  )
  select o.dia_object_id as id,
    (select sum(flux / error ^ 2) / sum(1 / error ^ 2) from good g where g.id = o.dia_object_id) as mean,
    (select sqrt(1 / sum(1 / error ^ 2)) from good g where g.id = o.dia_object_id) as mean_err,
    (select count(*)::int4 from good g where g.id = o.dia_object_id and error is not null) as n,
    (select stddev_samp(flux) from good g where g.id = o.dia_object_id) as sigma,
    (select min(flux) from good g where g.id = o.dia_object_id) as min,
    (select max(flux) from good g where g.id = o.dia_object_id) as max,
    (select max((b.flux - a.flux) / (b.mjd - a.mjd))
     from good a, good b
     where a.id = o.dia_object_id and b.id = a.id and b.mjd > a.mjd
       and not exists (
         select from good c
         where c.id = a.id and (c.mjd, c.dia_source_id) > (a.mjd, a.dia_source_id)
           and (c.mjd, c.dia_source_id) < (b.mjd, b.dia_source_id))) as slope,
    (select avg(psf_flux_err::float8) from survey.dia_source s
     where s.dia_object_id = o.dia_object_id and band = '${band}' and time_withdrawn_mjd_tai is null
       and psf_flux_err > '-Infinity' and psf_flux_err < 'Infinity') as err_mean,
    (select sum(science_flux / science_flux_err::float8 ^ 2) / sum(1 / science_flux_err::float8 ^ 2)
     from survey.dia_source s
     where s.dia_object_id = o.dia_object_id and band = '${band}' and time_withdrawn_mjd_tai is null
       and science_flux < 'Infinity' and science_flux_err < 'Infinity') as science,
    (select sum(psf_flux / psf_flux_err::float8 ^ 2) / sum(1 / psf_flux_err::float8 ^ 2)
     from survey.dia_forced_source f
     where f.dia_object_id = o.dia_object_id and band = '${band}' and time_withdrawn_mjd_tai is null
       and psf_flux < 'Infinity' and psf_flux_err < 'Infinity') as fp
  from survey.dia_object_latest o
  order by 1`;

const computed = (band: string) => `
  select dia_object_id as id, ${band}_psf_flux_mean as mean, ${band}_psf_flux_mean_err as mean_err,
    ${band}_psf_flux_ndata as n, ${band}_psf_flux_sigma as sigma, ${band}_psf_flux_min as min,
    ${band}_psf_flux_max as max, ${band}_psf_flux_max_slope as slope, ${band}_psf_flux_err_mean as err_mean,
    ${band}_science_flux_mean as science, ${band}_fp_flux_mean as fp
  from survey.dia_object_latest
  order by 1`;

/** Equal but for what float4 loses. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= 2e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}

test('photometry is what its definitions say, with NaN, NULL, infinity, zero errors and equal times among it', async (t) => {
  await using db = await database();
  await db.query(`select apdb.create('survey')`);
  let state = 3;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const odd = [Number.NaN, null, Number.POSITIVE_INFINITY, 0, -5];
  const rows = Array.from({ length: 600 }, (_, i) => ({
    id: BigInt(i) + 2n ** 60n,
    ra: 1,
    decl: 1,
    mjd: 60000 + Math.floor(next() * 20) / 4,
    flux: next() < 0.1 ? odd[Math.floor(next() * 3)] : 1000 * (next() - 0.3),
    error: next() < 0.1 ? odd[Math.floor(next() * 5)] : 1 + 10 * next(),
    band: next() < 0.05 ? null : [...'ugrizy'][Math.floor(next() * 6)],
    more: {
      diaObjectId: 1 + Math.floor(next() ** 2 * 40),
      scienceFlux: 5000 * next(),
      scienceFluxErr: next() < 0.1 ? Number.NaN : 1 + next(),
      timeWithdrawnMjdTai: next() < 0.05 ? 60000 : null,
    },
  }));
  await db.query('begin');
  await stageSources(db, 1, rows);
  await db.query('select apdb.associate(1, 1, visit_time => 60000)');
  await db.query('select apdb.store(60000)');
  await db.query('commit');
  await db.query(
    `insert into survey."DiaForcedSource" ("diaForcedSourceId", "diaObjectId", ra, "dec", visit, detector, "midpointMjdTai",
       "timeProcessedMjdTai", band, "psfFlux", "psfFluxErr", "timeWithdrawnMjdTai")
     select "diaSourceId", "diaObjectId", ra, "dec", "diaSourceId", 1, "midpointMjdTai", 60000, band, "scienceFlux", 7,
       "timeWithdrawnMjdTai"
     from survey."DiaSource" where "diaObjectId" <> 3`,
  );
  const [{ n }] = (await db.query('select apdb.update_statistics() as n')) as [{ n: bigint }];
  t.true(n > 30n);
  let compared = 0;
  for (const band of 'ugrizy') {
    const expected = await db.query(defined(band));
    const found = await db.query(computed(band));
    t.is(found.length, expected.length);
    expected.forEach((row, i) => {
      for (const [name, value] of Object.entries(row)) {
        t.true(same(found[i]![name], value), `${band} ${row.id} ${name}: ${found[i]![name]}, not ${value}`);
        if (value !== null) compared++;
      }
    });
  }
  t.true(compared > 1000);
  // The view with a row a band says the same, and magnitudes.
  t.deepEqual(
    await db.query(
      `select b.dia_object_id from survey.dia_object_band b join survey.dia_object_latest o using (dia_object_id)
       where b.band = 'g' and (b.psf_flux_mean, b.psf_flux_ndata, b.fp_flux_mean, b.psf_flux_max_slope)
         is distinct from (o.g_psf_flux_mean, o.g_psf_flux_ndata, o.g_fp_flux_mean, o.g_psf_flux_max_slope)
         or b.science_flux_mean > 0
           and abs(b.science_mag - (31.4 - 2.5 * log(b.science_flux_mean::float8))) > 1e-12`,
    ),
    [],
  );
});

test('magnitudes of fluxes, and what has none', async (t) => {
  await using db = await database();
  const values = `(values (3630780547701.01, 363078054770.1), (1, 0), (0, 1), (-1, 1), ('NaN', 1), (null, 1), ('Infinity', 1), (1, 'NaN'))`;
  t.deepEqual(
    await db.query(
      `select round(apdb.magnitude(f)::numeric, 9)::float8 as mag, round(apdb.magnitude_error(f, e)::numeric, 9)::float8 as err
       from ${values} v (f, e)`,
    ),
    [
      { mag: 0, err: 0.10857362 },
      { mag: 31.4, err: 0 },
      ...Array(5).fill({ mag: null, err: null }),
      { mag: 31.4, err: null },
    ],
  );
});

const rad = Math.PI / 180;

interface Sky {
  readonly ra: number;
  readonly decl: number;
}

/** Mean direction by sums of unit vectors. */
function meanDirection(points: readonly Sky[]): Sky {
  const [x, y, z] = points.reduce(
    ([a, b, c], { ra, decl }) => [
      a + Math.cos(ra * rad) * Math.cos(decl * rad),
      b + Math.sin(ra * rad) * Math.cos(decl * rad),
      c + Math.sin(decl * rad),
    ],
    [0, 0, 0],
  ) as [number, number, number];
  return { ra: (Math.atan2(y, x) / rad + 360) % 360, decl: Math.atan2(z, Math.hypot(x, y)) / rad };
}

test('the position is the mean direction, with the covariance that the sources’ errors give it, or their scatter', async (t) => {
  await using db = await database();
  for (const [i, [ra, decl]] of [
    [150, 2],
    [0, -30],
    [33, 90],
    [33, -90],
    [359.99999, 89.9999],
    [12, -89.99999],
  ].entries()) {
    await db.query(`select apdb.create('survey${i}')`);
    await db.query(`set apdb.name = 'survey${i}'`);
    // An ellipse that is long along one direction of the sky, the same everywhere: 0.3 by 0.05 arcsec.
    const polar = Math.abs(decl) > 89;
    const sign = Math.sign(decl);
    const offset = (k: number) =>
      [0.3 * Math.cos(k * 2.4) + 0.04, 0.05 * Math.sin(k * 1.7) + 0.1].map((v) => v! / 3600);
    /** East and north at the field's centre, in the plane. */
    const place = (k: number): Sky => {
      const [east, north] = offset(k) as [number, number];
      if (!polar) return { ra: (ra + east / Math.cos(decl * rad) + 360) % 360, decl: decl + north };
      // x and y on the map of the pole.
      const r = 90 - Math.abs(decl);
      const x = r * Math.cos(ra * rad) + east;
      const y = r * Math.sin(ra * rad) + north;
      return { ra: (Math.atan2(y, x) / rad + 360) % 360, decl: sign * (90 - Math.hypot(x, y)) };
    };
    const count = 25;
    const points = Array.from({ length: count }, (_, k) => place(k));
    const mean = meanDirection(points);
    for (const [object, withErrors] of [
      [1, true],
      [2, false],
    ] as const)
      await storeAlone(
        db,
        object,
        60000 + object,
        points.map((point, k) => ({
          id: 100 * object + k,
          ...point,
          more: {
            diaObjectId: object,
            ...(withErrors
              ? { raErr: 2e-5, decErr: 1e-5, ra_dec_Cov: 1e-10 }
              : k > 0
                ? { raErr: 1, decErr: 1 }
                : {}),
          },
        })),
      );
    await db.query('begin');
    await db.query('select apdb.stage()');
    // Versions to start from, a few arcsec off.
    await db.query(
      `insert into new_dia_object ("diaObjectId", ra, "dec", "nDiaSources", ${[...'ugrizy'].map((b) => `"${b}_psfFluxNdata"`).join(', ')})
       select i, $1, $2, 0, 0, 0, 0, 0, 0, 0 from generate_series(1, 2) i`,
      [points[3]!.ra, points[3]!.decl],
    );
    await db.query('select apdb.store(60010)');
    await db.query('commit');
    t.deepEqual(await db.query('select apdb.update_statistics() as n'), [{ n: 2n }]);
    const objects = await db.query<{
      ra: number;
      dec: number;
      ra_err: number;
      dec_err: number;
      ra_dec_cov: number;
    }>(`select * from survey${i}.dia_object_latest order by dia_object_id`);
    for (const object of objects) {
      const [{ d }] = (await db.query(`select sky.angular_distance($1, $2, $3, $4) * 3600 as d`, [
        object.ra,
        object.dec,
        mean.ra,
        mean.decl,
      ])) as [{ d: number }];
      t.true(d < 1e-9, `${ra} ${decl}: ${object.ra} ${object.dec}, not ${mean.ra} ${mean.decl}`);
    }
    const [errors, scatter] = objects as [(typeof objects)[0], (typeof objects)[0]];
    const area = (o: typeof errors) => o.ra_err ** 2 * o.dec_err ** 2 - o.ra_dec_cov ** 2;
    const trace = (o: typeof errors) => o.ra_err ** 2 + o.dec_err ** 2;
    t.true(same(trace(errors) * 1e10, 5 / count), `trace ${trace(errors)}`);
    if (!polar) {
      t.true(same(errors.ra_err * 1e5, 2 / Math.sqrt(count)));
      t.true(same(errors.dec_err * 1e5, 1 / Math.sqrt(count)));
      t.true(same(errors.ra_dec_cov * 1e10, 1 / count));
      t.true(same(area(errors) * 1e20, 3 / count ** 2));
    }
    // The scatter on the map, turned to the directions at the mean.
    const offsets = points.map((_, k) => offset(k) as [number, number]);
    const [me, mn] = [0, 1].map((j) => offsets.reduce((s, o) => s + o[j as 0 | 1], 0) / count) as [
      number,
      number,
    ];
    const moment = (f: (e: number, n: number) => number) =>
      offsets.reduce((s, [e, n]) => s + f(e - me, n - mn), 0) / (count - 1) / count;
    let [ee, nn, en] = [moment((e) => e * e), moment((_, n) => n * n), moment((e, n) => e * n)];
    if (polar) {
      // East is along (-sin, cos) on the map, north towards (north pole) or away from (south pole) its centre.
      const [s, c] = [Math.sin(mean.ra * rad), Math.cos(mean.ra * rad)];
      const xx = ee;
      const yy = nn;
      const xy = en;
      ee = s * s * xx - 2 * s * c * xy + c * c * yy;
      nn = c * c * xx + 2 * s * c * xy + s * s * yy;
      en = -sign * (-s * c * xx + (c * c - s * s) * xy + s * c * yy);
    }
    const close = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * (ee + nn);
    t.true(close(scatter.ra_err ** 2, ee), `${ra} ${decl} ra ${scatter.ra_err ** 2}, not ${ee}`);
    t.true(close(scatter.dec_err ** 2, nn), `${ra} ${decl} dec ${scatter.dec_err ** 2}, not ${nn}`);
    t.true(close(scatter.ra_dec_cov, en), `${ra} ${decl} cov ${scatter.ra_dec_cov}, not ${en}`);
  }
});
