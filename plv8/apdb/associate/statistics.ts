/**
 * Statistics of objects, as columns of DiaObject, from the sources and forced sources that each has.
 *
 * Fluxes count that are finite. Means are weighted by 1/error², over the points whose error is finite and positive;
 * their error is 1/√Σ(1/error²). The standard deviation is that of the sample. The position is the mean direction of
 * the sources, unweighted; its errors follow from theirs, or from the scatter where some have none. What was
 * withdrawn does not count.
 */
import { type Apdb, q } from '../apdb.ts';
import { type Extra, rowsOf } from './measurements.ts';

/** Statistics of one band from its sources, in the order of the array that carries them. */
const photometry: readonly (readonly [suffix: string, sql: string])[] = [
  ['psfFluxMean', 'sum(s.flux * s.weight) / sum(s.weight)'],
  ['psfFluxMeanErr', '1 / sqrt(sum(s.weight))'],
  ['psfFluxSigma', 'stddev_samp(s.flux)'],
  ['psfFluxNdata', 'count(s.weight)'],
  ['psfFluxMin', 'min(s.flux)'],
  ['psfFluxMax', 'max(s.flux)'],
  ['psfFluxMaxSlope', 'max(s.slope)'],
  ['psfFluxErrMean', 'avg(s.error)'],
  ['scienceFluxMean', 'sum(s.science * s.science_weight) / sum(s.science_weight)'],
  ['scienceFluxMeanErr', '1 / sqrt(sum(s.science_weight))'],
];

/** The same from its forced sources. */
const forced: readonly (readonly [suffix: string, sql: string])[] = [
  ['fpFluxMean', 'sum(f.flux * f.weight) / sum(f.weight)'],
  ['fpFluxMeanErr', '1 / sqrt(sum(f.weight))'],
];

/** Sums over the sources of an object in one band; those of its bands make the object's. */
const sums: readonly (readonly [name: string, sql: string, over: 'sum' | 'min' | 'max'])[] = [
  ['n', 'count(*)', 'sum'],
  ['first', 'min(s.mjd)', 'min'],
  ['last', 'max(s.mjd)', 'max'],
  ['ra', 'min(s.ra)', 'min'],
  ['decl', 'min(s.decl)', 'min'],
  ['east', 'sum(s.east)', 'sum'],
  ['north', 'sum(s.north)', 'sum'],
  ['up', 'sum(s.up)', 'sum'],
  ['east_east', 'sum(s.east * s.east)', 'sum'],
  ['north_north', 'sum(s.north * s.north)', 'sum'],
  ['east_north', 'sum(s.east * s.north)', 'sum'],
  ['n_errors', 'count(s.east_var + s.north_var)', 'sum'],
  ['east_var', 'sum(s.east_var)', 'sum'],
  ['north_var', 'sum(s.north_var)', 'sum'],
  ['cov', 'sum(s.cov)', 'sum'],
];

/** The bands that columns of DiaObject are about. */
function bandsOf(apdb: Apdb): string[] {
  return [
    ...new Set(
      apdb.columns('DiaObject').flatMap(({ name }) => /^(.)_(?:psf|fp|science)Flux/.exec(name)?.[1] ?? []),
    ),
  ];
}

/** A number where it is finite, as float8; the bounds are those of the columns' float4. */
const finite = (value: string) => `case when ${value} between -3.5e38 and 3.5e38 then ${value}::float8 end`;

/** 1/error² of a point that has a flux. */
const weight = (flux: string, error: string) =>
  `case when ${flux} between -3.5e38 and 3.5e38 and ${error} > 0 and ${error} <= 3.5e38
        then 1 / ${error}::float8 ^ 2 end`;

interface Ellipse {
  readonly east: string;
  readonly north: string;
  readonly cov: string;
}

/** Variances and covariance along axes that are turned clockwise by an angle, given its sine and cosine. */
const turned = ({ east, north, cov }: Ellipse, sine: string, cosine: string): Ellipse => ({
  east: `${east} * ${cosine} ^ 2 - 2 * ${cov} * ${sine} * ${cosine} + ${north} * ${sine} ^ 2`,
  north: `${east} * ${sine} ^ 2 + 2 * ${cov} * ${sine} * ${cosine} + ${north} * ${cosine} ^ 2`,
  cov: `(${east} - ${north}) * ${sine} * ${cosine} + ${cov} * (${cosine} ^ 2 - ${sine} ^ 2)`,
});

