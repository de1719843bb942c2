/** The YAML of a configuration as Python's clients read it, and as JSON whose numbers are what they were. */
import { isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { type Finding, pathText, type Step } from '../../plv8/config/place.ts';
import { pythonTags } from '../butler/python_yaml.ts';

/** Objects are maps, which keep the order of their keys whatever they are called. */
export type Tree = null | boolean | string | number | bigint | readonly Tree[] | ReadonlyMap<string, Tree>;

/** The value of a YAML text, and what JSON cannot say of it or what it says twice. */
export function readYaml(text: string): { readonly tree: Tree; readonly complaints: readonly Finding[] } {
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    merge: true,
    intAsBigInt: true,
    uniqueKeys: false,
    // Dates stay as they are written: nothing in a configuration is one for the server.
    customTags: (tags) =>
      pythonTags(tags).filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
    logLevel: 'silent',
  });
  if (document.errors.length > 0)
    return {
      tree: null,
      complaints: document.errors.map(({ message }) => ({
        path: '$',
        complaint: `is no YAML: ${message.trimEnd().replace(/:?\n[\s\S]*$/, '')}`,
      })),
    };
  const complaints: Finding[] = [];
  complainOfRepeatedKeys(document, complaints);
  let value: unknown;
  try {
    value = document.toJS({ mapAsMap: true });
  } catch (error) {
    return { tree: null, complaints: [{ path: '$', complaint: `is no YAML: ${(error as Error).message}` }] };
  }
  return { tree: treeOf(value, [], complaints), complaints };
}

function complainOfRepeatedKeys(document: ReturnType<typeof parseDocument>, complaints: Finding[]): void {
  visit(document, {
    Map(_key, map, ancestors) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (name === '<<' || typeof name === 'symbol') continue;
        if (seen.has(name))
          complaints.push({
            path: pathText([...stepsTo(map, ancestors), String(name)]),
            complaint: 'is given twice',
          });
        seen.add(name);
      }
    },
  });
}

/** Keys and indexes that lead to a node. */
function stepsTo(node: unknown, ancestors: readonly unknown[]): Step[] {
  return ancestors.flatMap((ancestor, i): Step[] => {
    if (isPair(ancestor) && isScalar(ancestor.key)) return [String(ancestor.key.value)];
    if (isSeq(ancestor)) return [ancestor.items.indexOf(ancestors[i + 1] ?? node)];
    return [];
  });
}

function treeOf(value: unknown, steps: readonly Step[], complaints: Finding[]): Tree {
  const complain = (complaint: string): null => {
    complaints.push({ path: pathText(steps), complaint });
    return null;
  };
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : complain('is no finite number, which JSON cannot say');
  // A set of YAML is a list of its members.
  const list = value instanceof Set ? [...value] : value;
  if (Array.isArray(list)) return list.map((member, i) => treeOf(member, [...steps, i], complaints));
  if (!(value instanceof Map)) return complain('is neither text, number, boolean, list nor object');
  const object = new Map<string, Tree>();
  for (const [key, member] of value) {
    if (typeof key !== 'string') complain(`the key ${String(key)} is no text: put it in quotes`);
    object.set(String(key), treeOf(member, [...steps, String(key)], complaints));
  }
  return object;
}

/** JSON of a tree: integers with all their digits, floats with a point or an exponent. */
export function treeJson(tree: Tree): string {
  if (typeof tree === 'bigint') return String(tree);
  if (typeof tree === 'number') {
    const text = Object.is(tree, -0) ? '-0' : String(tree);
    return /[.e]/.test(text) ? text : `${text}.0`;
  }
  if (tree instanceof Map)
    return `{${Array.from(tree as ReadonlyMap<string, Tree>, ([key, member]) => `${JSON.stringify(key)}:${treeJson(member)}`).join(',')}}`;
  if (Array.isArray(tree)) return `[${tree.map(treeJson).join(',')}]`;
  return JSON.stringify(tree);
}

/** Plain values of a tree, as zod takes them. */
export function treeValue(tree: Tree): unknown {
  if (tree instanceof Map)
    return Object.fromEntries(
      Array.from(tree as ReadonlyMap<string, Tree>, ([key, member]) => [key, treeValue(member)]),
    );
  return Array.isArray(tree) ? tree.map(treeValue) : tree;
}
