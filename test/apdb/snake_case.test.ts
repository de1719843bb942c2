import test from 'ava';
import { schema10 } from '../../plv8/apdb/schema/schema10.ts';
import { snakeCase } from '../../plv8/apdb/snake_case.ts';

test('names of columns in the words of analysts', (t) => {
  const names = {
    diaObjectId: 'dia_object_id',
    validityStartMjdTai: 'validity_start_mjd_tai',
    ra_dec_Cov: 'ra_dec_cov',
    u_psfFluxErrMean: 'u_psf_flux_err_mean',
    nDiaSources: 'n_dia_sources',
    psfLnL: 'psf_ln_l',
    ixxPSF: 'ixx_psf',
    forced_PsfFlux_flag: 'forced_psf_flux_flag',
    pixelFlags_injected_templateCenter: 'pixel_flags_injected_template_center',
    MOIDEarthDeltaV: 'moid_earth_delta_v',
    u_H_u_G12_Cov: 'u_h_u_g12_cov',
  };
  for (const [name, expected] of Object.entries(names)) t.is(snakeCase(name), expected);
});

test('no two columns of a table have one name', (t) => {
  for (const { name, columns } of schema10.tables) {
    const names = columns.map((column) => snakeCase(column.name));
    t.is(new Set(names).size, names.length, name);
  }
});
