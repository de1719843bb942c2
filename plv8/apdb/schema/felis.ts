/** Schemas as Felis describes them, the YAML of the Rubin Observatory's catalogues: read from a document's JSON. */
import { type Json, JsonError, parseJson } from '../../config/exact_json.ts';
import { type Finding, Findings, Place, pathText } from '../../config/place.ts';
import { refuse } from '../read_options.ts';
import { type Column, type Schema, systemColumns, type Table } from './definition.ts';
import { columnKeys, readColumn } from './felis_column.ts';
import { ColumnIds, readConstraints, readIndexes, readKey, uniqueName } from './felis_keys.ts';
import { apdbSchema } from './required.ts';

const schemaKeys = ['name', '@id', 'description', 'votable:utype', 'version', 'resources', 'tables'] as const;
const tableKeys = [
  'name',
  '@id',
  'description',
  'votable:utype',
  'primaryKey',
  'tap:table_index',
  'mysql:engine',
  'mysql:charset',
  'columnRefs',
  'columns',
  'columnGroups',
  'constraints',
  'indexes',
] as const;
const versionKeys = ['current', 'compatible', 'read_compatible'] as const;

/** The version that a document is: a text, or what an object calls current. */
function readVersion(place: Place): string | undefined {
  if (!place.given) return '0.1.0';
  const text = place.value instanceof Map ? place.options(versionKeys)?.current.text() : place.text();
  if (text === undefined) return undefined;
  return /^\d+\.\d+\.\d+$/.test(text)
    ? text
    : place.complain(`expected a version such as 10.0.0, not ${JSON.stringify(text)}`);
}

const members = (place: Place): Place[] => (place.given ? (place.list() ?? []) : []);

interface OpenTable {
  readonly name: string;
  readonly place: { readonly [key in (typeof tableKeys)[number]]: Place };
  readonly columns: readonly Column[];
}

function readColumns(table: string, place: Place, ids: ColumnIds): Column[] {
  const names = new Set<string>();
  return members(place).flatMap((member) => {
    const fields = member.options(columnKeys);
    if (fields === undefined) return [];
    const name = uniqueName(fields.name, names, 'column');
    if (name !== undefined && systemColumns.includes(name))
      fields.name.complain('is a name that PostgreSQL keeps for itself');
    const column = name === undefined ? undefined : readColumn(name, fields);
    if (name === undefined || column === undefined) return [];
    ids.add(fields['@id'], table, name);
    return [column];
  });
}

function openTable(place: Place, names: Set<string>, ids: ColumnIds): OpenTable[] {
  const fields = place.options(tableKeys);
  if (fields === undefined) return [];
  const name = uniqueName(fields.name, names, 'table');
  if (fields.columnRefs.given)
    fields.columnRefs.complain('takes columns from another document: write them into this one');
  return name === undefined ? [] : [{ name, place: fields, columns: readColumns(name, fields.columns, ids) }];
}

function closeTable({ name, place, columns }: OpenTable, ids: ColumnIds, names: Set<string>): Table {
  const primaryKey = place.primaryKey.given ? readKey(name, place.primaryKey, ids) : [];
  return {
    name,
    description: place.description.optional((text) => text.text()) ?? '',
    // Columns of a key are never NULL, whatever the document says of them.
    columns: columns.map((column) =>
      primaryKey.includes(column.name) ? { ...column, notNull: true } : column,
    ),
    primaryKey,
    indexes: readIndexes(name, members(place.indexes), ids, names),
    ...readConstraints(name, members(place.constraints), ids, names),
  };
}

/** Reads the JSON of a Felis document with all its tables, and says all that is wrong with it. */
export function checkFelis(text: string): { schema: Schema | undefined; complaints: readonly Finding[] } {
  const findings = new Findings();
  const { complaints } = findings;
  let json: Json;
  try {
    json = parseJson(text, (path) => {
      complaints.push({ path: pathText(path), complaint: 'is given twice' });
    });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { schema: undefined, complaints: [{ path: '$', complaint: error.message }] };
  }
  const fields = new Place(json, [], findings).options(schemaKeys);
  if (fields === undefined) return { schema: undefined, complaints };
  const ids = new ColumnIds();
  const tableNames = new Set<string>();
  const name = fields.name.text() ?? '';
  const version = readVersion(fields.version) ?? '';
  const open = (fields.tables.list() ?? []).flatMap((place) => openTable(place, tableNames, ids));
  const otherNames = new Set<string>();
  const tables = open.map((table) => closeTable(table, ids, otherNames));
  return { schema: complaints.length === 0 ? { name, version, tables } : undefined, complaints };
}

/**
 * The schema of an APDB by a Felis document's JSON: those of its tables that an APDB has.
 * @throws ApdbConfigError with a line for each mistake in its detail
 */
export function readFelis(text: string): Schema {
  const hint = 'almagest apdb schema --from FILE shows the tables of a file, and what is wrong with it.';
  const { schema: whole, complaints } = checkFelis(text);
  refuse('schema', complaints, hint);
  const { schema, complaints: lacks } = apdbSchema(whole as Schema);
  refuse('schema', lacks, hint);
  return schema;
}
