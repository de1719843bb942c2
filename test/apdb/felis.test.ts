/** Felis documents: read with every type, unit and key, refused with each mistake's path, and made into APDBs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { stringify } from 'yaml';
import type { Schema } from '../../plv8/apdb/schema/definition.ts';
import { checkFelis, readFelis } from '../../plv8/apdb/schema/felis.ts';
import { schema10 } from '../../plv8/apdb/schema/schema10.ts';
import { readFelisFile } from '../../src/apdb/felis.ts';
import { database } from '../support/database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'almagest-felis-'));

function file(name: string, document: unknown): string {
  const place = path.join(folder, name);
  writeFileSync(place, stringify(document));
  return place;
}

const complaints = (document: unknown) =>
  checkFelis(JSON.stringify(document)).complaints.map(({ path: at, complaint }) => `${at}: ${complaint}`);

/** A document of one table, with these columns. */
const withColumns = (...columns: object[]) => ({ name: 's', tables: [{ name: 't', columns }] });

const datatypes: Record<string, string> = {
  int8: 'long',
  int4: 'int',
  int2: 'short',
  float8: 'double',
  float4: 'float',
  boolean: 'boolean',
  text: 'text',
};

/** The document of a schema. */
function documentOf(schema: Schema) {
  return {
    name: schema.name,
    version: { current: schema.version },
    tables: schema.tables.map((table) => ({
      name: table.name,
      description: table.description,
      primaryKey: table.primaryKey.map((column) => `#${table.name}.${column}`),
      columns: table.columns.map(({ name, type, notNull, defaultSql, unit, ucd, description }) => {
        const [, base = '', length] = /^(\w+)(?:\((\d+)\))?$/.exec(type) ?? [];
        return {
          name,
          datatype: datatypes[base] ?? (base === 'char' ? 'char' : 'string'),
          nullable: !notNull,
          description,
          ...(length === undefined ? {} : { length: Number(length) }),
          ...(defaultSql === undefined ? {} : { value: Number(defaultSql) }),
          ...(unit === '' ? {} : { 'fits:tunit': unit }),
          ...(ucd === '' ? {} : { 'ivoa:ucd': ucd }),
        };
      }),
      indexes: table.indexes.map(({ name, columns }) => ({
        name,
        columns: columns.map((column) => `#${table.name}.${column}`),
      })),
    })),
  };
}

const document = () => structuredClone(documentOf(schema10));

/** The document of today with a table changed. */
function changed(name: string, change: (table: ReturnType<typeof document>['tables'][number]) => void) {
  const whole = document();
  change(whole.tables.find((table) => table.name === name)!);
  return JSON.stringify(whole);
}

test('the document of a schema is that schema', (t) => {
  const read = readFelis(JSON.stringify(document()));
  const without = { uniqueKeys: [], checks: [], references: [] };
  t.deepEqual(read, { ...schema10, tables: schema10.tables.map((table) => ({ ...table, ...without })) });
});

test('every type of Felis has its type of PostgreSQL', (t) => {
  const plain = ['boolean', 'byte', 'short', 'int', 'long', 'float', 'double', 'text', 'timestamp'];
  const sized = ['char', 'string', 'unicode', 'binary'];
  const { schema, complaints: found } = checkFelis(
    JSON.stringify(
      withColumns(
        ...plain.map((datatype) => ({ name: `a ${datatype}`, datatype })),
        ...sized.map((datatype) => ({ name: `a ${datatype}`, datatype, length: 7 })),
      ),
    ),
  );
  t.deepEqual(found, []);
  t.deepEqual(
    schema?.tables[0]?.columns.map(({ type }) => type),
    [
      ...['boolean', 'int2', 'int2', 'int4', 'int8', 'float4', 'float8', 'text', 'timestamptz'],
      ...['char(7)', 'varchar(7)', 'varchar(7)', 'bytea'],
    ],
  );
});

test('defaults are literals of their column; quotes in them stay within', (t) => {
  const { schema } = checkFelis(
    `{"name": "s", "tables": [{"name": "t", "columns": [
      {"name": "a", "datatype": "long", "value": 9223372036854775807},
      {"name": "b", "datatype": "double", "value": 0.10000000000000000555},
      {"name": "c", "datatype": "string", "length": 9, "value": "it's"},
      {"name": "d", "datatype": "boolean", "value": false}]}]}`,
  );
  t.deepEqual(
    schema?.tables[0]?.columns.map(({ defaultSql }) => defaultSql),
    ['9223372036854775807', '0.10000000000000000555', "'it''s'", 'false'],
  );
});

