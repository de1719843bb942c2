import { copyWindowBytes } from '../driver.ts';

/**
 * Memory for the blocks of one COPY, used round and round: fresh buffers of this size keep the garbage collector busy
 * for a quarter of a load. A block is overwritten when three windows of bytes were taken after it, while the COPY holds
 * one window, a block, and what the socket buffers.
 */
export class BlockArena {
  readonly #memory = Buffer.allocUnsafeSlow(4 * copyWindowBytes);
  #next = 0;

  take(length: number): Buffer {
    // Larger blocks, of very long rows, would shorten that distance: they get memory of their own.
    if (length > copyWindowBytes / 2) return Buffer.allocUnsafeSlow(length);
    if (this.#next + length > this.#memory.length) this.#next = 0;
    const block = this.#memory.subarray(this.#next, this.#next + length);
    this.#next += length;
    return block;
  }
}
