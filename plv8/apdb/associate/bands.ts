/** A view of the statistics of objects with a row for each band, and magnitudes. */
import { type Apdb, q } from '../apdb.ts';
import { snakeCase } from '../snake_case.ts';

interface BandColumn {
  readonly suffix: string;
  readonly type: string;
}

const fluxes = [
  ['psf', 'psfFluxMean', 'the mean difference flux'],
  ['science', 'scienceFluxMean', 'the mean flux on the images themselves'],
  ['fp', 'fpFluxMean', 'the mean forced difference flux'],
] as const;

/** Columns that DiaObject has for bands, without the band, each once. */
function bandColumns(apdb: Apdb): { bands: string[]; columns: BandColumn[] } {
  const bands = new Set<string>();
  const columns = new Map<string, BandColumn>();
  for (const { name, type } of apdb.columns('DiaObject')) {
    const [, band, suffix] = /^(.)_((?:psf|fp|science)Flux\w+)$/.exec(name) ?? [];
    if (band === undefined || suffix === undefined) continue;
    bands.add(band);
    columns.set(suffix, { suffix, type });
  }
  return { bands: [...bands], columns: [...columns.values()] };
}

const meanings: Readonly<Record<string, string>> = {
  psfFluxMean: 'Mean of the difference fluxes of the sources, weighted by 1/error² [nJy; phot.flux]',
  psfFluxMeanErr: 'Error of psf_flux_mean [nJy; stat.error]',
  psfFluxSigma: 'Standard deviation of the difference fluxes [nJy; stat.stdev]',
  psfFluxNdata: 'Sources whose difference flux has an error [; meta.number]',
  psfFluxMin: 'Least difference flux [nJy; stat.min]',
  psfFluxMax: 'Greatest difference flux [nJy; stat.max]',
  psfFluxMaxSlope: 'Steepest rise from one difference flux to the next [nJy/d]',
  psfFluxErrMean: 'Mean of the errors of the difference fluxes [nJy]',
  fpFluxMean: 'Mean of the forced difference fluxes, weighted by 1/error² [nJy; phot.flux]',
  fpFluxMeanErr: 'Error of fp_flux_mean [nJy; stat.error]',
  scienceFluxMean: 'Mean of the fluxes on the images themselves, weighted by 1/error² [nJy; phot.flux]',
  scienceFluxMeanErr: 'Error of science_flux_mean [nJy; stat.error]',
};

/** Statements that make the view dia_object_band; none where DiaObject has no columns of bands. */
export function bandViewSql(apdb: Apdb): string[] {
  const { bands, columns } = bandColumns(apdb);
  if (columns.length === 0) return [];
  const view = apdb.own('dia_object_band');
  const value = (band: string, { suffix, type }: BandColumn) => {
    const name = `${band}_${suffix}`;
    return apdb.hasColumn('DiaObject', name) ? `o.${q(snakeCase(name))}` : `null::${type}`;
  };
  const names = columns.map(({ suffix }) => snakeCase(suffix));
  const present = fluxes.filter(([, mean]) => columns.some(({ suffix }) => suffix === mean));
  const magnitudes = present.flatMap(([kind, mean, what]) => {
    const flux = `b.${snakeCase(mean)}::float8`;
    const error = columns.some(({ suffix }) => suffix === `${mean}Err`)
      ? `b.${snakeCase(mean)}_err::float8`
      : 'null::float8';
    return [
      {
        name: `${kind}_mag`,
        sql: `apdb.magnitude(${flux})`,
        comment: `AB magnitude of ${what}, where that is positive [mag; phot.mag]`,
      },
      {
        name: `${kind}_mag_err`,
        sql: `apdb.magnitude_error(${flux}, ${error})`,
        comment: `Error of ${kind}_mag [mag; stat.error;phot.mag]`,
      },
    ];
  });
  const there = columns
    .map(({ suffix }) =>
      suffix === 'psfFluxNdata' ? 'b.psf_flux_ndata > 0' : `b.${snakeCase(suffix)} is not null`,
    )
    .join(' or ');
  const comments: [string, string][] = [
    ['dia_object_id', 'Object [; meta.id;src]'],
    ['validity_start_mjd_tai', 'When the version begins: MJD TAI [d; time.epoch]'],
    ['band', 'Band [; meta.id;instr.filter]'],
    ...columns.map(({ suffix }): [string, string] => [snakeCase(suffix), meanings[suffix] ?? suffix]),
    ...magnitudes.map(({ name, comment }): [string, string] => [name, comment]),
  ];
  return [
    `create or replace view ${view} as
select
  o.dia_object_id,
  o.validity_start_mjd_tai,
  b.band,
  ${[...names.map((name) => `b.${q(name)}`), ...magnitudes.map(({ name, sql }) => `${sql} as ${name}`)].join(',\n  ')}
from ${apdb.own('dia_object_latest')} o
cross join lateral (
  values
    ${bands.map((band) => `(${plv8.quote_literal(band)}::text, ${columns.map((column) => value(band, column)).join(', ')})`).join(',\n    ')}
) b (band, ${names.map((name) => q(name)).join(', ')})
where ${there}`,
    [
      `comment on view ${view} is 'Statistics of the latest version of each object, a row for each band in which it was measured, with magnitudes'`,
      ...comments.map(
        ([name, comment]) => `comment on column ${view}.${q(name)} is ${plv8.quote_literal(comment)}`,
      ),
    ].join(';\n'),
  ];
}
