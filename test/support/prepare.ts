/**
 * Brings the build, the embedded server and the template database up to date, one process at a time; prints
 * the template's URL. Run by database.ts, under a lock.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkout, clusterHome } from '../../src/cluster/home.ts';
import { startServer } from '../../src/cluster/server.ts';
import { ensureTree } from '../../src/cluster/tree.ts';
import { connectClient } from '../../src/db/client.ts';
import { install } from '../../src/install/install.ts';

const tree = ensureTree(clusterHome());
const { url } = startServer();
const built = readdirSync(path.join(checkout, 'build')).filter((name) => name.startsWith('almagest'));
const digest = createHash('sha256');
for (const name of built.sort()) digest.update(readFileSync(path.join(checkout, 'build', name)));
const engine = readdirSync(tree.pkglib).find((name) => name.startsWith('plv8') && name.endsWith('.so'));
if (engine) digest.update(String(statSync(path.join(tree.pkglib, engine)).mtimeMs));
const name = `almagest_template_${digest.digest('hex').slice(0, 12)}`;

const server = await connectClient(url!.replace('/almagest?', '/postgres?'));
const { rows } = await server.query(
  `select datname, datname = $1 as current from pg_database where datname like 'almagest\\_template\\_%'`,
  [name],
);
if (!rows.some((row) => row.current)) {
  for (const row of rows) await server.query(`drop database ${row.datname} with (force)`).catch(() => {});
  await server.query(`create database ${name}_new`);
  const client = await connectClient(url!.replace('/almagest?', `/${name}_new?`));
  await install(client, 'extension');
  await client.end();
  await server.query(`alter database ${name}_new rename to ${name}`);
}
await server.end();
console.log(url!.replace('/almagest?', `/${name}?`));
