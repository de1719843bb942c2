/** COPY BINARY read into columns. */
import test from 'ava';
import { readQuery, UnreadableColumn } from '../../src/db/copy_out_binary.ts';
import { database } from '../support/database.ts';

test('every type comes as its typed array, with what is NULL marked', async (t) => {
  await using db = await database({ installed: false });
  const table = await readQuery(
    db.client,
    `select * from (values
       (9223372036854775807, 2147483647, 32767::int2, true, 1.5::float4, 'NaN'::float8, 'é'::text, 'r'::char(3),
        timestamptz '2000-01-02 00:00:00.000001Z', '{"a":1}'::json, '{"b": 2}'::jsonb,
        uuid '00000000-0000-4000-8000-0123456789ab'),
       (-9007199254740993, null, null, null, null, 0.1::float8, null, null, 'infinity', null, null, null)
     ) as v (i8, i4, i2, b, f4, f8, s, c, t, j, jb, u)`,
  );
  t.is(table.rows, 2);
  t.deepEqual(table.int64('i8'), BigInt64Array.of(9223372036854775807n, -9007199254740993n));
  t.is(table.column('i8').nulls, undefined);
  t.deepEqual(table.column('i4'), {
    name: 'i4',
    type: 'int32',
    values: Int32Array.of(2147483647, 0),
    nulls: Uint8Array.of(0, 1),
  });
  t.deepEqual(table.column('i2').values, Int16Array.of(32767, 0));
  t.deepEqual(table.column('b').values, Uint8Array.of(1, 0));
  t.deepEqual(table.column('f4').values, Float32Array.of(1.5, Number.NaN));
  t.deepEqual(table.float64('f8'), Float64Array.of(Number.NaN, 0.1));
  t.is(table.column('f8').nulls, undefined);
  t.deepEqual(table.column('s').values, ['é', '']);
  t.deepEqual(table.column('s').nulls, Uint8Array.of(0, 1));
  t.deepEqual(table.column('c').values, ['r  ', '']);
  t.deepEqual(table.column('t').values, BigInt64Array.of(946_771_200_000_001n, 2n ** 63n - 1n));
  t.deepEqual(table.column('j').values, ['{"a":1}', '']);
  t.deepEqual(table.column('jb').values, ['{"b": 2}', '']);
  t.deepEqual(table.column('u').values, ['00000000-0000-4000-8000-0123456789ab', '']);
  t.throws(() => table.float64('i8'), { instanceOf: TypeError });
  t.throws(() => table.column('x'), { instanceOf: RangeError });
});

test('rows are whole however the pieces end, and many', async (t) => {
  await using db = await database({ installed: false });
  const table = await readQuery(
    db.client,
    `select g as id, repeat('x', g % 700) as text, case when g > 40000 then g / 2.0::float8 end as half
     from generate_series(1, 50000) as g`,
  );
  t.is(table.rows, 50000);
  const ids = table.column('id').values;
  const text = table.column('text').values as string[];
  const half = table.float64('half');
  const { nulls } = table.column('half');
  let wrong = 0;
  for (let i = 0; i < table.rows; i++) {
    const right =
      ids[i] === i + 1 &&
      text[i].length === (i + 1) % 700 &&
      (i >= 40000 ? half[i] === (i + 1) / 2 && nulls?.[i] === 0 : nulls?.[i] === 1);
    if (!right) wrong++;
  }
  t.is(wrong, 0);
});

test('no rows have all columns, and a type that is not read is named before the query runs', async (t) => {
  await using db = await database({ installed: false });
  const none = await readQuery(db.client, 'select 1::int8 as id, null::text as t where false');
  t.deepEqual(
    none.columns.map(({ name, values }) => [name, values.length]),
    [
      ['id', 0],
      ['t', 0],
    ],
  );
  const error = await t.throwsAsync(readQuery(db.client, 'select point(1, 2) as p'), {
    instanceOf: UnreadableColumn,
  });
  t.regex(error!.message, /column p has the type 600/);
  t.is((await readQuery(db.client, 'select 1 as one')).rows, 1);
});
