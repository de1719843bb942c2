/** Guides are read as a reader does: block by block, commands in a shell that finds `almagest` and psql. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import pg from 'pg';
import { checkout, pgConfig } from '../../src/cluster/home.ts';
import { formatResult, queryText } from '../../src/db/result-table.ts';
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

/** A command of a guide and the answer that it shows. */
export interface Exchange {
  readonly command: string;
  readonly answer: string;
}

/** What was typed at a prompt, over lines that `more` continues, and what came. */
export function exchanges(text: string, prompt: string, more: string): Exchange[] {
  const found: { command: string[]; answer: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith(prompt)) found.push({ command: [line.slice(prompt.length)], answer: [] });
    else if (line.startsWith(more)) found.at(-1)!.command.push(line.slice(more.length));
    else found.at(-1)!.answer.push(line);
  }
  return found.map(({ command, answer }) => ({
    command: command.join('\n'),
    answer: answer.join('\n').trimEnd(),
  }));
}

export const trimmed = (text: string) => text.replace(/ +$/gm, '').trimEnd();

/** The answer as psql prints it, errors included. */
export async function psqlAnswer({ client }: TestDatabase, sql: string): Promise<string> {
  try {
    const result = await queryText(client, sql);
    return result.columns.length > 0 ? formatResult(result) : sql.split(' ', 1)[0].toUpperCase();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { message, detail, hint } = error;
    return [`ERROR:  ${message}`, detail && `DETAIL:  ${detail}`, hint && `HINT:  ${hint}`]
      .filter((line) => line)
      .join('\n');
  }
}

/**
 * Runs a guide from top to bottom and compares its answers: `sql` and `sh` are run, `psql` and `console` are compared
 * command by command, and `yaml` is the file that its first line names.
 */
export async function runGuide(
  t: ExecutionContext,
  own: TestDatabase,
  folder: string,
  guide: readonly Block[],
): Promise<void> {
  for (const { language, text } of guide) {
    if (language === 'sql') await own.client.query(text);
    if (language === 'sh') await runShell(text, folder, own);
    if (language === 'yaml') writeFileSync(path.join(folder, /^# (\S+)\n/.exec(text)![1]), text);
    if (language === 'psql')
      for (const { command, answer } of exchanges(text, 'survey=> ', 'survey-> '))
        t.is(trimmed(await psqlAnswer(own, command.replace(/;$/, ''))), answer, command);
    if (language === 'console')
      for (const { command, answer } of exchanges(text, '$ ', '> '))
        t.is(trimmed(await runShell(command, folder, own)), answer, command);
  }
}
