/** Positions of variable sources as a numpy file: float64, (N, 3), unit vectors (NumPy Enhancement Proposal 1). */
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { FormatError } from '../../formats/table.ts';

const magic = '\x93NUMPY';
const preamble = 10;
/** The header's length, preamble and all, is a multiple of this. */
const alignment = 64;
/** Bytes read or written at a time: a file may be larger than one call can pass. */
const chunk = 1 << 26;

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Writes positions, three numbers each, as numpy.save does. */
export function writePositions(path: string, xyz: Float64Array): void {
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${xyz.length / 3}, 3), }`;
  const length = Math.ceil((preamble + dictionary.length + 1) / alignment) * alignment - preamble;
  const header = Buffer.from(`${magic}\x01\x00\x00\x00${dictionary.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  const file = openSync(path, 'w');
  try {
    writeSync(file, header);
    const bytes = bytesOf(xyz);
    for (let at = 0; at < bytes.length; )
      at += writeSync(file, bytes, at, Math.min(chunk, bytes.length - at));
  } finally {
    closeSync(file);
  }
}

function filled(path: string, file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(file, bytes, at, Math.min(chunk, bytes.length - at), position + at);
    if (read === 0)
      throw new FormatError('the file ends too early', {
        path,
        byte: position + at,
        hint: 'Make it again by almagest apdb gen-sources.',
      });
    at += read;
  }
}

/** The number of rows that a header declares, and where the data begin. */
function readHeader(path: string, file: number): { rows: number; start: number } {
  const fail = (message: string) =>
    new FormatError(message, {
      path,
      hint: 'It is numpy.save of an array of shape (N, 3) of float64; almagest apdb gen-sources makes one.',
    });
  const size = statSync(path).size;
  const head = Buffer.alloc(Math.min(12, size));
  filled(path, file, head, 0);
  if (head.length < 12 || head.toString('latin1', 0, 6) !== magic) throw fail('this is no numpy file');
  const long = head[6] >= 2;
  const start = (long ? 12 : preamble) + (long ? head.readUInt32LE(8) : head.readUInt16LE(8));
  if (start > size) throw fail('the header of the numpy file ends too early');
  const text = Buffer.alloc(start - (long ? 12 : preamble));
  filled(path, file, text, start - text.length);
  const header = text.toString('latin1');
  const shape = /'shape': \((\d+), 3\)/.exec(header);
  if (!header.includes("'descr': '<f8'") || !header.includes("'fortran_order': False") || shape === null)
    throw fail(`the numpy file holds something else: ${header.trim()}`);
  return { rows: Number(shape[1]), start };
}

/**
 * Reads positions that `writePositions` or numpy.save wrote.
 * @throws FormatError
 */
export function readPositions(path: string): Float64Array {
  const file = openSync(path, 'r');
  try {
    const { rows, start } = readHeader(path, file);
    const xyz = new Float64Array(3 * rows);
    filled(path, file, bytesOf(xyz), start);
    return xyz;
  } finally {
    closeSync(file);
  }
}
