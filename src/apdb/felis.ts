/** Felis documents, the YAML of catalogue schemas: read from files, with the columns that they take from other documents. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Schema } from '../../plv8/apdb/schema/definition.ts';
import { checkFelis } from '../../plv8/apdb/schema/felis.ts';
import { type Finding, pathText, type Step } from '../../plv8/config/place.ts';
import { readYaml, type Tree, treeJson } from '../config/yaml.ts';

type TreeMap = ReadonlyMap<string, Tree>;

export interface FelisFile {
  /** What apdb.create takes. */
  readonly json: string;
  readonly schema: Schema | undefined;
  readonly complaints: readonly Finding[];
}

const isMap = (tree: Tree | undefined): tree is TreeMap => tree instanceof Map;
const list = (tree: Tree | undefined): readonly Tree[] => (Array.isArray(tree) ? tree : []);
const entries = (tree: Tree | undefined): (readonly [string, Tree])[] => (isMap(tree) ? [...tree] : []);
const named = (trees: readonly Tree[], name: string): TreeMap | undefined =>
  trees.find((tree): tree is TreeMap => isMap(tree) && tree.get('name') === name);

class Document {
  readonly complaints: Finding[] = [];
  readonly file: string;
  /** Documents that others are read for, so that none is read for itself. */
  readonly readers: readonly string[];

  constructor(file: string, readers: readonly string[] = []) {
    this.file = resolve(file);
    this.readers = readers;
  }

  private complain(steps: readonly Step[], complaint: string): undefined {
    this.complaints.push({ path: pathText(steps), complaint });
  }

  /** The document with all its columns in it. */
  async read(): Promise<Tree> {
    const { tree, complaints } = readYaml(await readFile(this.file, 'utf8'));
    this.complaints.push(...complaints);
    if (!isMap(tree)) return tree;
    const resources = new Map<string, Tree>();
    for (const [name, resource] of entries(tree.get('resources')))
      resources.set(name, await this.resource(name, resource));
    const tables = list(tree.get('tables')).map((table, i) => this.withColumns(table, i, resources));
    const whole = new Map(tree);
    whole.delete('resources');
    return whole.has('tables') && Array.isArray(tree.get('tables')) ? whole.set('tables', tables) : whole;
  }

  /** Another document: beside this one, wherever its URI has it. */
  private async resource(name: string, resource: Tree): Promise<Tree> {
    const uri = isMap(resource) ? resource.get('uri') : undefined;
    const steps = ['resources', name, 'uri'];
    if (typeof uri !== 'string') return this.complain(steps, 'expected the name of a file') ?? null;
    const file = /^\w+:/.test(uri) ? basename(uri) : uri;
    const other = new Document(resolve(dirname(this.file), file), [...this.readers, this.file]);
    if (other.readers.includes(other.file))
      return this.complain(steps, 'refers back to this document') ?? null;
    try {
      const tree = await other.read();
      for (const { path, complaint } of other.complaints)
        this.complain(['resources', name], `${other.file}: ${path}: ${complaint}`);
      return tree;
    } catch (error) {
      return this.complain(steps, `cannot be read: ${(error as Error).message}`) ?? null;
    }
  }

  /** A table of this document with the columns that it takes from others at its end. */
  private withColumns(table: Tree, index: number, resources: ReadonlyMap<string, Tree>): Tree {
    if (!isMap(table) || !table.has('columnRefs')) return table;
    const taken: Tree[] = [];
    for (const [resource, tables] of entries(table.get('columnRefs')))
      for (const [from, columns] of entries(tables))
        for (const [name, how] of entries(columns)) {
          const steps = ['tables', index, 'columnRefs', resource, from, name];
          const document = resources.get(resource);
          if (document === undefined) this.complain(steps, `there is no resource ${resource}`);
          // What a document that could not be read lacks needs no words of its own.
          if (!isMap(document)) continue;
          const refName = isMap(how) ? how.get('ref_name') : undefined;
          const source = typeof refName === 'string' ? refName : name;
          const other = named(list(document.get('tables')), from);
          const column = named(list(other?.get('columns')), source);
          if (column === undefined) {
            this.complain(steps, `${resource} has no column ${from}.${source}`);
            continue;
          }
          const overrides = isMap(how) ? entries(how.get('overrides')) : [];
          const id = table.get('@id') ?? `#${String(table.get('name'))}`;
          taken.push(new Map([...column, ['name', name], ['@id', `${String(id)}.${name}`], ...overrides]));
        }
    const whole = new Map(table).set('columns', [...list(table.get('columns')), ...taken]);
    whole.delete('columnRefs');
    return whole;
  }
}

/** A file's document with all its tables, and all that is wrong with it. */
export async function readFelisFile(file: string): Promise<FelisFile> {
  const document = new Document(file);
  const json = treeJson(await document.read());
  if (document.complaints.length > 0) return { json, schema: undefined, complaints: document.complaints };
  const { schema, complaints } = checkFelis(json);
  return { json, schema, complaints };
}
