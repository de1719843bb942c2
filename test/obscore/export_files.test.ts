/** The rows of files that the exporter of dax_obscore wrote, written by us: the same bytes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { openParquet } from '../../src/formats/parquet.ts';
import type { ColumnType, OutputColumn, TextRow } from '../../src/formats/write/columns.ts';
import { writeCsv } from '../../src/formats/write/csv.ts';
import { writeParquet } from '../../src/formats/write/parquet.ts';
import { writeVotable } from '../../src/formats/write/votable.ts';
import { votableOf } from '../../src/obscore/export.ts';
import { rowsOf } from '../formats/rows.ts';
import { batchesOf, written } from '../formats/write_support.ts';
import { fixturePath, fixtureTest } from '../support/fixtures.ts';

const expected = (name: string) => fixturePath('obscore/expected', name);

const columnTypes: Readonly<Record<string, ColumnType>> = {
  boolean: 'boolean',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float64: 'float64',
  text: 'string',
};

/** A value as the server's text. */
function textOf(value: unknown, type: ColumnType): string | null {
  if (value === null) return null;
  return type === 'boolean' ? (value ? 't' : 'f') : String(value);
}

async function parquetRows(file: string): Promise<{ columns: OutputColumn[]; values: unknown[][] }> {
  await using opened = await openParquet(file);
  const [table] = opened.tables;
  return {
    columns: table.columns.map(({ name, type }) => ({ name, type: columnTypes[type] })),
    values: await rowsOf(table),
  };
}

const textRows = (columns: readonly OutputColumn[], values: readonly unknown[][]): TextRow[] =>
  values.map((row) => row.map((value, i) => textOf(value, columns[i].type)));

/** A VOTable without what differs from run to run and from program to program, its rows in order. */
function comparable(text: string): { around: string[]; rows: string[] } {
  const pieces = text.split(/(?<=<TABLEDATA>\n|<\/TR>\n)/);
  return {
    around: [pieces[0], pieces.at(-1)!]
      .join('')
      .replace(/<!--.*?-->/s, '')
      .split('\n')
      .filter((line) => !/<INFO ID="(server_software|request_date)"/.test(line)),
    rows: pieces.slice(1, -1).sort(),
  };
}

async function sameVotable(
  t: ExecutionContext,
  file: string,
  columns: readonly OutputColumn[],
  rows: readonly TextRow[],
  docs: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const table = votableOf({ columns, docs, origin: null }, { overflow: false, date: new Date() });
  const ours = String(await written(writeVotable(columns, batchesOf(rows), table)));
  t.deepEqual(comparable(ours), comparable(readFileSync(file, 'utf8')));
}

for (const name of ['export_chain_DR', 'export_minimal']) {
  fixtureTest(`${name}: CSV byte for byte, Parquet value for value`, async (t) => {
    const { columns, values } = await parquetRows(expected(`${name}.parquet`));
    const rows = textRows(columns, values);
    t.is(
      String(await written(writeCsv(columns, batchesOf(rows)))),
      readFileSync(expected(`${name}.csv`), 'utf8'),
    );
    const copy = path.join(mkdtempSync(path.join(tmpdir(), 'almagest-export-')), 'copy.parquet');
    writeFileSync(
      copy,
      await written(writeParquet(columns, batchesOf(rows), { rowGroupRows: 100, createdBy: 'a test' })),
    );
    t.deepEqual(await parquetRows(copy), { columns, values });
  });
}

fixtureTest('export_minimal: the VOTable', async (t) => {
  const { columns, values } = await parquetRows(expected('export_minimal.parquet'));
  await sameVotable(t, expected('export_minimal.vot.xml'), columns, textRows(columns, values));
});

fixtureTest('export_votable_DR: the VOTable with extra columns', async (t) => {
  const { columns: all } = await parquetRows(expected('export_chain_DR.parquet'));
  const records = readFileSync(expected('export_votable_DR.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const columns = all.filter(({ name }) => Object.hasOwn(records[0], name));
  const rows = textRows(
    columns,
    records.map((record) => columns.map(({ name }) => record[name])),
  );
  await sameVotable(
    t,
    expected('export_votable_DR.vot.xml'),
    columns,
    rows,
    new Map([['lsst_visit', 'Visit or exposure identifier']]),
  );
});
