import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { referencePages, undescribed } from '../../src/build/reference_pages.ts';
import { checkout } from '../../src/cluster/home.ts';
import { database } from '../support/database.ts';

test('every schema, table, view, column, function and type says what it is', async (t) => {
  await using own = await database();
  t.deepEqual(await undescribed(own.client), []);
});

test('an object without a comment is named', async (t) => {
  await using own = await database();
  await own.query(
    'create table sky.silent (id int8); create function sky.mute(a int4) returns int4 language sql as $$select a$$',
  );
  await own.query('create domain sky.plain as int4; create type sky.pair as (first int4)');
  t.deepEqual(await undescribed(own.client), [
    'table sky.silent',
    'column sky.pair.first',
    'column sky.silent.id',
    'function sky.mute(a integer)',
    'type sky.pair',
    'type sky.plain',
  ]);
});

test('docs/reference is what make docs writes', async (t) => {
  await using own = await database();
  const pages = await referencePages(own.client);
  const folder = path.join(checkout, 'docs/reference');
  t.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort(), 'run make docs');
  for (const [file, text] of pages) {
    const written = readFileSync(path.join(folder, file), 'utf8').split('\n');
    const due = text.split('\n');
    const at = due.findIndex((line, i) => line !== written[i]);
    const line = at < 0 && written.length > due.length ? due.length : at;
    t.is(written[line], due[line], `docs/reference/${file}, line ${line + 1}: run make docs`);
  }
});

test('a page shows signatures with defaults, columns with units, and text as text', async (t) => {
  await using own = await database();
  await own.query(`
    create table sky.star (id int8 not null default 7, ra float8);
    comment on table sky.star is 'Stars <of> the sky';
    comment on column sky.star.id is 'Identifier';
    comment on column sky.star.ra is 'Right ascension | ICRS [deg; pos.eq.ra]';
    create function sky.shine(star int8, label text default 'a, b') returns table (x float8)
      language sql immutable parallel safe as $$select 1.0::float8$$;
    comment on function sky.shine is 'Shines';
    create function sky._hidden() returns int4 language sql as 'select 1'`);
  const page = (await referencePages(own.client)).get('sky.md')!;
  t.true(page.includes('### sky.star\n\nStars &lt;of> the sky\n'));
  t.true(page.includes('| `id` | `bigint` | not null, default 7 | Identifier |'));
  t.true(page.includes('Right ascension \\| ICRS [deg; pos.eq.ra]'));
  t.true(
    page.includes(
      "sky.shine(star bigint, label text default 'a, b'::text) returns table(x double precision)",
    ),
  );
  t.true(page.includes('*immutable, parallel safe*'));
  t.false(page.includes('_hidden'));
});