test('columns of a key are never NULL, and constraints are read with their columns', (t) => {
  const { schema, complaints: found } = checkFelis(
    JSON.stringify({
      name: 's',
      tables: [
        {
          name: 'a',
          primaryKey: '#a.id',
          columns: [
            { name: 'id', datatype: 'long', nullable: true },
            { name: 'n', datatype: 'int', '@id': '#mine' },
          ],
          constraints: [
            { '@type': 'Unique', name: 'u', columns: ['#mine'] },
            { '@type': 'Check', name: 'c', expression: 'n > 0' },
          ],
        },
        {
          name: 'b',
          columns: [{ name: 'a_id', datatype: 'long' }],
          constraints: [
            { '@type': 'ForeignKey', name: 'f', columns: ['#b.a_id'], referencedColumns: ['#a.id'] },
          ],
        },
      ],
    }),
  );
  t.deepEqual(found, []);
  const [a, b] = schema!.tables;
  t.like(a, {
    primaryKey: ['id'],
    uniqueKeys: [{ name: 'u', columns: ['n'] }],
    checks: [{ name: 'c', expression: 'n > 0' }],
  });
  t.true(a!.columns[0]!.notNull);
  t.deepEqual(b!.references, [{ name: 'f', columns: ['a_id'], table: 'a', referenced: ['id'] }]);
});

test('every mistake is told with its path', (t) => {
  t.deepEqual(
    complaints({
      name: 's',
      version: 'ten',
      tables: [
        {
          name: 't',
          primaryKey: ['#t.ra', '#t.nothing'],
          columns: [
            { name: 'ra', datatype: 'real' },
            { name: 'ra', datatype: 'double' },
            { name: 'b', datatype: 'string' },
            { name: 'c', datatype: 'int', value: 1.5 },
            { name: 'd', datatype: 'short', value: 40000 },
            { name: 'e', datatype: 'double', 'fits:tunit': 'deg', 'ivoa:unit': 'deg' },
            { name: 'f', datatype: 'long', autoincrement: true, 'ivoa:ucd': 'not a ucd' },
            { name: 'g'.repeat(64), datatype: 'int' },
            { name: 'h', datatype: 'int', nulable: false },
            { name: 'ctid', datatype: 'int' },
          ],
          indexes: [{ name: 'i', expressions: ['lower(b)'], columns: ['#x'] }],
          constraints: [{ '@type': 'Primary', name: 'k' }],
        },
        { name: 't' },
      ],
    }),
    [
      'version: expected a version such as 10.0.0, not "ten"',
      'tables[0].columns[0].datatype: expected boolean, byte, short, int, long, float, double, text, timestamp, char, string, unicode, binary, not "real"',
      'tables[0].columns[1].name: another column is called ra',
      'tables[0].columns[2].datatype: needs a length: string has one',
      'tables[0].columns[3].value: expected an integer, as the column is int4',
      'tables[0].columns[4].value: is out of the range of int2',
      'tables[0].columns[5]["ivoa:unit"]: is given beside fits:tunit: a column has one unit',
      'tables[0].columns[6]["ivoa:ucd"]: expected a UCD such as pos.eq.ra;meta.main, not "not a ucd"',
      'tables[0].columns[6].autoincrement: is not for an APDB: ids come with the rows',
      'tables[0].columns[7].name: is a name of 64 bytes: PostgreSQL keeps 63',
      'tables[0].columns[8].nulable: there is no such option: did you mean nullable?',
      'tables[0].columns[9].name: is a name that PostgreSQL keeps for itself',
      'tables[1].name: another table is called t',
      'tables[0].primaryKey[0]: there is no column of the id "#t.ra"',
      'tables[0].primaryKey[1]: there is no column of the id "#t.nothing"',
      'tables[0].indexes[0].expressions: indexes of an APDB are of columns',
      'tables[0].indexes[0].columns[0]: there is no column of the id "#x"',
      'tables[0].indexes[0].columns: names no column',
      'tables[0].constraints[0]["@type"]: expected Unique, Check, ForeignKey, not "Primary"',
    ],
  );
});

test('a schema that lacks what functions work with is not that of an APDB', (t) => {
  const detail = (text: string) => t.throws(() => readFelis(text)) as Error & { detail: string };
  const whole = document();
  t.regex(
    detail(JSON.stringify({ ...whole, tables: whole.tables.filter(({ name }) => name !== 'DiaSource') }))
      .message,
    /ApdbConfigError: the schema: DiaSource: is missing/,
  );
  t.is(
    detail(
      changed('DiaObject', (table) => {
        table.primaryKey.reverse();
        const [id, start, end] = table.columns;
        id!.datatype = 'int';
        start!.name = 'validityStart';
        end!.nullable = false;
        table.primaryKey = ['#DiaObject.diaObjectId'];
        table.indexes = [];
      }),
    ).detail,
    [
      'DiaObject: its column diaObjectId is int4, and must be int8',
      'DiaObject: has no column validityStartMjdTai',
      'DiaObject: its primary key must be (diaObjectId, validityStartMjdTai), not (diaObjectId)',
      'DiaObject: its column validityEndMjdTai must be nullable: the latest version has no end',
      'DiaObjectLast: its column diaObjectId (int8) is not one of DiaObject',
      'DiaObjectLast: its column validityStartMjdTai (float8) is not one of DiaObject',
    ].join('\n'),
  );
});

