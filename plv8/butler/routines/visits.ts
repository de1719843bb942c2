/** Visits in SQL. */
import { changes, type Routine, routine } from '../../routine.ts';
import { defineVisits, instrumentOf } from '../define_visits.ts';
import { openRegistry } from '../registry.ts';

export const define_visits: Routine = routine(
  {
    args: [
      ['instrument', 'text', 'null'],
      ['where', 'text', "''"],
      ['group', 'text', "'one-to-one-and-by-counter'"],
      ['exposures', 'int8[]', 'null'],
      ['update_records', 'boolean', 'false'],
      ['incremental', 'boolean', 'false'],
      ['skip_conflicting', 'boolean', 'false'],
      ['prefilter', 'boolean', 'false'],
      ['check_detector_regions', 'boolean', 'false'],
      ['merge_exposures', 'boolean', 'false'],
      ['padding_deg', 'float8', 'null'],
      ['padding_pixels', 'float8', 'null'],
      ['camera', 'text', 'null'],
      ['on_sky_only', 'boolean', 'true'],
      ['registry', 'name', 'butler.current_registry()'],
    ],
    returns: {
      table: [
        ['n_visits', 'int8'],
        ['n_skipped', 'int8'],
        ['n_new', 'int8'],
        ['n_fully_updated', 'int8'],
        ['n_partially_updated', 'int8'],
        ['n_filtered', 'int8'],
      ],
    },
    ...changes,
    strict: false,
    rows: 1,
    comment:
      'Defines the visits that exposures make: their records, which exposures they consist of, the visit systems ' +
      'they belong to, and the regions of visits and detectors with the pixels that these overlap. Returns how many ' +
      'visits the selected exposures make, and of these how many were left as they are, new, updated with their ' +
      'detectors, updated without; and how many exposures prefilter left out. instrument: by default the only ' +
      'one. "where" and exposures (ids) select exposures; those count that have tracking_ra, tracking_dec and ' +
      'sky_angle, and whose can_see_sky is not false (on_sky_only => false: whatever can_see_sky says). "group": ' +
      'one-to-one-and-by-counter (by day_obs, seq_start, seq_end), one-to-one, by-group-metadata. Visits that are ' +
      'there and differ: DatabaseConflictError, or skip_conflicting leaves them, update_records replaces them; ' +
      'incremental adds to the selection the exposures that share its groups, and updates visits that gain some. ' +
      'With update_records every visit that was there counts as updated with its detectors, with incremental with ' +
      'them only where its region changed. check_detector_regions compares the regions of detectors, too. ' +
      'prefilter leaves out exposures that have a visit, and goes with neither. Regions are those of the first ' +
      'exposure, or around all with merge_exposures, padded by padding_deg [deg] or padding_pixels, else by the ' +
      "camera's padding. camera: as butler.load_camera named it, by default like the instrument. " +
      'ConflictingDefinitionError where two visits would be one. All or nothing; sessions that define the same ' +
      'visits wait for one another.',
  },
  (
    instrument,
    where,
    group,
    exposures,
    updateRecords,
    incremental,
    skipConflicting,
    prefilter,
    checkDetectorRegions,
    mergeExposures,
    paddingDeg,
    paddingPixels,
    camera,
    onSkyOnly,
    registryName,
  ) => {
    const registry = openRegistry(registryName);
    const counts = defineVisits(registry, {
      instrument: instrumentOf(registry, instrument),
      where: where ?? '',
      grouping: group ?? 'one-to-one-and-by-counter',
      exposures: exposures?.filter((id) => id !== null) ?? null,
      updateRecords: updateRecords ?? false,
      incremental: incremental ?? false,
      skipConflicting: skipConflicting ?? false,
      prefilter: prefilter ?? false,
      checkDetectorRegions: checkDetectorRegions ?? false,
      mergeExposures: mergeExposures ?? false,
      paddingDeg,
      paddingPixels,
      camera,
      onSky: onSkyOnly ?? true,
    });
    return [counts];
  },
);
