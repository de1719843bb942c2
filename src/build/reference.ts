/** `make docs`: writes docs/reference from the comments of a database that Almagest is installed in for the purpose. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkout, clusterHome, databaseUrl, runningServer } from '../cluster/home.ts';
import { startServer } from '../cluster/server.ts';
import { ensureTree } from '../cluster/tree.ts';
import { connectClient } from '../db/client.ts';
import { install } from '../install/install.ts';
import { referencePages } from './reference_pages.ts';

const home = clusterHome();
// The server must find the scripts as they are assembled now, not as they were when it was started.
ensureTree(home);
startServer();
const { port } = runningServer(home)!;
const name = `almagest_reference_${process.pid}`;
const server = await connectClient(databaseUrl(home, port, 'postgres'));
await server.query(`create database ${name}`);
try {
  const client = await connectClient(databaseUrl(home, port, name));
  await install(client, 'extension');
  const pages = await referencePages(client);
  await client.end();
  const folder = path.join(checkout, 'docs/reference');
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(path.join(folder, file));
  for (const [file, text] of pages) writeFileSync(path.join(folder, file), text);
  console.log(`docs/reference: ${pages.size} pages`);
} finally {
  await server.query(`drop database ${name} with (force)`);
  await server.end();
}