test('tables that every APDB has alike may be left out, and those that none has are', (t) => {
  const whole = document();
  const tables = whole.tables.filter(({ name }) => name !== 'metadata' && !name.includes('Match'));
  const other = { name: 'SSObject', columns: [{ name: 'id', datatype: 'long' }] };
  const { tables: read } = readFelis(JSON.stringify({ ...whole, tables: [...tables, other] }));
  t.deepEqual(
    read.map(({ name }) => name),
    schema10.tables.map(({ name }) => name),
  );
});

test('columns that a document takes from others are in it, with what it says otherwise', async (t) => {
  file(
    'base.yaml',
    withColumns({ name: 'ra', datatype: 'double', 'fits:tunit': 'deg', description: 'Base' }),
  );
  const taking = file('taking.yaml', {
    name: 'u',
    resources: { Base: { uri: 'resource://some.package/base.yaml' } },
    tables: [
      {
        name: 'v',
        primaryKey: '#v.ra',
        columns: [{ name: 'n', datatype: 'int' }],
        columnRefs: {
          Base: {
            t: { ra: null, other: { ref_name: 'ra', overrides: { description: 'Mine', nullable: false } } },
          },
        },
      },
    ],
  });
  const { schema, complaints: found } = await readFelisFile(taking);
  t.deepEqual(found, []);
  t.deepEqual(
    schema?.tables[0]?.columns.map(({ name, unit, description, notNull }) => [
      name,
      unit,
      description,
      notNull,
    ]),
    [
      ['n', '', '', false],
      ['ra', 'deg', 'Base', true],
      ['other', 'deg', 'Mine', true],
    ],
  );
});

test('resources that are missing, lack a column, or refer back are told with their path', async (t) => {
  const mine = file('mine.yaml', {
    name: 'm',
    resources: { Me: { uri: 'mine.yaml' }, Gone: { uri: 'gone.yaml' }, Base: { uri: 'base2.yaml' } },
    tables: [{ name: 't', columnRefs: { Base: { t: { nothing: null } }, Nobody: { t: { ra: null } } } }],
  });
  file('base2.yaml', withColumns({ name: 'ra', datatype: 'double' }));
  const { complaints: found } = await readFelisFile(mine);
  t.deepEqual(
    found.map(({ path: at, complaint }) => `${at}: ${complaint.replace(/: ENOENT.*/, '')}`),
    [
      'resources.Me.uri: refers back to this document',
      'resources.Gone.uri: cannot be read',
      'tables[0].columnRefs.Base.t.nothing: Base has no column t.nothing',
      'tables[0].columnRefs.Nobody.t.ra: there is no resource Nobody',
    ],
  );
});

test('an APDB has the tables of the document it is made by', async (t) => {
  await using db = await database();
  const whole = document();
  const source = whole.tables.find(({ name }) => name === 'DiaSource')!;
  source.columns.push({
    name: "mean'Colour",
    datatype: 'float',
    nullable: true,
    description: "it's new",
    'fits:tunit': 'mag',
  });
  await db.query(`select apdb.create('survey', '{}', 'p_', $1::json)`, [JSON.stringify(whole)]);
  t.deepEqual(
    await db.query(
      `select format_type(atttypid, atttypmod) as type, col_description(attrelid, attnum) as comment
       from pg_attribute
       where attrelid = 'survey."p_DiaSource"'::regclass and attname = $1`,
      ["mean'Colour"],
    ),
    [{ type: 'real', comment: "it's new [mag]" }],
  );
  const error = await t.throwsAsync<Error & { code: string; detail: string }>(
    db.query(`select apdb.create('other', schema => '{"name": "s", "tables": [{"name": 3}]}')`),
  );
  t.is(error.code, 'AP001');
  t.regex(error.message, /tables\[0\].name: expected a string, not an integer/);
});

test('light curves of a schema whose forced sources have no id of their own', async (t) => {
  await using db = await database();
  const without = changed('DiaForcedSource', (table) => {
    table.columns = table.columns.filter(({ name }) => name !== 'diaForcedSourceId');
    table.indexes = [];
  });
  await db.query(`select apdb.create('survey', schema => $1::json)`, [without]);
  t.deepEqual(await db.query('select kind, source_id from survey.lightcurve'), []);
});
