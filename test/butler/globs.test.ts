/** Patterns over names as SQL patterns: what they match, against a matcher that reads them a character at a time. */
import test from 'ava';
import fc from 'fast-check';
import { globMatch, isGlob } from '../../plv8/butler/globs.ts';
import { database } from '../support/database.ts';
import { registry } from './collection_support.ts';

/** fnmatch, by trying. */
function matches(glob: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = glob;
  if (first === undefined) return name.length === 0;
  if (first === '*') return matches(rest, name) || (name.length > 0 && matches(glob, name.slice(1)));
  if (name.length === 0) return false;
  const end = first === '[' ? glob.indexOf(']', glob[1] === '!' ? 3 : 2) : -1;
  if (end < 0) return (first === '?' || first === name[0]) && matches(rest, name.slice(1));
  const negated = glob[1] === '!';
  const inside = glob.slice(negated ? 2 : 1, end);
  const code = name[0].codePointAt(0)!;
  let found = false;
  for (let i = 0; i < inside.length; i++) {
    const isRange = inside[i + 1] === '-' && i + 2 < inside.length;
    const last = isRange ? inside[i + 2] : inside[i];
    found ||= inside[i].codePointAt(0)! <= code && code <= last.codePointAt(0)!;
    if (isRange) i += 2;
  }
  return found !== negated && matches(glob.slice(end + 1), name.slice(1));
}

const letters = [...'ab%_\\/.é𝄞$^(){}|+\'" \n'];
const glob = fc.array(fc.constantFrom(...letters, ...'**??[[]]!!--'), { maxLength: 9 });
const name = fc.array(fc.constantFrom(...letters, ...'*?[]!-'), { maxLength: 5 });

test('a pattern matches in SQL what it matches read a character at a time', async (t) => {
  await using db = await database({ installed: false });
  const cases = fc.sample(fc.tuple(glob, fc.array(name, { minLength: 3, maxLength: 3 })), 3000);
  const compared: { glob: string; name: string; operator: string; pattern: string; expected: boolean }[] = [];
  for (const [pattern, names] of cases) {
    // Names near the pattern, that the matches be not rare.
    for (const characters of [...names, pattern.filter((character) => character !== '*')]) {
      const expected = matches(pattern, characters);
      const match = globMatch(pattern.join(''));
      if (typeof match === 'string')
        t.is(match === 'all', expected, `${pattern.join('')} ${characters.join('')}`);
      else compared.push({ glob: pattern.join(''), name: characters.join(''), ...match, expected });
    }
  }
  const wrong = await db.query(
    `select c.* from json_to_recordset($1) as c (glob text, name text, operator text, pattern text, expected boolean)
     where case c.operator when 'like' then c.name like c.pattern else c.name ~ c.pattern end <> c.expected`,
    [JSON.stringify(compared)],
  );
  t.deepEqual(wrong, []);
  t.true(compared.filter(({ expected }) => expected).length > 1000);
  t.true(compared.filter(({ operator }) => operator === '~').length > 100);
});

test('a pattern without sets is one of LIKE, and what is special in LIKE is quoted', (t) => {
  t.deepEqual(globMatch('DEEP/2019040*/bias'), { operator: 'like', pattern: 'DEEP/2019040%/bias' });
  t.deepEqual(globMatch('50%_\\?'), { operator: 'like', pattern: '50\\%\\_\\\\_' });
  t.deepEqual(globMatch('[*]'), { operator: 'like', pattern: '*' });
  t.deepEqual(globMatch('a**b'), { operator: 'like', pattern: 'a%b' });
});

test('sets, ranges and negated ones are an anchored regular expression', (t) => {
  t.deepEqual(globMatch('N[1-9]/*'), { operator: '~', pattern: '^N[1-9]\\/.*$' });
  t.deepEqual(globMatch('[!]^-]'), { operator: '~', pattern: '^[^\\]\\^\\-]$' });
});

test('a bracket that never closes stands for itself, a range that runs backwards holds nothing', (t) => {
  t.deepEqual(globMatch('a[b'), { operator: 'like', pattern: 'a[b' });
  t.is(globMatch('[z-a]'), 'none');
  t.deepEqual(globMatch('x[!z-a]'), { operator: 'like', pattern: 'x_' });
  t.is(globMatch('***'), 'all');
});

test('a name is a pattern when it holds a star, a question mark or an opening bracket', (t) => {
  t.deepEqual(['a*', '?', 'a[1]', 'a]', 'a[', "a%'", ''].map(isGlob), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('among 100,000 collections a pattern is a search of an index, and reads no table through', async (t) => {
  await using db = await registry();
  // Every night of 14 years has two chains and their runs.
  await db.query(`
    insert into r.collection (collection_id, name, type)
    select nextval('r.collection_seq_collection_id'), format('DEEP/%s/%s%s', night::date - date '2000-01-01' + 20120101, process,
      case when run = 0 then '' else format('/step%s/20241111T1150%sZ', run % 3, 10 + run) end), case run when 0 then 3 else 1 end
    from generate_series(date '2000-01-01', date '2013-12-31', '1 day') night
    cross join unnest(array['bias', 'flat']) process
    cross join generate_series(0, 9) run;
    analyze r.collection`);
  const [{ count }] = await db.query<{ count: number }>('select count(*)::int from r.collection');
  t.true(count > 100000);
  const globs = ['DEEP/2012040*/bias', 'DEEP/2012040[1-9]/bias', 'DEEP/2012040?/fla?', 'DEEP/20120405/*'];
  const scans = async () => {
    const [row] = await db.query<{ scans: number }>(
      `select seq_scan::int as scans from pg_stat_xact_user_tables where relid = 'r.collection'::regclass`,
    );
    return row.scans;
  };
  for (const patterns of [...globs.map((glob) => [glob]), globs]) {
    await db.query('begin');
    const before = await scans();
    const found = await db.query('select name from butler.query_collections($1)', [patterns]);
    t.is(await scans(), before, patterns.join(' '));
    await db.query('commit');
    t.true(found.length >= 9 && found.length <= 60, `${patterns.join(' ')}: ${found.length}`);
  }
});
