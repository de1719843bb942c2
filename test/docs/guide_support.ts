/** Guides are read as a reader does: block by block, commands in a shell that finds `almagest` and psql. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { checkout, pgConfig } from '../../src/cluster/home.ts';
import type { TestDatabase } from '../support/database.ts';

export interface Block {
  readonly language: string;
  readonly text: string;
}

export function guideText(guide: string): string {
  return readFileSync(path.join(checkout, 'docs', guide), 'utf8');
}

export function blocks(guide: string): Block[] {
  return [...guideText(guide).matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({
    language,
    text: body,
  }));
}

/** A folder to work in, with the command `almagest`; it goes with the process. */
export function shellFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'almagest-guides-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const main = path.join(checkout, 'src/cli/main.ts');
  const command = path.join(folder, 'almagest');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(command, 0o755);
  return folder;
}

/** Runs a script in the folder, on the database, and returns what it prints. */
export async function runShell(text: string, folder: string, { url }: TestDatabase): Promise<string> {
  const server = new URL(url.replace('postgresql:///', 'postgresql://socket/'));
  const env = {
    ...process.env,
    PATH: `${folder}:${pgConfig().bindir}:${process.env.PATH}`,
    PGHOST: server.searchParams.get('host')!,
    PGPORT: server.searchParams.get('port')!,
    PGUSER: server.searchParams.get('user')!,
    PGDATABASE: server.pathname.slice(1),
  };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: folder,
    env,
  });
  return stdout;
}
