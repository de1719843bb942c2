/** Mappings that come with Almagest, and mappings of one's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Column } from '../../formats/table.ts';
import { LoadError } from '../../load/errors.ts';
import { type Mapping, readMapping } from './schema.ts';

const directory = path.join(import.meta.dirname, '../mappings');

/** In the order in which a file is tried: from the most particular to the most general. */
const order = [
  'preloaded',
  'rubin_alerts',
  'rubin_alerts_7',
  'elasticc',
  'ztf_alerts',
  'ztf_lightcurves',
  'apdb',
];

export function shippedNames(): string[] {
  const names = readdirSync(directory).map((file) => path.basename(file, '.yaml'));
  return [...order, ...names.filter((name) => !order.includes(name)).sort()];
}

/** The YAML of a mapping that comes with Almagest. */
export function shippedText(name: string): string {
  if (!shippedNames().includes(name))
    throw new LoadError(`there is no mapping "${name}"`, {
      hint: `Name a file, or one of ${shippedNames().join(', ')}.`,
    });
  return readFileSync(path.join(directory, `${name}.yaml`), 'utf8');
}

/** The mapping of a file, or of a name. */
export function findMapping(nameOrFile: string): Mapping {
  if (/[/\\]|\.ya?ml$/.test(nameOrFile) || existsSync(nameOrFile)) {
    if (!existsSync(nameOrFile)) throw new LoadError(`there is no mapping file ${nameOrFile}`);
    return readMapping(readFileSync(nameOrFile, 'utf8'), nameOrFile);
  }
  return readMapping(shippedText(nameOrFile), nameOrFile);
}

const hasAll = (columns: readonly Column[], names: readonly string[]): boolean =>
  names.every((name) => columns.some((column) => column.name === name));

/** Whether a file belongs to a mapping's others and holds nothing for an APDB. */
export function isIgnored(mapping: Mapping, columns: readonly Column[]): boolean {
  return mapping.ignore.some((names) => hasAll(columns, names));
}

function fits(mapping: Mapping, file: string, columns: readonly Column[]): boolean {
  if (mapping.files !== undefined && !new RegExp(mapping.files).test(path.basename(file))) return false;
  return mapping.recognise.some((names) => hasAll(columns, names)) || isIgnored(mapping, columns);
}

let shipped: Mapping[] | undefined;

/**
 * The mapping that is for a file of these columns.
 * @throws LoadError where none of ours is
 */
export function recognise(file: string, columns: readonly Column[]): Mapping {
  shipped ??= order.map(findMapping);
  const found = shipped.find((mapping) => fits(mapping, file, columns));
  if (found !== undefined) return found;
  const names = columns.map(({ name }) => name);
  const few = names.length > 12 ? [...names.slice(0, 12), '…'] : names;
  throw new LoadError('none of the mappings is for a file with these columns', {
    detail: `It has: ${few.join(', ')}`,
    hint: 'Write a mapping file and name it by --mapping; almagest apdb mappings shows those that there are.',
  });
}
