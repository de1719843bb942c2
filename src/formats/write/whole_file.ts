/** Files that are there whole or not at all. */
import { createWriteStream } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** What stands at a path: the file that a link leads to, or something other than a file, such as a pipe. */
async function standing(path: string): Promise<{ place: string; isFile: boolean }> {
  try {
    const found = await stat(path);
    return { place: await realpath(path), isFile: found.isFile() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { place: path, isFile: true };
  }
}

/**
 * Writes a file beside its place, where it is named `….PID.partial`, and puts it there when it is whole. A failure
 * leaves what was there before. What is no file, such as a pipe or a device, is written to as it stands.
 */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const { place, isFile } = await standing(path);
  if (!isFile) {
    await pipeline(pieces, createWriteStream(place));
    return;
  }
  const partial = `${place}.${process.pid}.partial`;
  // Opened before anything can fail: a stream that opens it itself may do so after it was taken away.
  const file = await open(partial, 'w');
  try {
    await pipeline(pieces, file.createWriteStream({ flush: true }));
    await rename(partial, place);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
