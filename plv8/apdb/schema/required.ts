/** What a schema must have to be that of an APDB. */
import type { Finding } from '../../config/place.ts';
import type { Column, Schema, Table } from './definition.ts';
import { schema10 } from './schema10.ts';

interface Required {
  /** Types of columns that functions work with. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly primaryKey: readonly string[];
}

const id = ['int8'];
const time = ['float8'];
const detector = ['int2', 'int4'];

const required: Readonly<Record<string, Required>> = {
  DiaObject: {
    columns: {
      diaObjectId: id,
      validityStartMjdTai: time,
      validityEndMjdTai: time,
      firstDiaSourceMjdTai: time,
      lastDiaSourceMjdTai: time,
      nDiaSources: ['int4'],
    },
    primaryKey: ['diaObjectId', 'validityStartMjdTai'],
  },
  DiaObjectLast: {
    columns: { diaObjectId: id, validityStartMjdTai: time, nDiaSources: ['int4'] },
    primaryKey: ['diaObjectId'],
  },
  DiaSource: {
    columns: {
      diaSourceId: id,
      visit: id,
      detector,
      diaObjectId: id,
      ssObjectId: id,
      ssObjectReassocTimeMjdTai: time,
      midpointMjdTai: time,
    },
    primaryKey: ['diaSourceId'],
  },
  DiaForcedSource: {
    columns: { diaObjectId: id, visit: id, detector, midpointMjdTai: time },
    primaryKey: ['diaObjectId', 'visit', 'detector'],
  },
};

/** Tables that a schema may leave out: they are then those of today's. */
const supplied = ['DiaObject_To_Object_Match', 'metadata'];

function typeComplaints(table: Table, columns: Required['columns']): string[] {
  return Object.entries(columns).flatMap(([name, types]) => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined) return [`has no column ${name}`];
    return types.includes(column.type)
      ? []
      : [`its column ${name} is ${column.type}, and must be ${types.join(' or ')}`];
  });
}

function keyComplaints(table: Table, primaryKey: readonly string[]): string[] {
  const same = table.primaryKey.join() === primaryKey.join();
  return same
    ? []
    : [`its primary key must be (${primaryKey.join(', ')}), not (${table.primaryKey.join(', ')})`];
}

/** The latest version of an object is copied from its versions, column by column. */
function lastComplaints(schema: Schema): string[] {
  const objects = schema.tables.find(({ name }) => name === 'DiaObject');
  const last = schema.tables.find(({ name }) => name === 'DiaObjectLast');
  const typeOf = (column: Column) => objects?.columns.find(({ name }) => name === column.name)?.type;
  return (last?.columns ?? [])
    .filter((column) => typeOf(column) !== column.type)
    .map(({ name, type }) => `its column ${name} (${type}) is not one of DiaObject`);
}

function nullComplaints(table: Table): string[] {
  return table.columns.some(({ name, notNull }) => name === 'validityEndMjdTai' && notNull)
    ? ['its column validityEndMjdTai must be nullable: the latest version has no end']
    : [];
}

/** The tables of a schema that an APDB has, and why it cannot be the schema of one. */
export function apdbSchema(schema: Schema): { schema: Schema; complaints: readonly Finding[] } {
  const complaints: Finding[] = [];
  for (const [name, { columns, primaryKey }] of Object.entries(required)) {
    const table = schema.tables.find((one) => one.name === name);
    const found =
      table === undefined
        ? ['is missing']
        : [
            ...typeComplaints(table, columns),
            ...keyComplaints(table, primaryKey),
            ...nullComplaints(table),
            ...(name === 'DiaObjectLast' ? lastComplaints(schema) : []),
          ];
    complaints.push(...found.map((complaint) => ({ path: name, complaint })));
  }
  const tables = schema10.tables.flatMap(({ name }) => {
    const own = schema.tables.find((one) => one.name === name);
    if (own !== undefined) return [own];
    return supplied.includes(name) ? schema10.tables.filter((one) => one.name === name) : [];
  });
  return { schema: { ...schema, tables }, complaints };
}
