import test from 'ava';
import { universe8 } from '../../plv8/butler/universe8.ts';
import { database } from '../support/database.ts';
import { fixtureTest } from '../support/fixtures.ts';
import { isAddition, registryCatalog, restoreRegistry } from './registry_catalog.ts';

test('a registry has the tables, the attributes and the universe that clients expect', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const [{ dimensions }] = await db.query<{ dimensions: string }>(
    `select value as dimensions from deep.butler_attributes where name = 'config:dimensions.json'`,
  );
  t.deepEqual(JSON.parse(dimensions), JSON.parse(JSON.stringify(universe8)));
  t.deepEqual(await db.query('select name, origin from butler.registry'), [
    { name: 'deep', origin: 'created' },
  ]);
  t.deepEqual(await db.query('select required from butler.conform_dimensions(array[$1])', ['visit']), [
    { required: ['instrument', 'visit'] },
  ]);
});

test('every table and column of a registry has a comment', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  const bare = await db.query(`
    select c.relname, a.attname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'deep'::regnamespace and c.relkind = 'r'
      and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)`);
  t.deepEqual(bare, []);
});

test('a name that is taken, a schema with tables and an unknown universe are refused', async (t) => {
  await using db = await database();
  await db.query(`select butler.create_registry('deep')`);
  await t.throwsAsync(db.query(`select butler.create_registry('deep')`), {
    message: /RegistryStateError: there is a registry 'deep' already/,
  });
  await db.query('create schema full_house');
  await db.query('create table full_house.mine (note text)');
  await t.throwsAsync(db.query(`select butler.create_registry('full_house')`), {
    message: /RegistryStateError: the schema 'full_house' is not empty/,
  });
  await t.throwsAsync(db.query(`select butler.create_registry('sky')`), { message: /RegistryStateError/ });
  await t.throwsAsync(db.query(`select butler.create_registry('other', 'daf_butler 1')`), {
    message: /RegistryStateError: no universe of dimensions is called 'daf_butler 1'/,
  });
  t.deepEqual(await db.query(`select from pg_namespace where nspname = 'other'`), []);
});

test('an empty schema becomes a registry, whatever its name', async (t) => {
  await using db = await database();
  await db.query(`create schema "Deep ""Sky"" 2"`);
  await db.query(`select butler.create_registry('Deep "Sky" 2')`);
  t.is((await db.query(`select from "Deep ""Sky"" 2".butler_attributes`)).length, 13);
});

fixtureTest('tables are those of a registry that a client made, name for name', async (t) => {
  await using theirs = await database();
  restoreRegistry(theirs.url);
  await using ours = await database();
  await ours.query(`select butler.create_registry('deep')`);
  const their = await registryCatalog(theirs.client, 'public');
  const our = await registryCatalog(ours.client, 'deep');
  const grouped = /dataset_(tags|calibs)_\d/;
  t.deepEqual(
    our.filter((fact) => !isAddition(fact)),
    their.filter((fact) => !grouped.test(fact)),
  );
});

fixtureTest('the attributes are those that a client writes', async (t) => {
  await using theirs = await database();
  restoreRegistry(theirs.url);
  await using ours = await database();
  await ours.query(`select butler.create_registry('deep')`);
  const attributes = (schema: string) =>
    `select name, value from ${schema}.butler_attributes order by name collate "C"`;
  const withoutDocs = (rows: { name: string; value: string }[]) =>
    rows.map(({ name, value }) => [
      name,
      name === 'config:dimensions.json'
        ? JSON.stringify(JSON.parse(value, (key, part) => (key === 'doc' ? undefined : part)))
        : value,
    ]);
  t.deepEqual(
    withoutDocs(await ours.query(attributes('deep'))),
    withoutDocs(await theirs.query(attributes('public'))),
  );
});
