/** A growing buffer in which values of varying length are put together before their place in the row is known. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16);
  view: DataView = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room for `count` bytes and returns where they begin. */
  reserve(count: number): number {
    const start = this.length;
    const end = start + count;
    if (end > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, start);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = end;
    return start;
  }

  append(bytes: Uint8Array): void {
    const start = this.reserve(bytes.length);
    this.bytes.set(bytes, start);
  }
}
