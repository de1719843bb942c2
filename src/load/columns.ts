/** Which columns of a file go into which columns of a table. */
import type { Target, TargetColumn } from '../db/catalog.ts';
import type { Column, TableReader } from '../formats/table.ts';
import { LoadError } from './errors.ts';
import type { LoadOptions } from './options.ts';

/** A column of the file with the name that its values get in the table. */
export interface NamedColumn {
  readonly column: Column;
  /** By --rename. */
  readonly renamed: string | undefined;
}

export interface Pair {
  readonly column: Column;
  readonly target: TargetColumn;
}

const mostNameBytes = 63;
/** Every table has these already. */
const systemColumns = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'];

/** A column's name as one would write it in SQL without quotes: lower case, letters, digits and _. */
export function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^(?=\p{N})/u, '_');
  let short = systemColumns.includes(plain) ? `${plain}_` : plain;
  while (Buffer.byteLength(short) > mostNameBytes) short = short.slice(0, -1);
  return short;
}

function findColumn(reader: TableReader, name: string): Column {
  const { columns } = reader;
  const found =
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new LoadError(`the file has no column "${name}"`, {
    hint: `It has: ${columns.map((column) => column.name).join(', ')}`,
  });
}

/**
 * The file's columns that are to be loaded, in the file's order, with their new names.
 * @throws LoadError where an option names a column that is not there
 */
export function chooseColumns(reader: TableReader, options: LoadOptions): NamedColumn[] {
  const chosen =
    options.columns === undefined
      ? new Set(reader.columns)
      : new Set(options.columns.map((name) => findColumn(reader, name)));
  const renames = new Map([...options.rename].map(([from, to]) => [findColumn(reader, from), to] as const));
  for (const [column] of renames) {
    if (!chosen.has(column)) throw new LoadError(`"${column.name}" is renamed but not among --columns`);
  }
  return reader.columns
    .filter((column) => chosen.has(column))
    .map((column) => ({ column, renamed: renames.get(column) }));
}

/**
 * Finds each column's place: where --create would put them if the table has all of those, else by name as it is, in
 * lower case, or as a plain name.
 */
function matchTargets(target: Target, chosen: readonly NamedColumn[]): (TargetColumn | undefined)[] {
  const byName = (name: string) => target.columns.find((candidate) => candidate.name === name);
  const asCreated = newColumnNames(chosen).map(({ name }) => byName(name));
  if (!asCreated.includes(undefined)) return asCreated;
  return chosen.map(({ column: { name }, renamed }) =>
    renamed === undefined
      ? (byName(name) ?? byName(name.toLowerCase()) ?? byName(plainName(name)))
      : byName(renamed),
  );
}

const quoted = (columns: readonly { readonly name: string }[]) =>
  columns.map(({ name }) => `"${name}"`).join(', ');

/**
 * Pairs the chosen columns with the table's.
 * @throws LoadError naming the columns that the table lacks, computes itself, or needs and does not get
 */
export function pairColumns(target: Target, chosen: readonly NamedColumn[]): Pair[] {
  const tableName = `${target.schema}.${target.name}`;
  const targets = matchTargets(target, chosen);
  const matched = chosen.map((named, i) => ({ named, target: targets[i] }));
  const missing = matched.filter((match) => match.target === undefined);
  if (missing.length > 0) {
    const missingNames = missing.map(({ named }) => ({ name: named.renamed ?? named.column.name }));
    throw new LoadError(`${tableName} has no column ${quoted(missingNames)}`, {
      hint: 'Add the column to the table, name another by --rename file_column=table_column, or leave it out by --columns.',
      detail: `The table has: ${target.columns.map(({ name }) => name).join(', ')}`,
    });
  }
  const pairs = matched.map((match) => ({ column: match.named.column, target: match.target! }));
  const computed = pairs.filter((pair) => pair.target.generated);
  if (computed.length > 0) {
    throw new LoadError(`${tableName} computes ${quoted(computed.map((pair) => pair.target))} itself`, {
      hint: 'Leave it out by --columns.',
    });
  }
  const taken = new Map<TargetColumn, Column>();
  for (const { column, target: into } of pairs) {
    const other = taken.get(into);
    if (other !== undefined) {
      throw new LoadError(
        `the file's columns "${other.name}" and "${column.name}" both go into "${into.name}"`,
        {
          hint: 'Give one another name by --rename, or leave it out by --columns.',
        },
      );
    }
    taken.set(into, column);
  }
  const needed = target.columns.filter(
    (column) => column.notNull && !column.hasDefault && !column.generated && !taken.has(column),
  );
  if (needed.length > 0) {
    throw new LoadError(
      `the file has no column for ${quoted(needed)} of ${tableName}, NOT NULL without a default`,
      {
        hint: 'Give the table a default for it, or name the column by --rename file_column=table_column.',
      },
    );
  }
  return pairs;
}

/** Names for a new table's columns: renamed as asked, else plain, and each once. */
export function newColumnNames(chosen: readonly NamedColumn[]): { column: Column; name: string }[] {
  const taken = new Set(chosen.flatMap(({ renamed }) => renamed ?? []));
  return chosen.map(({ column, renamed }) => {
    if (renamed !== undefined) return { column, name: renamed };
    const plain = plainName(column.name);
    let name = plain;
    for (let copy = 2; taken.has(name); copy++) name = `${plain}_${copy}`;
    taken.add(name);
    return { column, name };
  });
}

/**
 * The columns of `names` that a key is made of, by their exact names or in lower case, as SQL reads names.
 * @throws LoadError for a name that none of them has
 */
export function keyColumns(key: readonly string[], names: readonly string[]): string[] {
  return key.map((wanted) => {
    const found = [wanted, wanted.toLowerCase()].find((name) => names.includes(name));
    if (found !== undefined) return found;
    throw new LoadError(`--key names "${wanted}", which is none of the columns loaded`, {
      hint: `They are: ${names.join(', ')}`,
    });
  });
}
