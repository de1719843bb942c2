/** Header cards: FITS Standard 4.0, section 4 (80-character cards in 2880-byte records). */
import { FormatError } from '../table.ts';
import type { ByteSource } from './source.ts';

export const recordBytes = 2880;
const cardBytes = 80;
/** No real header comes near; a damaged one must not swallow the whole file. */
const mostHeaderBytes = 10_000 * recordBytes;

/** Strings without trailing blanks; integers as bigint, so that none is rounded; complex values are left out. */
export type CardValue = string | bigint | number | boolean;

interface Card {
  readonly value: CardValue | undefined;
  readonly comment: string;
}

/** The cards of one HDU and where its header and data lie in the (uncompressed) file. */
export class Header {
  readonly path: string;
  readonly index: number;
  readonly start: number;
  readonly dataStart: number;
  readonly #cards = new Map<string, Card>();

  constructor(path: string, index: number, start: number, dataStart: number, text: string) {
    this.path = path;
    this.index = index;
    this.start = start;
    this.dataStart = dataStart;
    let open: { keyword: string; value: string; comment: string } | undefined;
    for (let at = 0; at < text.length; at += cardBytes) {
      const card = text.slice(at, at + cardBytes);
      const keyword = card.slice(0, 8).trimEnd();
      if (open !== undefined && keyword === 'CONTINUE') {
        const next = parseValue(card.slice(8));
        if (typeof next.value === 'string') {
          open = {
            keyword: open.keyword,
            value: open.value.slice(0, -1) + next.value,
            comment: joined(open.comment, next.comment),
          };
          this.#set(open.keyword, open);
          if (!next.value.endsWith('&')) open = undefined;
          continue;
        }
      }
      open = undefined;
      if (card.slice(8, 10) !== '= ' || this.#cards.has(keyword)) continue;
      const { value, comment } = parseValue(card.slice(10));
      this.#set(keyword, { value, comment });
      if (typeof value === 'string' && value.endsWith('&')) open = { keyword, value, comment };
    }
  }

  #set(keyword: string, card: Card): void {
    this.#cards.set(keyword, { value: card.value, comment: card.comment });
  }

  /** Every card that has a value, the first of each keyword. */
  *values(): IterableIterator<[keyword: string, value: CardValue]> {
    for (const [keyword, { value }] of this.#cards) if (value !== undefined) yield [keyword, value];
  }

  error(message: string, hint?: string): FormatError {
    return new FormatError(`HDU ${this.index} (header at byte ${this.start}): ${message}`, {
      path: this.path,
      byte: this.start,
      hint,
    });
  }

  comment(keyword: string): string {
    return this.#cards.get(keyword)?.comment ?? '';
  }

  /** A string card's text, or undefined where there is none or it is empty. */
  text(keyword: string): string | undefined {
    const value = this.#cards.get(keyword)?.value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  flag(keyword: string): boolean {
    return this.#cards.get(keyword)?.value === true;
  }

  bigint(keyword: string): bigint | undefined {
    const value = this.#cards.get(keyword)?.value;
    if (value === undefined || typeof value === 'bigint') return value;
    // Some writers give integers a point: TZERO = 32768.0 is exact all the same.
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    if (typeof value === 'number') return undefined;
    throw this.error(`${keyword} is ${JSON.stringify(value)}, not a number`);
  }

  real(keyword: string): number | undefined {
    const value = this.#cards.get(keyword)?.value;
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    throw this.error(`${keyword} is ${JSON.stringify(value)}, not a number`);
  }

  /** A count: a whole number from 0. */
  count(keyword: string, missing?: number): number {
    const value = this.bigint(keyword);
    if (value === undefined) {
      if (missing !== undefined) return missing;
      throw this.error(`${keyword} is missing or not a whole number`);
    }
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.error(`${keyword} is ${value}, not a count`);
    }
    return Number(value);
  }
}

function joined(first: string, second: string): string {
  return first === '' ? second : second === '' ? first : `${first} ${second}`;
}

function parseValue(field: string): Card {
  const text = field.trimStart();
  if (text.startsWith("'")) {
    const match = /^'((?:[^']|'')*)'?\s*(?:\/\s*(.*))?/.exec(text)!;
    return { value: match[1]!.replaceAll("''", "'").trimEnd(), comment: (match[2] ?? '').trimEnd() };
  }
  const [, token = '', comment = ''] = /^([^/]*)(?:\/\s*(.*))?$/.exec(text) ?? [];
  return { value: scalar(token.trim()), comment: comment.trimEnd() };
}

function scalar(token: string): CardValue | undefined {
  if (token === 'T') return true;
  if (token === 'F') return false;
  if (/^[+-]?\d+$/.test(token)) return BigInt(token.replace(/^\+/, ''));
  if (/^[+-]?(\d+\.?\d*|\.\d+)([ED][+-]?\d+)?$/i.test(token)) return Number(token.replace(/d/i, 'E'));
  return undefined;
}

const endCard = /^END {77}/;

/**
 * The header that begins at `start`, or undefined where the file ends exactly there.
 * @throws FormatError where the file ends inside a header, or what is there is no header
 */
export async function readHeader(
  source: ByteSource,
  index: number,
  start: number,
): Promise<Header | undefined> {
  let text = '';
  for (;;) {
    const at = start + text.length;
    const record = (await source.read(at, recordBytes)).toString('latin1');
    if (record.length === 0 && text === '' && start > 0) return undefined;
    if (text === '' && !startsHeader(record, index)) {
      if (record.length < recordBytes) throw cutShort(source.path, index, at + record.length);
      return undefined;
    }
    if (record.length < recordBytes) throw cutShort(source.path, index, at + record.length);
    for (let card = 0; card < recordBytes; card += cardBytes) {
      if (endCard.test(record.slice(card, card + cardBytes))) {
        return new Header(source.path, index, start, at + recordBytes, text + record.slice(0, card));
      }
    }
    text += record;
    if (text.length > mostHeaderBytes) {
      throw new FormatError(`the header of HDU ${index} at byte ${start} has no END card`, {
        path: source.path,
        byte: start,
      });
    }
  }
}

function startsHeader(record: string, index: number): boolean {
  return record.startsWith(index === 0 ? 'SIMPLE  =' : 'XTENSION=');
}

function cutShort(path: string, index: number, end: number): FormatError {
  return new FormatError(`the file ends at byte ${end}, inside the header of HDU ${index}`, {
    path,
    byte: end,
    hint: 'It is truncated: fetch it again.',
  });
}
