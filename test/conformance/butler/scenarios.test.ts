/**
 * The registry against the Data Butler's answers: every scenario of butler/ whose number is below 40 (those from 40
 * on are of the pipelines), step by step, through SQL. Where a step is marked as a defect of the reference, what is
 * intended counts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { database, type TestDatabase } from '../../support/database.ts';
import { fixturePath, fixtureTest } from '../../support/fixtures.ts';
import { Operations, type Step } from './operations.ts';
import { equal, isObject, type Json, type JsonObject } from './values.ts';

interface Outcome {
  readonly result?: Json;
  readonly error?: { readonly class: string; readonly bases?: readonly string[]; readonly message?: string };
}

interface Scenario {
  readonly setup?: readonly Step[];
  readonly steps: readonly Step[];
}

const folder = fixturePath('butler');
const read = (file: string): Scenario => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));

/** A setup with the files that it includes, theirs first. */
function flattened(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    if (step.op !== 'include') return [step];
    const included = read(step.file as string);
    return flattened([...(included.setup ?? []), ...included.steps]);
  });
}

const pythonClasses = [
  'ValueError',
  'KeyError',
  'TypeError',
  'AssertionError',
  'IntegrityError',
  'SyntaxError',
];

/** Bases of our errors, where the reference may give the base and ours is finer. */
const basesOf: Readonly<Record<string, readonly string[]>> = {
  DatabaseConflictError: ['ConflictingDefinitionError'],
  MissingDatasetTypeError: ['DatasetTypeError'],
  UnimplementedQueryError: ['NotImplementedError'],
};

/** What a call gave: its result, or the name of its error. */
async function outcomeOf(operations: Operations, step: Step): Promise<Outcome> {
  try {
    return { result: await operations.run(step) };
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    const named = code?.startsWith('BR') ? /^(\w+):/.exec(message)?.[1] : undefined;
    return { error: { class: named ?? `SQLSTATE ${code ?? 'none'}`, message } };
  }
}

function isExpected(actual: Outcome, expected: Outcome, ordered: boolean): boolean {
  if (expected.error) {
    const { class: wanted, bases = [] } = expected.error;
    const ours = actual.error?.class;
    if (ours === undefined) return false;
    // Errors of Python itself and of its SQL layer have no name here: any of ours will do.
    if (pythonClasses.includes(wanted)) return !ours.startsWith('SQLSTATE') || /^SQLSTATE 2[23]/.test(ours);
    return ours === wanted || bases.includes(ours) || (basesOf[ours] ?? []).includes(wanted);
  }
  return actual.error === undefined && equal(actual.result ?? null, expected.result ?? null, ordered);
}

const isGlob = (value: Json | undefined) => /[*?[]/.test(JSON.stringify(value ?? '').replace(/^\[|\]$/g, ''));

/** Whether the order of a list that a step gives counts. */
function isOrdered(step: Step): boolean {
  if (step.order_by !== undefined) return true;
  if (step.op === 'query_collections') return !isGlob(step.expression);
  return /_chain$/.test(step.op) || step.op === 'transaction';
}

/** Rows that only the reference holds, because a call that it should have refused went through there. */
type Withheld = Set<string>;

function withoutWithheld(step: Step, expected: Outcome, withheld: Withheld): Outcome {
  if (step.op !== 'query_associations' || !Array.isArray(expected.result)) return expected;
  return {
    result: expected.result.filter(
      (row: JsonObject) => !withheld.has(`${String(row.id)} in ${String(row.collection)}`),
    ),
  };
}

/** Brings the registry to where the reference went on from, after a call that we refuse and it carried out. */
async function follow(operations: Operations, step: Step, withheld: Withheld): Promise<void> {
  if (step.op === 'certify')
    for (const id of step.ids as readonly string[]) withheld.add(`${id} in ${String(step.collection)}`);
  if (step.op === 'remove_runs') await operations.removeDatasetsOfRuns(step.names as readonly string[]);
}

interface StepReport {
  readonly passed: boolean;
  readonly actual: Outcome;
  readonly expected: Outcome;
}

async function replay(db: TestDatabase, file: string): Promise<StepReport[]> {
  const client = await db.connect();
  const registry = path.basename(file, '.json');
  await client.query('select butler.create_registry($1)', [registry]);
  await client.query(`select set_config('butler.registry', $1, false)`, [registry]);
  const operations = new Operations(client);
  const scenario = read(file);
  for (const step of flattened(scenario.setup ?? [])) {
    const { error } = await outcomeOf(operations, step);
    if (error) throw new Error(`${file}: setup ${JSON.stringify(step).slice(0, 300)}: ${error.message}`);
  }
  const withheld: Withheld = new Set();
  const reports: StepReport[] = [];
  for (const step of scenario.steps) {
    const reference = step.expect as Outcome;
    const expected = withoutWithheld(step, (step.intended as Outcome | undefined) ?? reference, withheld);
    const actual = await outcomeOf(operations, step);
    reports.push({ passed: isExpected(actual, expected, isOrdered(step)), actual, expected });
    if (step.defect !== undefined && isObject(step.intended) && step.intended.error && actual.error)
      await follow(operations, step, withheld);
  }
  return reports;
}

const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-3]\d.*\.json$/.test(name)) : [];
const shared = files.length > 0 ? database() : undefined;
test.after.always(async () => (await shared)?.close());

if (files.length === 0)
  fixtureTest(`the scenarios of the registry, which ${folder} does not hold`, (t) => t.fail());

for (const file of files.sort()) {
  let replayed: Promise<StepReport[]> | undefined;
  read(file).steps.forEach((step, index) => {
    test.serial(`${path.basename(file, '.json')} ${index}: ${step.op}`, async (t) => {
      replayed ??= shared!.then((db) => replay(db, file));
      const { passed, actual, expected } = (await replayed)[index];
      if (passed) t.pass();
      else {
        t.log(step);
        t.deepEqual(actual, expected);
        t.fail('equal to the last digit, yet not as the rules of comparison want it');
      }
    });
  });
}
