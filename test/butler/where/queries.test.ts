/** Expressions in queries of a registry: whatever is asked, rows come or a named error, and nothing else happens. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { DatabaseError } from 'pg';
import type { TestDatabase } from '../../support/database.ts';
import { importInto, survey } from '../query_support.ts';
import { arbitraryCondition, arbitraryText, BIND, CANARY } from './arbitrary.ts';

const QUERIES = [
  `select * from butler.query_dimension_records('exposure', $1, $2, $3)`,
  `select * from butler.query_data_ids(array['visit', 'detector'], $1, $2, $3)`,
  `select * from butler.query_datasets('raw', array['run'], $1, $2, $3)`,
] as const;

async function prepared(): Promise<TestDatabase> {
  const db = await survey();
  await importInto(db, 'run', 'raw', { 1: { instrument: 'Cam', exposure: 11, detector: 1 } });
  await db.query(`create table ${CANARY} as select 1 as sings`);
  return db;
}

/** Whether rows came; an error without a name of ours fails the test. */
async function asks(t: ExecutionContext, db: TestDatabase, query: string, where: string): Promise<boolean> {
  try {
    await db.query(query, [where, BIND, '{"instrument": "Cam"}']);
    return true;
  } catch (error) {
    const { code, message } = error as DatabaseError;
    if (!/^BR01[23]$/.test(code ?? '')) t.fail(`${JSON.stringify(where.slice(0, 300))}: ${code} ${message}`);
    return false;
  }
}

test('whatever the expression, a query gives rows or an error of ours', async (t) => {
  await using db = await prepared();
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ arbitrary: arbitraryCondition, weight: 3 }, { arbitrary: arbitraryText, weight: 1 }),
      fc.constantFrom(...QUERIES),
      async (text, query) => {
        // The protocol itself ends a text at NUL.
        if (await asks(t, db, query, text.replaceAll('\0', ' '))) answered += 1;
      },
    ),
    { numRuns: 600 },
  );
  t.true(answered > 100, `only ${answered} were answered`);
  t.deepEqual(await db.query(`select sings from ${CANARY}`), [{ sings: 1 }]);
});

test('numbers that no column can hold are errors of ours', async (t) => {
  await using db = await prepared();
  for (const [where, answered] of [
    ['visit.exposure_time * 1e300 * 1e300 > 1.0', false],
    ['visit.exposure_time / 1e-300 / 1e-300 > 1.0', false],
    ['visit.exposure_time * 1e-300 * 1e-300 > 1.0', false],
    ['9223372036854775807 + visit > 1', true],
    ['visit / (visit - visit) = 1', true],
    ['30.0 / (visit.exposure_time - visit.exposure_time) = 1.0', true],
    [`visit = ${'9'.repeat(38)}`, true],
    [`visit${' * visit'.repeat(1000)} > 1.0`, false],
  ] as const)
    t.is(await asks(t, db, QUERIES[0], where), answered, where);
});

test('expressions of a megabyte are answered, or refused', async (t) => {
  await using db = await prepared();
  for (const [where, answered] of [
    [Array(100_000).fill('visit = 11').join(' or '), true],
    [`visit in (${Array.from({ length: 150_000 }, (_, i) => i).join(',')})`, true],
    [Array.from({ length: 50_000 }, (_, i) => `visit = ${i}`).join(' or '), false],
    ['('.repeat(1_000_000), false],
    [`instrument = '${"'".repeat(1_000_000)}`, false],
    [`instrument = '${'x'.repeat(1_000_000)}'`, true],
    [`visit.name = '${'☉'.repeat(300_000)}'`, true],
    ['not '.repeat(250_000), false],
    [`${'- '.repeat(200)}visit = 1`, true],
    [`${'(visit = 1 or (visit = 2 and '.repeat(95)}visit = 3${'))'.repeat(95)}`, true],
    [`visit = 1${' + 1'.repeat(1000)}`, true],
    [`visit${' + visit'.repeat(1000)} = 1`, true],
  ] as const)
    for (const query of QUERIES) t.is(await asks(t, db, query, where), answered, where.slice(0, 60));
});
