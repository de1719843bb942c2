/**
 * Loads every FITS, Parquet, ECSV and CSV file of the real data (ALMAGEST_DATA) into tables made for them, and prints
 * what became of each: rows, seconds, and the reason where a file is refused.
 */
import { openDatabase, sql } from '../src/db/pool.ts';
import { dataFiles, loadEach } from '../test/support/data_files.ts';
import { database } from '../test/support/database.ts';

const files = dataFiles();
if (files.length === 0) {
  console.log('the real data are not here: ALMAGEST_DATA names their folder');
  process.exit(0);
}

await using own = await database();
await using db = await openDatabase({ url: own.url, connections: 1 });
await db.transaction((tx) => tx.execute(sql.unsafe`create schema data`));

const started = performance.now();
const total = { files: files.length, tables: 0, rows: 0, seconds: 0, refused: 0 };
console.log(`${'rows'.padStart(9)} ${'columns'.padStart(8)} ${'seconds'.padStart(8)}  file`);
for await (const { file, hdu, columns, rows, seconds, refusal, refusedRows } of loadEach(db, 'data', files)) {
  const place = hdu === undefined ? file : `${file} HDU ${hdu}`;
  const counted = refusal === undefined ? rows.toLocaleString('en-US') : 'refused';
  const figures = `${counted.padStart(9)} ${String(columns).padStart(8)} ${seconds.toFixed(2).padStart(8)}`;
  const remark = refusal ?? (refusedRows > 0 ? `${refusedRows} rows refused` : undefined);
  console.log(`${figures}  ${place}${remark === undefined ? '' : `: ${remark}`}`);
  total.seconds += seconds;
  if (refusal === undefined) {
    total.tables++;
    total.rows += rows;
  } else {
    total.refused++;
  }
}
const wall = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${total.files} files: ${total.tables} tables and ${total.rows.toLocaleString('en-US')} rows loaded in ${wall} s, ${total.refused} refused`,
);
