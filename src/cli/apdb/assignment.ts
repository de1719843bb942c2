/** `name=value` on the command line: an option of an APDB. */
import { readYaml, type Tree } from '../../config/yaml.ts';
import { UsageError } from '../options.ts';

/** The value is YAML, as in a configuration: `6`, `true`, `by-oid`, `[ra, dec]`. */
export function assignment(
  given: string,
  before: ReadonlyMap<string, Tree> = new Map(),
): ReadonlyMap<string, Tree> {
  const [, name, value] = /^\s*(\w+)\s*=(.*)$/s.exec(given) ?? [];
  const { tree, complaints } = readYaml(value ?? '');
  if (name === undefined || complaints.length > 0)
    throw new UsageError(`'${given}' gives no option a value`, 'write it as --set read_sources_months=12');
  return new Map([...before, [name, tree]]);
}
