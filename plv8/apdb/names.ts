/** Names of columns for analysts. */

/**
 * The snake_case name of a column that the client knows in camelCase: `diaObjectId` is dia_object_id,
 * `ra_dec_Cov` ra_dec_cov, `validityStartMjdTai` validity_start_mjd_tai.
 */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
