/** Columns of a binary table from its header: FITS Standard 4.0, section 7.3 (TFORM, TDIM, TNULL, TSCAL, TZERO). */
import type { Column, ElementType } from '../table.ts';
import type { Header } from './header.ts';

export type Letter = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M';

/** Bytes of one element; X counts bits and has its own rule. */
export const letterBytes: Readonly<Record<Letter, number>> = {
  ...{ L: 1, X: 1, B: 1, I: 2, J: 4, K: 8, A: 1, E: 4, D: 8, C: 8, M: 16 },
};

/** How the stored number becomes the value: not at all, by adding a whole number, or by zero + scale × stored. */
export type Scaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'offset'; readonly zero: bigint }
  | { readonly kind: 'linear'; readonly scale: number; readonly zero: number };

/** One column: where its field lies in a row and what its elements are. */
export interface Field {
  readonly column: Column;
  readonly letter: Letter;
  /** Elements a row: characters of all strings for A, bits for X, 0 for a field without width. */
  readonly repeat: number;
  readonly offset: number;
  readonly width: number;
  /** Characters of one string, for A. */
  readonly stringWidth: number;
  readonly scaling: Scaling;
  readonly nullValue: bigint | undefined;
  /** Bytes of a count or an offset of an array descriptor (P: 4, Q: 8); absent for fields stored in the row. */
  readonly descriptor?: 4 | 8;
}

interface Form {
  readonly letter: Letter;
  readonly repeat: number;
  readonly width: number;
  readonly descriptor?: 4 | 8;
  /** Width of each string where a TFORM says so itself: '60A12'. */
  readonly substring?: number;
}

function parseForm(header: Header, keyword: string): Form {
  const text = header.text(keyword);
  if (text === undefined) throw header.error(`${keyword} is missing`);
  const match = /^(\d*)([LXBIJKAEDCMPQ])(.*)$/i.exec(text.replaceAll(' ', ''));
  if (match === null) throw header.error(`${keyword} = '${text}' is not a binary table format`);
  const repeat = match[1] === '' ? 1 : Number(match[1]);
  const code = match[2]!.toUpperCase();
  if (code === 'P' || code === 'Q') {
    const element = /^([LXBIJKAEDCM])(\(\d*\))?$/i.exec(match[3]!)?.[1]?.toUpperCase();
    if (element === undefined) throw header.error(`${keyword} = '${text}' does not name its elements' type`);
    if (repeat > 1) throw header.error(`${keyword} = '${text}' has more than one array descriptor a row`);
    const descriptor = code === 'P' ? 4 : 8;
    return { letter: element as Letter, repeat, width: repeat * 2 * descriptor, descriptor };
  }
  const letter = code as Letter;
  const width = letter === 'X' ? Math.ceil(repeat / 8) : repeat * letterBytes[letter];
  const substring = letter === 'A' ? Number(/^(\d+)/.exec(match[3]!)?.[1] ?? repeat) : undefined;
  return { letter, repeat, width, substring };
}

/** TDIM's axes, fastest first; undefined where it is absent or does not fit the field. */
function parseDimensions(header: Header, keyword: string, repeat: number): number[] | undefined {
  const match = /^\(([\d, ]+)\)$/.exec(header.text(keyword)?.trim() ?? '');
  if (match === null) return undefined;
  const axes = match[1]!.split(',').map(Number);
  return axes.reduce((product, axis) => product * axis, 1) === repeat ? axes : undefined;
}

const integerBits: Readonly<Partial<Record<Letter, number>>> = { B: 8, I: 16, J: 32, K: 64 };

function scalingOf(header: Header, number: number, letter: Letter): Scaling {
  const scale = header.real(`TSCAL${number}`) ?? 1;
  const zero = header.real(`TZERO${number}`) ?? 0;
  if ((scale === 1 && zero === 0) || /[LXA]/.test(letter)) return { kind: 'none' };
  const whole = header.bigint(`TZERO${number}`);
  if (scale === 1 && whole !== undefined && integerBits[letter] !== undefined) {
    return { kind: 'offset', zero: whole };
  }
  return { kind: 'linear', scale, zero };
}