/** Common table expressions from sources `detection` to `detected`: what each object has in each band. */
function detectedSql(apdb: Apdb): string {
  const [ra, decl] = apdb.options.ra_dec_columns.map((name) => `d.${q(name)}`);
  const onSky = turned(
    { east: 'p.ra_var', north: 'p.decl_var', cov: 'p.ra_decl_cov' },
    'sin(p.turn)',
    'cos(p.turn)',
  );
  return `point as (
    select d.number, d.band, d."midpointMjdTai" as mjd, d."diaSourceId" as id, ${ra} as ra, ${decl} as decl,
      radians(d.decl0) as lat0, radians(${decl}) as lat, a.lon, a.lon * sind(d.decl0) as turn,
      ${finite('d."psfFlux"')} as flux, ${finite('d."psfFluxErr"')} as error,
      ${weight('d."psfFlux"', 'd."psfFluxErr"')} as weight,
      d."scienceFlux"::float8 as science,
      ${weight('d."scienceFlux"', 'd."scienceFluxErr"')} as science_weight,
      (${finite('d."raErr"')}) ^ 2 as ra_var, (${finite('d."decErr"')}) ^ 2 as decl_var,
      coalesce(${finite('d."ra_dec_Cov"')}, 0) as ra_decl_cov
    from detection d
    cross join lateral (select radians(${ra} - d.ra0 - 360 * round((${ra} - d.ra0) / 360)) as lon) a
  ), placed as (
    select p.number, p.band, p.mjd, p.ra, p.decl, p.flux, p.error, p.weight, p.science, p.science_weight,
      -- The unit vector along the parallel, the meridian and the vertical of the object's position, and the errors
      -- along the same: meridians turn on the way from there.
      cos(p.lat) * sin(p.lon) as east,
      sin(p.lat) * cos(p.lat0) - cos(p.lat) * sin(p.lat0) * cos(p.lon) as north,
      sin(p.lat) * sin(p.lat0) + cos(p.lat) * cos(p.lat0) * cos(p.lon) as up,
      ${onSky.east} as east_var,
      ${onSky.north} as north_var,
      ${onSky.cov} as cov,
      case when p.flux is not null then
        (p.flux - lag(p.flux) over curve) / nullif(p.mjd - lag(p.mjd) over curve, 0) end as slope
    from point p
    window curve as (partition by p.number, p.band, p.flux is null order by p.mjd, p.id)
  ), detected as (
    select s.number, s.band,
      ${sums.map(([name, sql]) => `${sql} as ${name}`).join(',\n      ')},
      array[${photometry.map(([, sql]) => sql).join(',\n        ')}]::float8[] as psf
    from placed s
    group by s.number, s.band
  )`;
}

/** Common table expressions from forced sources `measurement` to `forced`: means of each object in each band. */
const forcedSql = `forced_point as (
    select f.number, f.band, f."psfFlux"::float8 as flux, ${weight('f."psfFlux"', 'f."psfFluxErr"')} as weight
    from measurement f
  ), forced as (
    select f.number, f.band, array[${forced.map(([, sql]) => sql).join(', ')}]::float8[] as fp
    from forced_point f
    group by f.number, f.band
  )`;

/**
 * Common table expressions that end with `statistic`, a row for each object that has sources or forced sources.
 * They start from `target (number int4, id int8, start, ra0, decl0, until float8)`: versions of objects, each with a
 * position near its own, and the time from which on sources count no more, or NULL.
 */
