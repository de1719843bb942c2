import type { FileHandle } from 'node:fs/promises';
import { brotliDecompressSync, crc32, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ColumnChunk, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { compressors } from 'hyparquet-compressors';
import type { Leaf } from './parquet-schema.ts';
import type { Values } from './parquet-values.ts';
import { decodeHybrid, decodeValues, emptyValues, lookUp } from './parquet-values.ts';

/** Levels and values of a run of records; levels are absent where the leaf has none. `values` leaves nulls out. */
export interface Records {
  readonly definition: Uint8Array;
  readonly repetition: Uint8Array;
  readonly values: Values;
}

interface Page {
  readonly entries: number;
  readonly definition: Uint8Array | undefined;
  readonly repetition: Uint8Array | undefined;
  readonly values: Values;
}

/** Bytes of a column chunk, read from the file in windows so that a large chunk never sits in memory whole. */
class ChunkBytes {
  readonly #file: FileHandle;
  #offset: number;
  readonly #end: number;
  #window = new Uint8Array(0);
  #at = 0;

  constructor(file: FileHandle, start: number, end: number) {
    this.#file = file;
    this.#offset = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#window.length - this.#at + this.#end - this.#offset;
  }

  /** The next `size` bytes, or what is left of the chunk, without moving on. The bytes stay valid for ever. */
  async peek(size: number): Promise<Uint8Array> {
    const wanted = Math.min(size, this.remaining);
    const held = this.#window.length - this.#at;
    if (held < wanted) {
      const more = Math.min(Math.max(wanted - held, 1 << 19), this.#end - this.#offset);
      const window = new Uint8Array(held + more);
      window.set(this.#window.subarray(this.#at));
      for (let filled = 0; filled < more; ) {
        const { bytesRead } = await this.#file.read(
          window,
          held + filled,
          more - filled,
          this.#offset + filled,
        );
        if (bytesRead === 0)
          throw new Error(`the file ends at byte ${this.#offset + filled}, inside the column's data`);
        filled += bytesRead;
      }
      this.#window = window;
      this.#at = 0;
      this.#offset += more;
    }
    return this.#window.subarray(this.#at, this.#at + wanted);
  }

  async take(size: number): Promise<Uint8Array> {
    const bytes = await this.peek(size);
    if (bytes.length < size)
      throw new Error(`a page of ${size} bytes runs past the end of the column's data`);
    this.#at += size;
    return bytes;
  }
}

/** Reads one leaf of one row group in file order, a page at a time. */
export class LeafCursor {
  readonly #leaf: Leaf;
  readonly #codec: string;
  readonly #bytes: ChunkBytes;
  #entriesLeft: number;
  #dictionary: Values | undefined;
  #page: Page = { entries: 0, definition: undefined, repetition: undefined, values: [] };
  #entry = 0;
  #value = 0;

  constructor(file: FileHandle, fileSize: number, chunk: ColumnChunk, leaf: Leaf) {
    const meta = chunk.meta_data;
    if (chunk.crypto_metadata || !meta) throw new Error('the column is encrypted, which is not supported');
    if (meta.type !== leaf.element.type)
      throw new Error(`stored as ${meta.type} where the schema says ${leaf.element.type}`);
    const dictionaryOffset = Number(meta.dictionary_page_offset ?? 0n);
    const dataOffset = Number(meta.data_page_offset);
    const start = dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset;
    const end = start + Number(meta.total_compressed_size);
    if (!(start >= 4 && end >= start && end <= fileSize - 8)) {
      throw new Error(`its data at bytes ${start} to ${end} lies outside the file of ${fileSize} bytes`);
    }
    this.#leaf = leaf;
    this.#codec = meta.codec;
    this.#entriesLeft = Number(meta.num_values);
    // Early writers left the dictionary page's header out of the chunk's size.
    this.#bytes = new ChunkBytes(file, start, Math.min(end + 100, fileSize - 8));
  }

  /** The next `rows` values of a leaf that never repeats, a null wherever `nulls` is not zero. */
  async flat(rows: number): Promise<{ values: Values; nulls: Uint8Array | undefined }> {
    if (this.#entry === this.#page.entries) await this.#turn(rows);
    const whole = this.#slice(rows);
    if (whole) return { values: whole, nulls: undefined };
    const values = emptyValues(this.#leaf, rows);
    let nulls: Uint8Array | undefined;
    for (let filled = 0; filled < rows; ) {
      if (this.#entry === this.#page.entries) await this.#turn(rows - filled);
      const { definition } = this.#page;
      const count = Math.min(rows - filled, this.#page.entries - this.#entry);
      if (!definition) {
        copyInto(values, filled, this.#page.values, this.#value, count);
        this.#value += count;
      } else {
        nulls ??= new Uint8Array(rows);
        this.#scatter(values, nulls, filled, count, definition);
      }
      this.#entry += count;
      filled += count;
    }
    return { values, nulls };
  }

  /** The next `rows` values without a copy, where the page holds them all and none is null. */
  #slice(rows: number): Values | undefined {
    const { definition, entries, values } = this.#page;
    if (definition || entries - this.#entry < rows || Array.isArray(values)) return undefined;
    this.#entry += rows;
    this.#value += rows;
    return values.subarray(this.#value - rows, this.#value);
  }

  #scatter(values: Values, nulls: Uint8Array, filled: number, count: number, definition: Uint8Array): void {
    const target = values as unknown[];
    const source = this.#page.values;
    for (let i = 0; i < count; i++) {
      if (definition[this.#entry + i] === this.#leaf.maxDefinition)
        target[filled + i] = source[this.#value++];
      else nulls[filled + i] = 1;
    }
  }

  /** The levels and values of the next `rows` records. */
  async records(rows: number): Promise<Records> {
    const parts: Records[] = [];
    let started = 0;
    for (;;) {
      if (this.#entry === this.#page.entries) {
        // A record may go on in the next page, so only the end of the chunk ends the last one.
        if (this.#entriesLeft === 0 && started === rows) break;
        await this.#turn(rows - started);
      }
      const { definition, repetition, entries } = this.#page;
      const first = this.#entry;
      const firstValue = this.#value;
      let entry = first;
      for (; entry < entries; entry++) {
        if (repetition && repetition[entry] !== 0) continue;
        if (started === rows) break;
        started++;
      }
      for (let i = first; i < entry; i++)
        if (!definition || definition[i] === this.#leaf.maxDefinition) this.#value++;
      this.#entry = entry;
      parts.push({
        definition:
          definition?.subarray(first, entry) ?? new Uint8Array(entry - first).fill(this.#leaf.maxDefinition),
        repetition: repetition?.subarray(first, entry) ?? new Uint8Array(entry - first),
        values: this.#page.values.slice(firstValue, this.#value) as Values,
      });
      if (entry < entries) break;
    }
    return parts.length === 1 ? parts[0] : joined(parts, this.#leaf);
  }

  async #turn(rowsWanted: number): Promise<void> {
    do {
      if (this.#entriesLeft <= 0) throw new Error(`its data ends ${rowsWanted} rows early`);
      const { header, body } = await this.#nextPage();
      if (header.type === 'DICTIONARY_PAGE') this.#readDictionary(header, body);
      else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') this.#readData(header, body);
      // Index pages carry nothing that a whole read needs.
    } while (this.#entry === this.#page.entries);
  }

  async #nextPage(): Promise<{ header: PageHeader; body: Uint8Array }> {
    if (this.#bytes.remaining === 0) throw new Error(`its pages end ${this.#entriesLeft} values early`);
    const { header, size } = await this.#header();
    await this.#bytes.take(size);
    const { compressed_page_size: stored, crc } = header;
    if (!(stored >= 0)) throw new Error('a page header is damaged');
    const body = await this.#bytes.take(stored);
    if (crc !== undefined && crc32(body) !== crc >>> 0) throw new Error('a page does not match its checksum');
    return { header, body };
  }

  async #header(): Promise<{ header: PageHeader; size: number }> {
    // A header's length is not stored: it is as long as it parses. Statistics make some of them long.
    for (let size = 512; ; size *= 8) {
      const bytes = await this.#bytes.peek(size);
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
      try {
        return { header: parquetHeader(reader), size: reader.offset };
      } catch (error) {
        if (bytes.length < size) throw new Error('a page header is damaged', { cause: error });
      }
    }
  }

  #readDictionary(header: PageHeader, body: Uint8Array): void {
    const count = header.dictionary_page_header?.num_values ?? -1;
    if (count < 0) throw new Error('a dictionary page has no header of its own');
    const bytes = decompress(body, header.uncompressed_page_size, this.#codec);
    this.#dictionary = decodeValues(bytes, count, 'PLAIN', this.#leaf);
  }

  #readData(header: PageHeader, body: Uint8Array): void {
    const page = header.data_page_header_v2 ? this.#splitV2(header, body) : this.#splitV1(header, body);
    const { entries, definition, repetition, values, encoding } = page;
    this.#entriesLeft -= entries;
    const defined = definition ? countOf(definition, this.#leaf.maxDefinition) : entries;
    this.#page = {
      entries,
      definition: defined === entries ? undefined : definition,
      repetition,
      values: this.#decode(values, defined, encoding),
    };
    this.#entry = 0;
    this.#value = 0;
  }

  #decode(bytes: Uint8Array, count: number, encoding: string): Values {
    if (encoding !== 'PLAIN_DICTIONARY' && encoding !== 'RLE_DICTIONARY')
      return decodeValues(bytes, count, encoding, this.#leaf);
    if (count === 0) return emptyValues(this.#leaf, 0);
    if (!this.#dictionary) throw new Error('a page needs a dictionary that is not there');
    if (bytes.length === 0) throw new Error('a page of dictionary indices is empty');
    const indices = new Int32Array(count);
    decodeHybrid(bytes, 1, bytes.length, bytes[0], indices);
    return lookUp(this.#dictionary, indices, this.#leaf);
  }

  #splitV1(header: PageHeader, body: Uint8Array) {
    const head = header.data_page_header;
    if (!head) throw new Error('a data page has no header of its own');
    const entries = this.#count(head.num_values);
    const bytes = decompress(body, header.uncompressed_page_size, this.#codec);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const levels = (highest: number, encoding: string): Uint8Array | undefined => {
      if (highest === 0) return undefined;
      if (encoding !== 'RLE') throw new Error(`levels in encoding ${encoding} are not supported`);
      const output = new Uint8Array(entries);
      const end = at + 4 + view.getUint32(at, true);
      decodeHybrid(bytes, at + 4, end, widthOf(highest), output);
      at = end;
      return output;
    };
    const repetition = levels(this.#leaf.maxRepetition, head.repetition_level_encoding);
    const definition = levels(this.#leaf.maxDefinition, head.definition_level_encoding);
    return { entries, repetition, definition, values: bytes.subarray(at), encoding: head.encoding };
  }

  #splitV2(header: PageHeader, body: Uint8Array) {
    const head = header.data_page_header_v2!;
    const entries = this.#count(head.num_values);
    const repetitionEnd = head.repetition_levels_byte_length;
    const definitionEnd = repetitionEnd + head.definition_levels_byte_length;
    if (!(repetitionEnd >= 0 && definitionEnd >= repetitionEnd && definitionEnd <= body.length)) {
      throw new Error('a page header gives impossible lengths');
    }
    const levels = (highest: number, start: number, end: number): Uint8Array | undefined => {
      if (highest === 0) return undefined;
      const output = new Uint8Array(entries);
      decodeHybrid(body, start, end, widthOf(highest), output);
      return output;
    };
    const stored = body.subarray(definitionEnd);
    const size = header.uncompressed_page_size - definitionEnd;
    return {
      entries,
      repetition: levels(this.#leaf.maxRepetition, 0, repetitionEnd),
      definition: levels(this.#leaf.maxDefinition, repetitionEnd, definitionEnd),
      // Writers leave a page of nulls with no bytes at all, which no codec can read.
      values:
        head.is_compressed === false || stored.length === 0 ? stored : decompress(stored, size, this.#codec),
      encoding: head.encoding,
    };
  }

  #count(entries: number): number {
    if (!(entries >= 0 && entries <= this.#entriesLeft)) {
      throw new Error(`a page says ${entries} values where ${this.#entriesLeft} are left`);
    }
    return entries;
  }
}

function countOf(levels: Uint8Array, level: number): number {
  let count = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count++;
  return count;
}

function widthOf(highest: number): number {
  return 32 - Math.clz32(highest);
}

function copyInto(target: Values, at: number, source: Values, first: number, count: number): void {
  if (Array.isArray(target)) {
    for (let i = 0; i < count; i++) target[at + i] = (source as unknown[])[first + i];
  } else {
    (target as Float64Array).set((source as Float64Array).subarray(first, first + count), at);
  }
}

function joined(parts: readonly Records[], leaf: Leaf): Records {
  const length = (count: (part: Records) => number) => parts.reduce((sum, part) => sum + count(part), 0);
  const definition = new Uint8Array(length((part) => part.definition.length));
  const repetition = new Uint8Array(definition.length);
  const values = emptyValues(
    leaf,
    length((part) => part.values.length),
  );
  let entry = 0;
  let value = 0;
  for (const part of parts) {
    definition.set(part.definition, entry);
    repetition.set(part.repetition, entry);
    copyInto(values, value, part.values, 0, part.values.length);
    entry += part.definition.length;
    value += part.values.length;
  }
  return { definition, repetition, values };
}

function decompress(stored: Uint8Array, size: number, codec: string): Uint8Array {
  if (!(size >= 0)) throw new Error('a page header gives a negative length');
  const bytes = inflate(stored, size, codec);
  if (bytes.length !== size) throw new Error(`a page of ${size} bytes decompresses to ${bytes.length}`);
  return bytes;
}

function inflate(stored: Uint8Array, size: number, codec: string): Uint8Array {
  const limit = { maxOutputLength: Math.max(size, 1) };
  switch (codec) {
    case 'UNCOMPRESSED':
      return stored;
    case 'GZIP':
      return plain(gunzipSync(stored, limit));
    case 'BROTLI':
      return plain(brotliDecompressSync(stored, limit));
    case 'ZSTD':
      return plain(zstdDecompressSync(stored, limit));
    case 'SNAPPY':
    case 'LZ4':
    case 'LZ4_RAW':
      return size === 0 ? new Uint8Array(0) : compressors[codec]!(stored, size);
    default:
      throw new Error(`compression ${codec} is not supported`);
  }
}

/** A Buffer's slice() shares memory where Uint8Array's copies: hand on the latter. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
