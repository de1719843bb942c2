/** When duplicates among the objects were last looked for, as the client keeps it in the metadata. */
import { type Apdb, metadataKeys } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { finite } from './given.ts';

const dayMs = 86_400_000;
/** 1858-11-17, the beginning of the Modified Julian Date. */
const mjdZero = Date.UTC(1858, 10, 17);
/** The first and the last day whose year has four digits. */
const [firstDay, lastDay] = [-678_575, 2_973_483];

/**
 * An MJD as date and time on the same scale, to the millisecond: `2024-02-20 06:00:00.000`.
 * @throws ApdbDataError outside the years 1 to 9999
 */
export function isoOfMjd(mjd: number, argument: string): string {
  const day = Math.floor(finite(mjd, argument));
  if (day < firstDay || day > lastDay)
    throw apdbError('ApdbDataError', `${argument} ${mjd} is not in the years 1 to 9999`, {
      hint: 'It is a Modified Julian Date: JD - 2400000.5.',
    });
  const ms = Math.round((mjd - day) * dayMs);
  return new Date(mjdZero + day * dayMs + ms).toISOString().replace('T', ' ').replace('Z', '');
}

/** @param dedupTime MJD TAI */
export function resetDedup(apdb: Apdb, dedupTime: number | null): void {
  const time = isoOfMjd(finite(dedupTime, 'dedup_time'), 'dedup_time');
  apdb.setMetadata(metadataKeys.dedup, `{"dedup_time_iso_tai": "${time}"}`);
}
