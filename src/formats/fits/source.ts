/** Bytes of a FITS file, plain or gzip-compressed, by offset into the uncompressed stream. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FormatError } from '../table.ts';

export interface RandomAccess {
  /** Up to `length` bytes; fewer only where the file ends. */
  read(from: number, length: number): Promise<Buffer>;
}

export interface ByteSource extends RandomAccess {
  readonly path: string;
  /** `offset`, or the number of bytes there are where that is less. */
  reach(offset: number): Promise<number>;
  /**
   * The bytes [from, from + length) in blocks of `blockBytes` (the last may be shorter). A block holds until the
   * next one is asked for.
   * @throws FormatError where the file ends before
   */
  blocks(from: number, length: number, blockBytes: number): AsyncGenerator<Buffer>;
  /** Random access to [from, from + length), whose offsets stay those of the file. */
  randomAccess(from: number, length: number): Promise<RandomAccess & AsyncDisposable>;
  close(): Promise<void>;
}

function endsEarly(path: string, at: number, wanted: number): FormatError {
  return new FormatError(`the file ends at byte ${at}, data go on to byte ${wanted}`, {
    path,
    byte: at,
    hint: 'It is truncated: fetch it again.',
  });
}

async function readFully(file: FileHandle, target: Buffer, from: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

class PlainSource implements ByteSource {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #size: number;

  constructor(path: string, file: FileHandle, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  async read(from: number, length: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#size - from)));
    return target.subarray(0, await readFully(this.#file, target, from));
  }

  async reach(offset: number): Promise<number> {
    return Math.min(offset, this.#size);
  }

  async *blocks(from: number, length: number, blockBytes: number): AsyncGenerator<Buffer> {
    const end = from + length;
    const buffers = [Buffer.allocUnsafeSlow(blockBytes), Buffer.allocUnsafeSlow(blockBytes)] as const;
    const fill = async (turn: number, at: number) => {
      const target = buffers[turn & 1]!.subarray(0, Math.min(blockBytes, end - at));
      const filled = await readFully(this.#file, target, at);
      if (filled < target.length) throw endsEarly(this.path, at + filled, end);
      return target;
    };
    let ahead = length > 0 ? fill(0, from) : undefined;
    for (let turn = 0, at = from; ahead !== undefined; turn++) {
      const block = await ahead;
      at += block.length;
      // The next block is read while the caller works on this one.
      ahead = at < end ? fill(turn + 1, at) : undefined;
      ahead?.catch(() => undefined);
      yield block;
    }
  }

  async randomAccess(): Promise<RandomAccess & AsyncDisposable> {
    return { read: (from, length) => this.read(from, length), [Symbol.asyncDispose]: async () => {} };
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Reads a gzip stream forward; going back means starting again. */
class GunzipCursor {
  readonly path: string;
  readonly #raw: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(path: string) {
    this.path = path;
    this.#raw = createReadStream(path, { highWaterMark: 1 << 18 });
    const gunzip = createGunzip({ chunkSize: 1 << 18 });
    this.#raw.on('error', (error) => gunzip.destroy(error));
    this.#chunks = this.#raw.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next bytes, at most `most`, empty at the end. */
  async next(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      let step: IteratorResult<Buffer>;
      try {
        step = await this.#chunks.next();
      } catch (error) {
        throw new FormatError(
          `gzip data are broken after ${this.position} uncompressed bytes: ${(error as Error).message}`,
          { path: this.path, byte: this.position, hint: 'The file is truncated or damaged: fetch it again.' },
        );
      }
      if (step.done) return this.#rest;
      this.#rest = step.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    this.position += piece.length;
    return piece;
  }

  async fill(target: Buffer): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const piece = await this.next(target.length - filled);
      if (piece.length === 0) break;
      piece.copy(target, filled);
      filled += piece.length;
    }
    return filled;
  }

  async skipTo(offset: number): Promise<void> {
    while (this.position < offset) {
      if ((await this.next(offset - this.position)).length === 0) return;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
    this.#raw.destroy();
  }
}

class GzipSource implements ByteSource {
  readonly path: string;
  #cursor: GunzipCursor;

  constructor(path: string) {
    this.path = path;
    this.#cursor = new GunzipCursor(path);
  }

  async #at(offset: number): Promise<GunzipCursor> {
    if (this.#cursor.position > offset) {
      await this.#cursor.close();
      this.#cursor = new GunzipCursor(this.path);
    }
    await this.#cursor.skipTo(offset);
    return this.#cursor;
  }

  async read(from: number, length: number): Promise<Buffer> {
    const cursor = await this.#at(from);
    const target = Buffer.allocUnsafe(length);
    return target.subarray(0, await cursor.fill(target));
  }

  async reach(offset: number): Promise<number> {
    return Math.min(offset, (await this.#at(offset)).position);
  }

  async *blocks(from: number, length: number, blockBytes: number): AsyncGenerator<Buffer> {
    // A cursor of its own: several readers of one file do not throw each other back.
    const cursor = new GunzipCursor(this.path);
    try {
      await cursor.skipTo(from);
      const end = from + length;
      const target = Buffer.allocUnsafeSlow(blockBytes);
      for (let at = from; at < end; ) {
        const block = target.subarray(0, Math.min(blockBytes, end - at));
        const filled = await cursor.fill(block);
        if (filled < block.length) throw endsEarly(this.path, at + filled, end);
        at += filled;
        yield block;
      }
    } finally {
      await cursor.close();
    }
  }

  async randomAccess(from: number, length: number): Promise<RandomAccess & AsyncDisposable> {
    const directory = await mkdtemp(join(tmpdir(), 'almagest-'));
    const file = await open(join(directory, 'heap'), 'wx+');
    // Nameless from the start, so that not even a kill leaves it behind.
    await rm(directory, { recursive: true });
    for await (const block of this.blocks(from, length, 1 << 18)) await file.write(block);
    return {
      read: async (offset, wanted) => {
        const target = Buffer.allocUnsafe(wanted);
        return target.subarray(0, await readFully(file, target, offset - from));
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }
}

export async function openSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  const magic = Buffer.alloc(2);
  await file.read(magic, 0, 2, 0);
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return new PlainSource(path, file, size);
  await file.close();
  return new GzipSource(path);
}
