import test from 'ava';
import { makeVariables, Variables } from '../../../src/apdb/simulate/variables.ts';
import { type GeneratorOptions, VisitGenerator } from '../../../src/apdb/simulate/visit.ts';
import type { MemoryTable } from '../../../src/formats/memory.ts';

const variables = new Variables(makeVariables({ perVisit: 30 }));
const fields = [
  [0, -89.5],
  [359.9, -20],
] as const;

function generator(options: Partial<GeneratorOptions> = {}): VisitGenerator {
  return new VisitGenerator({ variables, fields, noise: 12, ...options });
}

function values(table: MemoryTable, column: string): (number | bigint)[] {
  const vector = table.vector(column);
  if (vector?.layout !== 'typed') throw new Error(`${column} has no typed values`);
  return [...vector.values] as (number | bigint)[];
}

test('a visit has a version and a source of each object, and forced sources of those seen before', (t) => {
  const visits = generator();
  const rows = Array.from({ length: 4 }, () => visits.next());
  for (const { objects, sources } of rows) {
    t.true(objects.rowCount > 20);
    t.deepEqual(values(objects, 'diaObjectId'), values(sources, 'diaObjectId'));
    t.is(new Set(values(objects, 'diaObjectId')).size, objects.rowCount);
  }
  t.is(rows[1].forcedSources.rowCount, 0);
  const again = rows[2];
  t.true(again.forcedSources.rowCount > 10);
  t.deepEqual([...new Set(values(again.objects, 'nDiaSources'))].sort(), [1, 2]);
  t.is(
    values(again.objects, 'nDiaSources').filter((count) => count === 2).length,
    again.forcedSources.rowCount,
  );
  t.is(
    new Set(rows.flatMap(({ sources }) => values(sources, 'diaSourceId'))).size,
    rows.reduce((sum, { sources }) => sum + sources.rowCount, 0),
  );
});

test('the same options give the same visits, another seed others', (t) => {
  t.deepEqual(generator({ fill: 'all' }).next(), generator({ fill: 'all' }).next());
  t.notDeepEqual(generator().next(), generator({ seed: 2 }).next());
});

test('all columns of a detection are filled, or those that must be', (t) => {
  const all = generator({ fill: 'all' }).next();
  t.is(all.objects.columns.length, 83);
  t.is(all.sources.columns.length, 102);
  t.is(all.forcedSources.columns.length, 13);
  const required = generator().next();
  t.is(required.sources.columns.length, 17);
  t.false(required.objects.columns.some(({ name }) => name === 'validityEndMjdTai'));
});

test('known objects of the field have new versions and fluxes, until they were not seen for long', (t) => {
  const rule = {
    forced: 'known',
    noise: 5,
    fields: [fields[0]],
    interval: 10 * 86400,
    startTime: 58849,
  } as const;
  const visits = generator(rule);
  const counts = Array.from({ length: 6 }, () => {
    const { objects, sources, forcedSources } = visits.next();
    t.is(objects.rowCount, forcedSources.rowCount);
    return objects.rowCount - sources.rowCount;
  });
  t.is(counts[0], 0);
  t.true(counts[1] > 0 && counts[3] > counts[1]);
  // Noise of visit 0 is 40 days old at visit 4.
  t.true(counts[4] < counts[3] + 12);
});

test('ids may be above 2^53', (t) => {
  const { objects, sources } = generator({ firstObjectId: 2n ** 60n, firstVisit: 9_000_000_000_000n }).next();
  t.true(values(objects, 'diaObjectId').every((id) => id >= 2n ** 60n));
  t.is(values(sources, 'diaSourceId')[0], 9_000_000_000_000n * 1_000_000n + 1n);
});

test('a field without anything gives tables without rows', (t) => {
  const { objects, sources, forcedSources } = generator({ noise: 0, detectionFraction: 0 }).next();
  t.deepEqual([objects.rowCount, sources.rowCount, forcedSources.rowCount], [0, 0, 0]);
});