function elementType(letter: Letter, scaling: Scaling): ElementType {
  if (letter === 'A') return 'text';
  if (letter === 'L' || letter === 'X') return 'boolean';
  if (scaling.kind === 'linear') return 'float64';
  if (letter === 'E' || letter === 'C') return 'float32';
  if (letter === 'D' || letter === 'M') return 'float64';
  // The smallest integer that holds every value: the field's range, moved by TZERO.
  const bits = integerBits[letter]!;
  const zero = scaling.kind === 'offset' ? scaling.zero : 0n;
  const least = (letter === 'B' ? 0n : -(1n << BigInt(bits - 1))) + zero;
  const most = (letter === 'B' ? 255n : (1n << BigInt(bits - 1)) - 1n) + zero;
  const fits = (size: bigint) => least >= -(1n << (size - 1n)) && most < 1n << (size - 1n);
  return fits(16n) ? 'int16' : fits(32n) ? 'int32' : fits(64n) ? 'int64' : 'numeric';
}

/** Comments that writers put on every TTYPE say nothing of the column. */
const emptyComment = /^(label for|name (of|for)|field|column|data field|tfields?)\b/i;

function descriptionOf(header: Header, number: number): string | undefined {
  for (const keyword of ['TCOMM', 'TDOC', 'TDESC']) {
    const text = header.text(`${keyword}${number}`);
    if (text !== undefined) return text;
  }
  const comment = header.comment(`TTYPE${number}`);
  return comment === '' || emptyComment.test(comment) ? undefined : comment;
}

/** Names as the file has them, made unique: without a name 'col3', a second 'flux' becomes 'flux_2'. */
function nameOf(header: Header, number: number, taken: Set<string>): string {
  const stored = header.text(`TTYPE${number}`)?.trim() || `col${number}`;
  let name = stored;
  // FITS compares names without regard to case.
  for (let copy = 2; taken.has(name.toLowerCase()); copy++) name = `${stored}_${copy}`;
  taken.add(name.toLowerCase());
  return name;
}

/** A column's shape, slowest index first: scalars have none, complex numbers a last axis of (real, imaginary). */
function shapeOf(
  form: Form,
  axes: number[] | undefined,
  stringWidth: number,
): number[] | 'ragged' | undefined {
  const { letter, repeat, descriptor } = form;
  if (descriptor !== undefined) return letter === 'A' ? undefined : 'ragged';
  const complex = letter === 'C' || letter === 'M' ? [2] : [];
  if (letter === 'A') {
    if (axes !== undefined) return axes.length === 1 ? undefined : axes.slice(1).reverse();
    return stringWidth > 0 && stringWidth < repeat ? [Math.floor(repeat / stringWidth)] : undefined;
  }
  if (repeat === 1) return complex.length > 0 ? complex : undefined;
  return [...(axes?.toReversed() ?? [repeat]), ...complex];
}

function readField(header: Header, number: number, offset: number, taken: Set<string>): Field {
  const form = parseForm(header, `TFORM${number}`);
  const { letter, repeat, width, descriptor } = form;
  const axes = descriptor === undefined ? parseDimensions(header, `TDIM${number}`, repeat) : undefined;
  const stringWidth = letter === 'A' ? (axes?.[0] ?? form.substring ?? repeat) : 0;
  const scaling = scalingOf(header, number, letter);
  const nullValue = integerBits[letter] === undefined ? undefined : header.bigint(`TNULL${number}`);
  const shape = shapeOf(form, axes, stringWidth);
  const dimensions = header.text(`TDIM${number}`);
  return {
    ...{ letter, repeat, offset, width, stringWidth, scaling, nullValue, descriptor },
    column: {
      name: nameOf(header, number, taken),
      type: elementType(letter, scaling),
      shape,
      maxLength: letter === 'A' && descriptor === undefined ? stringWidth : undefined,
      nullable: shape === undefined && (letter === 'L' || nullValue !== undefined),
      unit: header.text(`TUNIT${number}`),
      ucd: header.text(`TUCD${number}`),
      description: descriptionOf(header, number),
      storedAs: header.text(`TFORM${number}`)! + (dimensions === undefined ? '' : ` ${dimensions}`),
    },
  };
}

/** The fields of a binary table's rows, in order. */
export function readFields(header: Header): Field[] {
  const count = header.count('TFIELDS');
  if (count > 999) throw header.error(`TFIELDS is ${count}, at most 999 columns are allowed`);
  const fields: Field[] = [];
  const taken = new Set<string>();
  let offset = 0;
  for (let number = 1; number <= count; number++) {
    const field = readField(header, number, offset, taken);
    offset += field.width;
    fields.push(field);
  }
  const rowBytes = header.count('NAXIS1');
  if (offset > rowBytes)
    throw header.error(`the columns take ${offset} bytes, NAXIS1 gives a row ${rowBytes}`);
  return fields;
}
