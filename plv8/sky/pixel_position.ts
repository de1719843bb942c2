/** Positions that SQL passes as two numbers. */
import { Failure } from '../failure.ts';
import { fromDegrees, type Vec3 } from './vector.ts';

/**
 * The unit vector at right ascension and declination, ICRS degrees. Throws Failure 22023 for numbers that are not
 * finite and for a declination beyond ±90°, naming the row when there is one.
 */
export function positionAt(ra: number, decl: number, row?: number): Vec3 {
  if (!Number.isFinite(ra) || !(Math.abs(decl) <= 90)) {
    const where = row === undefined ? '' : `row ${row}: `;
    throw new Failure('22023', `${where}ra ${ra}, decl ${decl} is not a position`, {
      hint: 'ra is any finite number of degrees; decl is between -90 and 90.',
    });
  }
  return fromDegrees(ra, decl);
}
