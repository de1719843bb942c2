/** One-to-one matches, the closest pair first. */

/**
 * Which pairs are matches, when pairs are taken in the order given and each takes its two ends away from those that
 * follow: their numbers, from 1. The ends are numbers from 1 on, of each side by itself.
 */
export function oneToOne(left: Int32Array, right: Int32Array): number[] {
  const leftTaken = new Set<number>();
  const rightTaken = new Set<number>();
  const kept: number[] = [];
  for (let i = 0; i < left.length; i++) {
    if (leftTaken.has(left[i]) || rightTaken.has(right[i])) continue;
    leftTaken.add(left[i]);
    rightTaken.add(right[i]);
    kept.push(i + 1);
  }
  return kept;
}
