/** FITS through `almagest load` against psql's \copy of the same rows in ready-made binary form. Goal: wall at most 1.3 times. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import {
  almagest,
  blocks,
  columnNames,
  compare,
  emptyTable,
  integers,
  psqlCopy,
  rows,
  setUp,
  writeCopyFile,
} from './support/loading.ts';

const recordBytes = 2880;

function header(cards: readonly string[]): Buffer {
  const text = [...cards, 'END'].map((card) => card.padEnd(80)).join('');
  return Buffer.from(text.padEnd(Math.ceil(text.length / recordBytes) * recordBytes));
}

const card = (keyword: string, value: string | number) =>
  `${keyword.padEnd(8)}= ${String(value).padStart(20)}`;

async function writeFits(file: string): Promise<void> {
  const handle = await open(file, 'w');
  await handle.write(header([card('SIMPLE', 'T'), card('BITPIX', 8), card('NAXIS', 0), card('EXTEND', 'T')]));
  await handle.write(
    header([
      card('XTENSION', "'BINTABLE'"),
      card('BITPIX', 8),
      card('NAXIS', 2),
      card('NAXIS1', 8 * columnNames.length),
      card('NAXIS2', rows),
      card('PCOUNT', 0),
      card('GCOUNT', 1),
      card('TFIELDS', columnNames.length),
      ...columnNames.flatMap((name, i) => [
        card(`TTYPE${i + 1}`, `'${name}'`),
        card(`TFORM${i + 1}`, i < integers ? "'K'" : "'D'"),
      ]),
    ]),
  );
  let written = 0;
  for (const view of blocks()) {
    await handle.write(new Uint8Array(view.buffer));
    written += view.byteLength;
  }
  await handle.write(Buffer.alloc((recordBytes - (written % recordBytes)) % recordBytes));
  await handle.close();
}

await using bench = await setUp();
const fits = path.join(bench.directory, 'rows.fits');
const copy = path.join(bench.directory, 'rows.pgcopy');
await writeFits(fits);
await writeCopyFile(copy);
const load = almagest('load', fits, '--database', bench.url, '--table', 'bench.star', '--force');
await compare(bench, [
  psqlCopy(bench, copy),
  { name: 'almagest load FITS', prepare: emptyTable, command: load },
  {
    name: 'almagest load FITS --create',
    prepare: async (client) => void (await client.query('drop table if exists bench.star')),
    command: [...load, '--create'],
  },
]);
