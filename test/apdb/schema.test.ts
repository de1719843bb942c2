/** The schema of today: as many columns of each type as ApdbSchema 10.0.0 has, all of them described. */
import test from 'ava';
import type { Table } from '../../plv8/apdb/schema/definition.ts';
import { schema10 } from '../../plv8/apdb/schema/schema10.ts';

const table = (name: string): Table => schema10.tables.find((one) => one.name === name)!;

function census(name: string) {
  const counts: Record<string, number> = {};
  for (const { type } of table(name).columns) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

test('each table has its columns', (t) => {
  t.deepEqual(census('DiaObject'), { int8: 1, float8: 6, float4: 69, int4: 7 });
  t.deepEqual(census('DiaObjectLast'), { int8: 1, float8: 5, float4: 3, int4: 1 });
  t.deepEqual(census('DiaSource'), {
    int8: 5,
    int2: 1,
    float8: 8,
    float4: 43,
    boolean: 39,
    int4: 5,
    'varchar(7)': 1,
    'char(1)': 1,
  });
  t.deepEqual(census('DiaForcedSource'), { int8: 3, float8: 5, int2: 1, float4: 4, 'char(1)': 1 });
  const notNull = (name: string) => table(name).columns.filter((column) => column.notNull).length;
  t.deepEqual(['DiaObject', 'DiaSource', 'DiaForcedSource'].map(notNull), [11, 13, 8]);
});

test('every table and column is described in its own words, with the unit of a quantity', (t) => {
  const flux = /Flux(?!.*(?:Ndata|_flag|Slope))/;
  for (const { name, description, columns } of schema10.tables) {
    t.not(description, '', name);
    t.is(new Set(columns.map((column) => column.name)).size, columns.length, name);
    t.is(new Set(columns.map((column) => column.description)).size, columns.length, name);
    for (const column of columns) {
      const at = `${name}.${column.name}`;
      t.not(column.description, '', at);
      if (/MjdTai$/.test(column.name)) t.deepEqual([column.type, column.unit], ['float8', 'd'], at);
      if (/MjdTai$/.test(column.name)) t.regex(column.description, /MJD TAI/, at);
      if (column.type === 'float4' && flux.test(column.name)) t.is(column.unit, 'nJy', at);
      if (/^(ra|dec)$/.test(column.name)) t.is(column.unit, 'deg', at);
    }
  }
});
