/**
 * `make demo`: a server, Almagest in it, three real catalogues, an analyst's questions with their answers and times,
 * and a picture of the whole sky. What is there already is not made again.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { formatError } from '../cli/options.ts';
import { checkout, clusterHome, runningServer } from '../cluster/home.ts';
import { connectClient } from '../db/client.ts';
import { formatResult, queryText } from '../db/result-table.ts';
import { starIndex } from './catalogue-package.ts';
import { writeCatalogues } from './catalogues.ts';
import { drawSky } from './picture.ts';
import { bold, dim, Steps } from './progress.ts';
import { queries } from './queries.ts';
import { readStarTree } from './star-tree.ts';
import { makeSchema, prepareTables } from './tables.ts';

/** The demo works on the embedded server whatever server the caller's environment names. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^PG[A-Z]+$/.test(name)),
);

/** Runs the command line as one would type it. */
function almagest(...args: string[]): void {
  console.log(dim(`$ almagest ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`));
  const { status } = spawnSync(process.execPath, [path.join(checkout, 'src/cli/main.ts'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: checkout,
    env: environment,
  });
  if (status !== 0) throw new Error(`almagest ${args[0]} ended with status ${status}`);
}

/** A path as it is best typed from the checkout. */
function shown(file: string): string {
  const relative = path.relative(checkout, file);
  return relative.startsWith('..') ? file : relative;
}

async function answerQueries(client: pg.Client): Promise<void> {
  for (const { title, sql } of queries) {
    console.log(`\n${bold(title)}\n${dim(sql)}\n`);
    const start = performance.now();
    const result = await queryText(client, sql);
    const milliseconds = performance.now() - start;
    console.log(`${formatResult(result)}\n\n${dim(`Time: ${milliseconds.toFixed(1)} ms`)}`);
  }
}

/** Rows of another server's making must not be taken for the demo's: the database is the embedded server's own. */
async function connected(): Promise<pg.Client> {
  return await connectClient(runningServer(clusterHome())?.url);
}

async function demo(): Promise<void> {
  const steps = new Steps(7);
  // Named by the checkout's .almagest even where that is a link out of it, so that what is printed can be typed.
  const directory = path.join(process.env.ALMAGEST_HOME ?? path.join(checkout, '.almagest'), 'demo');
  await steps.run('The embedded server', () => almagest('cluster', 'up'));
  await steps.run('Almagest in its database', () => almagest('install'));
  const catalogues = await steps.run('Real catalogues as files: Tycho-2, Hipparcos, deep sky', async () => {
    const written = writeCatalogues(directory, await readStarTree(starIndex(directory)));
    for (const { file } of written) console.log(shown(file));
    return written;
  });
  const client = await connected();
  try {
    await makeSchema(client);
    await steps.run('Load them; a second time does nothing', () => {
      for (const { file, table, key } of catalogues)
        almagest('load', shown(file), '--table', table, '--create', '--key', key, '--on-conflict', 'update');
    });
    await steps.run('Position indexes', async () => {
      for (const line of await prepareTables(client, catalogues)) console.log(line);
    });
    await steps.run("An analyst's questions", () => answerQueries(client));
    await steps.run('A picture of the whole sky', async () => {
      const { svg, stars, objects } = await drawSky(client);
      const file = path.join(directory, 'sky.svg');
      writeFileSync(file, svg);
      console.log(`${stars} stars and ${objects} deep-sky objects in ${shown(file)}`);
    });
  } finally {
    await client.end();
  }
  const next = [
    [`xdg-open ${shown(path.join(directory, 'sky.svg'))}`, 'the picture'],
    [
      './bin/almagest cluster psql',
      "a psql session: try \\d+ demo.* and select * from almagest.help('cone')",
    ],
    ['./bin/almagest load --help', 'files of your own'],
    ['./bin/almagest cluster down', 'stop the server; its data stay'],
  ];
  console.log(`\n${bold(`Done in ${steps.elapsed()}.`)} Go on with`);
  for (const [command, what] of next) console.log(`  ${command.padEnd(36)}${dim(what)}`);
}

try {
  await demo();
} catch (error) {
  console.error(`\n${formatError(error)}`);
  process.exitCode = 1;
}
