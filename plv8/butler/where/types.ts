/** Which types of values go together. */
import type { ValueType } from './reference.ts';

export const isNumeric = (type: ValueType): boolean => type === 'int' || type === 'float';

/** What to do about two types that do not fit. */
export function mismatchHint(left: ValueType, right: ValueType): string | undefined {
  const types = [left, right];
  if (types.includes('datetime') && types.includes('timespan'))
    return 'Compare its begin or end, such as visit.timespan.begin, or write OVERLAPS.';
  if (types.includes('datetime')) return "A time is written T'2019-04-02 12:00:00'.";
  if (types.includes('uuid')) return "A UUID is written UUID('…').";
  if (types.includes('string')) return "Strings stand between single quotes, numbers do not: 'DECam', 57.";
  if (types.includes('int') && types.includes('float')) return 'Write 2.0 where the column is a float.';
  return undefined;
}
