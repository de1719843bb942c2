/** What Felis documents say of tables beside their columns: keys, indexes and constraints. */
import { nameComplaint, type Place } from '../../config/place.ts';
import type { Check, Index, Reference, UniqueKey } from './definition.ts';

/** Columns by the ids that keys name them by: `#DiaObject.ra` where the document gives none. */
export class ColumnIds {
  private readonly columns = new Map<string, { readonly table: string; readonly column: string }>();

  add(given: Place, table: string, column: string): void {
    const id = given.optional((place) => place.text()) ?? `#${table}.${column}`;
    if (this.columns.has(id)) given.complain(`another column has the id ${JSON.stringify(id)}`);
    this.columns.set(id, { table, column });
  }

  /** The column of an id, wherever it is. */
  find(place: Place): { readonly table: string; readonly column: string } | undefined {
    const id = place.text();
    if (id === undefined) return undefined;
    return this.columns.get(id) ?? place.complain(`there is no column of the id ${JSON.stringify(id)}`);
  }

  /** The column of a table. */
  of(table: string, place: Place): string | undefined {
    const found = this.find(place);
    if (found === undefined) return undefined;
    if (found.table !== table) return place.complain(`is a column of ${found.table}, not of ${table}`);
    return found.column;
  }
}

const present = <T>(value: T | undefined): value is T => value !== undefined;

/** Columns of a list of ids, or of the one that stands alone. */
export function readKey(table: string, place: Place, ids: ColumnIds): string[] {
  const places = typeof place.value === 'string' ? [place] : (place.list() ?? []);
  return places.map((one) => ids.of(table, one)).filter(present);
}

/** A name that tells a thing from others of its kind. */
export function uniqueName(place: Place, taken: Set<string>, kind: string): string | undefined {
  const name = place.text();
  if (name === undefined) return undefined;
  const wrong = nameComplaint(name);
  if (wrong !== null) return place.complain(wrong);
  if (taken.has(name)) return place.complain(`another ${kind} is called ${name}`);
  taken.add(name);
  return name;
}

const indexKeys = ['name', '@id', 'description', 'votable:utype', 'columns', 'expressions'] as const;

export function readIndexes(
  table: string,
  places: readonly Place[],
  ids: ColumnIds,
  taken: Set<string>,
): Index[] {
  return places.flatMap((place) => {
    const fields = place.options(indexKeys);
    if (fields === undefined) return [];
    const name = uniqueName(fields.name, taken, 'index or constraint');
    if (fields.expressions.given) fields.expressions.complain('indexes of an APDB are of columns');
    const columns = readKey(table, fields.columns, ids);
    if (fields.columns.given && columns.length === 0 && Array.isArray(fields.columns.value))
      fields.columns.complain('names no column');
    return name === undefined ? [] : [{ name, columns }];
  });
}

const constraintKeys = [
  '@type',
  'name',
  '@id',
  'description',
  'votable:utype',
  'deferrable',
  'initially',
  'expression',
  'columns',
  'referencedColumns',
  'on_delete',
  'on_update',
] as const;

type Fields = { readonly [key in (typeof constraintKeys)[number]]: Place };

function readReference(table: string, name: string, fields: Fields, ids: ColumnIds): Reference | undefined {
  const columns = readKey(table, fields.columns, ids);
  const others = (fields.referencedColumns.list() ?? []).map((place) => ids.find(place)).filter(present);
  const [first] = others;
  if (first === undefined) return undefined;
  if (others.some((other) => other.table !== first.table))
    return fields.referencedColumns.complain('are columns of more than one table');
  if (columns.length !== others.length)
    return fields.referencedColumns.complain('are not as many as the columns that refer to them');
  return { name, columns, table: first.table, referenced: others.map(({ column }) => column) };
}

export function readConstraints(
  table: string,
  places: readonly Place[],
  ids: ColumnIds,
  taken: Set<string>,
): { uniqueKeys: UniqueKey[]; checks: Check[]; references: Reference[] } {
  const found = { uniqueKeys: [] as UniqueKey[], checks: [] as Check[], references: [] as Reference[] };
  for (const place of places) {
    const fields = place.options(constraintKeys);
    if (fields === undefined) continue;
    const kind = fields['@type'].word(['Unique', 'Check', 'ForeignKey']);
    const name = uniqueName(fields.name, taken, 'index or constraint');
    if (kind === undefined || name === undefined) continue;
    if (kind === 'Unique') found.uniqueKeys.push({ name, columns: readKey(table, fields.columns, ids) });
    else if (kind === 'Check') {
      const expression = fields.expression.named();
      if (expression !== undefined) found.checks.push({ name, expression });
    } else {
      const reference = readReference(table, name, fields, ids);
      if (reference !== undefined) found.references.push(reference);
    }
  }
  return found;
}
