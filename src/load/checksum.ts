/** SHA-256 of whole files: at once for small ones, on a thread of its own beside a load for large ones. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** From this size on, the time that hashing takes is worth a thread. */
export const largeFileBytes: number = 1 << 24;

const task = 'almagest checksum';

function digestOf(path: string): Buffer {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const length = readSync(file, buffer);
      if (length === 0) return hash.digest();
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** The checksum of a file in the making, on another thread; disposing of it gives it up. */
export class BackgroundChecksum implements AsyncDisposable {
  readonly #worker: Worker;
  readonly digest: Promise<Buffer>;

  constructor(path: string) {
    const worker = new Worker(import.meta.filename, { workerData: { task, path } });
    this.#worker = worker;
    this.digest = new Promise((resolve, reject) => {
      worker.once('message', (digest: Uint8Array) => resolve(Buffer.from(digest)));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error(`the checksum of ${path} was given up`)));
    });
    // Whoever awaits it hears of an error; nobody may, when the load has failed before.
    this.digest.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** SHA-256 of a file of `bytes` bytes as it lies on disk. */
export async function fileChecksum(path: string, bytes: number): Promise<Buffer> {
  if (bytes < largeFileBytes) return digestOf(path);
  await using background = new BackgroundChecksum(path);
  return await background.digest;
}

if (!isMainThread && workerData?.task === task) {
  parentPort?.postMessage(digestOf(workerData.path as string));
}
