/** `make build`: assembles the scripts into build/. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { version } from '../version.ts';
import { driverScript, extensionScript, readInputs, upgradeScript } from './assemble.ts';

const root = path.resolve(import.meta.dirname, '../..');
const target = path.join(root, 'build');
mkdirSync(target, { recursive: true });

/** By renaming, so that whoever installs at the same moment reads the old file or the new one. */
function write(name: string, content: string): void {
  const file = path.join(target, name);
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

const inputs = await readInputs(root, version);
const control = readFileSync(path.join(root, 'almagest.control'), 'utf8');
if (!control.includes(`default_version = '${version}'`))
  throw new Error(`almagest.control and package.json (${version}) name different versions`);
write('almagest.control', control);
write(`almagest--${version}.sql`, extensionScript(inputs));
const previous = inputs.releases.at(-1);
if (previous) write(`almagest--${previous.version}--${version}.sql`, upgradeScript(inputs, previous));
write('routines.sql', driverScript(inputs));
