/** Longitudes and latitudes by the server's own arctangent. */
import type { DegreesOf } from '../pos.ts';
import { DEGREES_PER_RADIAN, normalizedAngle } from '../vector.ts';

let plan: Plv8Plan | undefined;

/**
 * Longitude and latitude of a direction [deg], by the C library under PostgreSQL. The reference takes its
 * arctangents from that library too, and what is compared digit by digit has to share its last bit.
 */
export const serverDegrees: DegreesOf = ([x, y, z]) => {
  plan ??= plv8.prepare('select atan2($1, $2) as lon, atan2($3, sqrt($2 * $2 + $1 * $1)) as lat', [
    'float8',
    'float8',
    'float8',
  ]);
  const [row] = plan.execute([y, x, z]);
  const lon = x === 0 && y === 0 ? 0 : normalizedAngle(row.lon as number);
  return [lon * DEGREES_PER_RADIAN, (row.lat as number) * DEGREES_PER_RADIAN];
};
