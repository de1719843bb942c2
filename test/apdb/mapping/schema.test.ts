/** Mapping files: what they may say, and what is said about those that are wrong. */
import test from 'ava';
import { readMapping } from '../../../src/apdb/mapping/schema.ts';
import { findMapping, shippedNames, shippedText } from '../../../src/apdb/mapping/shipped.ts';
import type { LoadError } from '../../../src/load/errors.ts';

const complaints = (text: string): string => {
  try {
    readMapping(text, 'my.yaml');
  } catch (error) {
    return `${(error as LoadError).message}\n${(error as LoadError).detail ?? ''}`;
  }
  return '';
};

const small = 'name: mine\ntables: [{ into: DiaSource, columns: { diaSourceId: id } }]';

test('every mapping that comes with Almagest is one, under its name', (t) => {
  t.true(shippedNames().length >= 8);
  for (const name of shippedNames()) {
    const mapping = findMapping(name);
    t.is(mapping.name, name);
    t.not(mapping.description, '');
    t.true(shippedText(name).startsWith(`name: ${name}\n`));
  }
});

test('a path alone, a list of paths and the long form say the same', (t) => {
  const columns = ['id', '[id]', '{ from: id }', '{ from: [id] }'].map(
    (text) =>
      readMapping(small.replace('diaSourceId: id', `diaSourceId: ${text}`), 'my.yaml').tables[0]!.columns,
  );
  for (const each of columns) t.deepEqual(each, { diaSourceId: { from: ['id'] } });
});

test('y and n are bands and columns, not truth values', (t) => {
  const text = small.replace('diaSourceId: id', 'band: { from: n, map: { y: y, n: n } }');
  t.deepEqual(readMapping(text, 'my.yaml').tables[0]!.columns, {
    band: { from: ['n'], map: { y: 'y', n: 'n' } },
  });
});

test('each complaint says where it is', (t) => {
  t.is(complaints(small), '');
  t.regex(complaints('a: [b'), /^my.yaml is no YAML/);
  t.regex(complaints(''), /^my.yaml is no mapping\n/);
  t.regex(complaints('name: mine\ntables: []'), /tables: /);
  t.regex(complaints(small.replace('DiaSource,', 'DiaSources,')), /tables\.0\.into: /);
  t.regex(complaints(`${small}\ncolour: red`), /colour/);
  t.regex(complaints(small.replace('diaSourceId: id', 'a: { value: 1, from: x }')), /one of from, value/);
  t.regex(complaints(small.replace('diaSourceId: id', 'a: {}')), /one of from, value/);
  t.regex(
    complaints(small.replace('diaSourceId: id', 'a: { from: x, as: furlongs }')),
    /tables\.0\.columns\.a/,
  );
  t.regex(
    complaints(small.replace('diaSourceId: id', 'a: { from: x, as: ab_mag_error }')),
    /ab_mag_error and of/,
  );
  t.regex(
    complaints(small.replace('diaSourceId: id', 'a: { file: "(" }')),
    /my.yaml: Invalid regular expression/,
  );
  t.regex(complaints(`${small}\ngroup: '('`), /my.yaml: Invalid regular expression/);
});

test('a mapping is found by name or by file, and those that are not there are missed', (t) => {
  t.throws(() => findMapping('nothing'), { message: 'there is no mapping "nothing"' });
  t.throws(() => findMapping('/nowhere/mine.yaml'), {
    message: 'there is no mapping file /nowhere/mine.yaml',
  });
  t.throws(() => findMapping('../../etc/passwd'), { message: /no mapping/ });
});
