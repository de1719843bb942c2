/** The assembled scripts, as a checkout's `build/` or the installed package has them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The package's root: two folders up from the sources, three from the compiled `dist/`. */
function packageRoot(): string {
  let directory = import.meta.dirname;
  while (!existsSync(path.join(directory, 'almagest.control'))) directory = path.dirname(directory);
  return directory;
}

export const migrationsDirectory = path.join(packageRoot(), 'migrations');

/** The routines' script; every function, view, comment and privilege. */
export function routinesScript(): string {
  return readFileSync(path.join(packageRoot(), 'build', 'routines.sql'), 'utf8');
}

export function bootstrapScript(): string {
  return readFileSync(path.join(packageRoot(), 'sql', 'bootstrap.sql'), 'utf8');
}
