/**
 * Names inside the queries of rows. Every column there has a name of its own, so that an expression means the same
 * wherever it stands: a required dimension bears its own name, all others have a sign that no dimension has.
 */

/** A field of the record of an element: `"visit.target_name"`. */
export function fieldName(element: string, column: string): string {
  return plv8.quote_ident(`${element}.${column}`);
}

/** What an element's record is found by, one for each dimension it requires: `"visit@instrument"`. */
export function joinName(element: string, dimension: string): string {
  return plv8.quote_ident(`${element}@${dimension}`);
}

/** The key of the footprint of an element's region. */
export function regionKeyName(element: string): string {
  return plv8.quote_ident(`${element}@@footprint`);
}

/** A column of the footprint of the data ID's region. */
export function footprintName(column: string): string {
  return plv8.quote_ident(`footprint@${column}`);
}

/** Columns of the source of datasets, beside the required dimensions. */
export const datasetId = '"dataset_id"';
export const runId = '"run_id"';
export const runName = '"run@name"';

/** Of an exposure: the footprint that it has of a visit, and that visit. */
export const exposureRegionKey = '"exposure@@footprint"';
export const exposureVisit = '"exposure@@visit"';