export function statisticsSql(apdb: Apdb, sources?: Extra, forcedSources?: Extra): string {
  const perBand = (array: string) =>
    bandsOf(apdb).map(
      (band, i) => `max(b.${array}) filter (where b.band = ${plv8.quote_literal(band)}) as ${array}_${i}`,
    );
  /** A moment of the position: that of the mean from the sources' errors, else from their scatter [deg²]. */
  const moment = (errors: string, products: string, product: string) =>
    `case when s.n_errors = s.n then s.${errors} / s.n ^ 2
        when s.n > 1 then degrees(degrees(${products} - ${product} / s.n)) / s.n / (s.n - 1) end`;
  const x = '(s.up * cosd(t.decl0) - s.north * sind(t.decl0))';
  const z = '(s.north * cosd(t.decl0) + s.up * sind(t.decl0))';
  return `detection as (
    ${rowsOf(
      apdb,
      'DiaSource',
      ['diaSourceId'],
      [
        'diaSourceId',
        'midpointMjdTai',
        ...apdb.options.ra_dec_columns,
        'raErr',
        'decErr',
        'ra_dec_Cov',
        'band',
        'psfFlux',
        'psfFluxErr',
        'scienceFlux',
        'scienceFluxErr',
      ],
      sources,
    )}
  ), ${detectedSql(apdb)}, measurement as (
    ${rowsOf(apdb, 'DiaForcedSource', ['diaObjectId', 'visit', 'detector'], ['band', 'psfFlux', 'psfFluxErr'], forcedSources)}
  ), ${forcedSql}, banded as (
    select d.*, null::float8[] as fp
    from detected d
    union all
    select f.number, f.band, ${sums.map(() => 'null').join(', ')}, null, f.fp
    from forced f
  ), summed as (
    select b.number,
      ${sums.map(([name, , over]) => `${over}(b.${name}) as ${name}`).join(', ')},
      ${[...perBand('psf'), ...perBand('fp')].join(',\n      ')}
    from banded b
    group by b.number
  ), centred as (
    select s.*, t.id as object, t.start, a.lon,
      a.lon * sind(t.decl0) as turn,
      case when s.n > 1 then t.ra0 + degrees(a.lon) else s.ra end as mean_ra,
      case when s.n > 1 then degrees(atan2(${z}, sqrt(s.east ^ 2 + ${x} ^ 2))) else s.decl end as mean_decl,
      ${moment('east_var', 's.east_east', 's.east ^ 2')} as mean_east_var,
      ${moment('north_var', 's.north_north', 's.north ^ 2')} as mean_north_var,
      ${moment('cov', 's.east_north', 's.east * s.north')} as mean_cov
    from summed s
    join target t on t.number = s.number
    cross join lateral (select atan2(s.east, ${x}) as lon) a
  ), statistic as materialized (
    select c.*, coalesce(nullif(c.mean_ra - 360 * floor(c.mean_ra / 360), 360), 0) as pos_ra,
      ${Object.entries(
        turned(
          { east: 'c.mean_east_var', north: 'c.mean_north_var', cov: 'c.mean_cov' },
          'sin(-c.turn)',
          'cos(c.turn)',
        ),
      )
        .map(([name, sql]) => `${sql} as pos_${name}`)
        .join(',\n      ')}
    from centred c
  )`;
}

/** The columns of DiaObject that are statistics, with the expression of each for a row x of `statistic`. */
export function statisticColumns(apdb: Apdb): Map<string, string> {
  const [ra, decl] = apdb.options.ra_dec_columns;
  const ofObject: Readonly<Record<string, string>> = {
    [ra]: 'x.pos_ra',
    [decl]: 'x.mean_decl',
    raErr: 'sqrt(greatest(0, x.pos_east))',
    decErr: 'sqrt(greatest(0, x.pos_north))',
    ra_dec_Cov: 'x.pos_cov',
    firstDiaSourceMjdTai: 'x.first',
    lastDiaSourceMjdTai: 'x.last',
    nDiaSources: 'coalesce(x.n, 0)',
  };
  const bands = bandsOf(apdb);
  const value = (name: string): string | undefined => {
    if (Object.hasOwn(ofObject, name)) return ofObject[name];
    const [, band, suffix] = /^(.)_(.+)$/.exec(name) ?? [];
    for (const [array, statistics] of [
      ['psf', photometry],
      ['fp', forced],
    ] as const) {
      const place = statistics.findIndex(([known]) => known === suffix) + 1;
      if (band === undefined || place === 0) continue;
      const found = `x.${array}_${bands.indexOf(band)}[${place}]`;
      return suffix === 'psfFluxNdata' ? `coalesce(${found}, 0)` : found;
    }
    return undefined;
  };
  return new Map(
    apdb.columns('DiaObject').flatMap(({ name }): [string, string][] => {
      const sql = value(name);
      return sql === undefined ? [] : [[name, sql]];
    }),
  );
}
