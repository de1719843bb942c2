/** Places labels beside their points so that none covers another. */

/** An upright rectangle: left, top, right, bottom. */
export type Box = readonly [number, number, number, number];

export interface Placed {
  /** Where the text's baseline begins. */
  readonly x: number;
  readonly y: number;
  readonly box: Box;
}

/** Mean advance of a character and heights above and below the baseline, in em, of the usual sans-serif fonts. */
const advance = 0.56;
const ascent = 0.76;
const descent = 0.22;

export function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** The box of a text whose baseline begins at (x, y). */
export function textBox(text: string, x: number, y: number, size: number): Box {
  return [x, y - ascent * size, x + [...text].length * advance * size, y + descent * size];
}

/** Keeps what is taken on the picture, and finds room for more. */
export class LabelPlacer {
  readonly #taken: Box[] = [];
  readonly #allowed: (box: Box) => boolean;

  /** `allowed` says whether a box lies within the picture's frame. */
  constructor(allowed: (box: Box) => boolean) {
    this.#allowed = allowed;
  }

  reserve(box: Box): void {
    this.#taken.push(box);
  }

  isFree(box: Box): boolean {
    return this.#allowed(box) && !this.#taken.some((other) => overlap(box, other));
  }

  /** Tries the eight places around a point of the given radius, best first; undefined where all are taken. */
  place(text: string, point: readonly [number, number], radius: number, size: number): Placed | undefined {
    const [left, top, right, bottom] = textBox(text, 0, 0, size);
    const width = right - left;
    const gap = radius + 0.28 * size;
    const diagonal = gap * Math.SQRT1_2;
    const middle = -(top + bottom) / 2;
    const candidates: readonly (readonly [number, number])[] = [
      [gap, middle],
      [-gap - width, middle],
      [-width / 2, -gap - bottom],
      [-width / 2, gap - top],
      [diagonal, -diagonal - bottom],
      [diagonal, diagonal - top],
      [-diagonal - width, -diagonal - bottom],
      [-diagonal - width, diagonal - top],
    ];
    for (const [dx, dy] of candidates) {
      const [x, y] = [point[0] + dx, point[1] + dy];
      const box = textBox(text, x, y, size);
      if (!this.isFree(box)) continue;
      this.reserve(box);
      return { x, y, box };
    }
    return undefined;
  }
}
