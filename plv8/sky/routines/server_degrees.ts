/** Longitudes and latitudes by the server's own arctangent. */
import type { DegreesOf } from '../pos.ts';
import { DEGREES_PER_RADIAN, normalizedAngle, type Vec3 } from '../vector.ts';

let plan: Plv8Plan | undefined;

/**
 * Longitude and latitude of a direction [rad], by the C library under PostgreSQL. The reference takes its
 * arctangents from that library too, and what is compared digit by digit has to share its last bit.
 */
export function serverRadians([x, y, z]: Vec3): [lon: number, lat: number] {
  plan ??= plv8.prepare('select atan2($1, $2) as lon, atan2($3, sqrt($2 * $2 + $1 * $1)) as lat', [
    'float8',
    'float8',
    'float8',
  ]);
  const [row] = plan.execute([y, x, z]);
  return [x === 0 && y === 0 ? 0 : normalizedAngle(row.lon as number), row.lat as number];
}

/** The same [deg]. */
export const serverDegrees: DegreesOf = (v) => {
  const [lon, lat] = serverRadians(v);
  return [lon * DEGREES_PER_RADIAN, lat * DEGREES_PER_RADIAN];
};
