/**
 * The embedded server's installation tree: PostgreSQL's own files by symbolic link, ours beside them.
 *
 * PostgreSQL finds its share and library directories relative to its own executable, so a tree of the same
 * shape with copied executables is a complete installation that needs no root and leaves the system's alone.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { checkout, type Home, pgConfig } from './home.ts';

export interface Tree {
  readonly bin: string;
  readonly share: string;
  readonly pkglib: string;
}

/** Executables must be copies: the server resolves links before it looks for its directories. */
const executables = ['postgres', 'initdb', 'pg_ctl'];

/** Makes the tree where it is missing or older than the PostgreSQL it was made from; returns its directories. */
export function ensureTree(home: Home): Tree {
  const system = pgConfig();
  const prefix = commonDirectory([system.bindir, system.sharedir, system.pkglibdir]);
  const at = (root: string, directory: string) => path.join(root, path.relative(prefix, directory));
  const stamp = path.join(home.tree, 'made-from');
  const origin = `${system.version} ${statSync(path.join(system.bindir, 'postgres')).mtimeMs} ${system.bindir}\n`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== origin) {
    const fresh = `${home.tree}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(at(fresh, system.bindir), { recursive: true });
    for (const name of executables)
      cpSync(path.join(system.bindir, name), path.join(at(fresh, system.bindir), name));
    linkEntries(system.pkglibdir, at(fresh, system.pkglibdir));
    linkEntries(system.sharedir, at(fresh, system.sharedir), ['extension']);
    linkEntries(path.join(system.sharedir, 'extension'), path.join(at(fresh, system.sharedir), 'extension'));
    writeFileSync(path.join(fresh, 'made-from'), origin);
    rmSync(home.tree, { recursive: true, force: true });
    renameSync(fresh, home.tree);
  }
  const tree = {
    bin: at(home.tree, system.bindir),
    share: at(home.tree, system.sharedir),
    pkglib: at(home.tree, system.pkglibdir),
  };
  addExtensions(system.sharedir, tree);
  return tree;
}

/** Links what was installed into the system since, and copies our own extension's files. */
function addExtensions(systemShare: string, tree: Tree): void {
  const extensions = path.join(tree.share, 'extension');
  linkEntries(path.join(systemShare, 'extension'), extensions, ['almagest.control']);
  for (const name of readdirSync(path.join(checkout, 'build')).filter((file) => file.startsWith('almagest')))
    replaceFile(path.join(checkout, 'build', name), path.join(extensions, name));
}

/** Installs our engine into the tree, where the system has no PL/v8 of its own; before the server starts, which preloads it. */
export function installEngine(tree: Tree): void {
  if (existsSync(path.join(pgConfig().sharedir, 'extension', 'plv8.control'))) return;
  const directories = [`pkglibdir=${tree.pkglib}`, `datadir=${tree.share}`];
  execFileSync('make', ['--silent', '-C', path.join(checkout, 'engine'), 'install', ...directories], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function linkEntries(from: string, to: string, except: readonly string[] = []): void {
  mkdirSync(to, { recursive: true });
  const present = new Set(readdirSync(to));
  for (const name of readdirSync(from))
    if (!present.has(name) && !except.includes(name)) symlinkSync(path.join(from, name), path.join(to, name));
}

/** Replaces by renaming, so that a running server never sees a half-written file. */
function replaceFile(from: string, to: string): void {
  cpSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

function commonDirectory(directories: readonly string[]): string {
  const [first, ...others] = directories.map((directory) => directory.split('/'));
  let length = 0;
  while (length < first.length && others.every((parts) => parts[length] === first[length])) length++;
  return first.slice(0, length).join('/') || '/';
}
