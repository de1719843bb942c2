/**
 * Files of the program against those of dax_obscore's exporter: every line of CSV byte for byte, but those of datasets
 * whose rows the reference has wrong, by name.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkout } from '../../../src/cluster/home.ts';
import { openParquet } from '../../../src/formats/parquet.ts';
import { rowsOf } from '../../formats/rows.ts';
import type { TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { circumstancesOf } from './circumstances.ts';
import { registry } from './registry.ts';
import { compareRows, jsonLines, type Row } from './rows.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-export-'));
const configuration = fixturePath('obscore', 'configs', 'export_full.yaml');

function almagest(db: TestDatabase, ...args: string[]): void {
  const { status, stderr } = spawnSync(
    path.join(checkout, 'bin/almagest'),
    ['obscore', ...args, '--database', db.url],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
}

const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

async function parquetRows(file: string): Promise<Row[]> {
  await using opened = await openParquet(file);
  const [table] = opened.tables;
  const rows = await rowsOf(table);
  return rows.map((row) =>
    Object.fromEntries(
      table.columns.map(({ name, type }, i) => {
        const value = row[i];
        if (value === null) return [name, null];
        return [
          name,
          type === 'boolean' ? Boolean(value) : typeof value === 'bigint' ? Number(value) : value,
        ];
      }),
    ),
  ) as Row[];
}

const answers: readonly (readonly [file: string, options: readonly string[]])[] = [
  ['export_chain_DR', []],
  ['export_run_a_only', ['--collections', 'runs/a']],
  ['export_tagged_best', ['--collections', 'best']],
];

for (const [file, options] of answers)
  fixtureTest(`${file}: the lines of CSV, the rows of Parquet`, async (t) => {
    const db = await registry();
    const [csv, parquet] = ['csv', 'parquet'].map((format) => path.join(folder, `${file}.${format}`));
    for (const target of [csv, parquet])
      almagest(db, 'export', target, '--config', configuration, ...options);
    const { wrong, better } = compareRows(
      await parquetRows(parquet),
      jsonLines(`${file}.jsonl`),
      'lsst_id',
      await circumstancesOf(db),
    );
    t.deepEqual(wrong, []);
    const [header, ...lines] = linesOf(csv);
    const [expectedHeader, ...expected] = linesOf(fixturePath('obscore', 'expected', `${file}.csv`));
    t.is(header, expectedHeader);
    const ours = new Set(lines);
    // A line differs only where its row does.
    const excused = better.map((difference) => /[0-9a-f-]{36}/.exec(difference)![0]);
    t.deepEqual(
      expected.filter((line) => !ours.has(line) && !excused.some((id) => line.includes(id))),
      [],
    );
  });

const conditions: readonly (readonly [file: string, type: string, where: string])[] = [
  ['export_where0_calexp', 'calexp', "instrument = 'SynthCam' and visit = 101"],
  ['export_where1_raw', 'raw', "instrument = 'SynthCam' and detector in (1, 2) and exposure > 101"],
  ['export_where2_deepCoadd', 'deepCoadd', "band = 'r'"],
];

for (const [file, type, where] of conditions)
  fixtureTest(`${file}: what --where and --dataset-types choose`, async (t) => {
    const db = await registry();
    const target = path.join(folder, `${file}.parquet`);
    almagest(db, ...['export', target, '--config', configuration, '--dataset-types', type, '--where', where]);
    const { wrong } = compareRows(
      await parquetRows(target),
      jsonLines(`${file}.jsonl`),
      'lsst_id',
      await circumstancesOf(db),
    );
    t.deepEqual(wrong, []);
  });

fixtureTest('a table exports as its configuration does without one', async (t) => {
  const db = await registry();
  const [before, after] = ['before.csv', 'after.csv'].map((name) => path.join(folder, name));
  almagest(db, 'export', before, '--config', configuration);
  almagest(db, 'create', '--config', configuration, '--no-published');
  almagest(db, 'export', after);
  t.deepEqual(linesOf(after).sort(), linesOf(before).sort());
});

fixtureTest('a VOTable has the fields of the reference', async (t) => {
  const db = await registry();
  const target = path.join(folder, 'x.vot');
  almagest(db, 'export', target, '--config', configuration);
  const fields = (file: string) =>
    readFileSync(file, 'utf8').match(/ {3}<FIELD [\s\S]*?(?=\n {3}<(?:FIELD|DATA))/g)!;
  const ours = new Set(fields(target));
  const expected = fields(fixturePath('obscore', 'expected', 'export_votable_DR.vot.xml'));
  t.true(expected.length > 40);
  t.deepEqual(
    expected.filter((field) => !ours.has(field)),
    [],
  );
});
