/** The scenario of the fixtures' folder apdb: five visits of two fields, as rows, and how ours stores them. */
import { readFileSync } from 'node:fs';
import type { TestDatabase } from '../../support/database.ts';
import { fixturePath } from '../../support/fixtures.ts';

export interface Visit {
  readonly visit: number;
  readonly detector: number;
  readonly region: string;
  readonly time: number;
}

type Row = Readonly<Record<string, string>>;

function csv(name: string): Row[] {
  const [head, ...lines] = readFileSync(fixturePath('apdb', name), 'utf8').trim().split('\n');
  const names = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((column, i) => [column, cells[i]!]));
  });
}

export function visits(): Visit[] {
  return csv('visits.csv').map((row) => ({
    visit: Number(row.visit),
    detector: Number(row.detector),
    region: `CIRCLE ${row.raCenter} ${row.decCenter} ${row.radiusDeg}`,
    time: Number(row.visitMjdTai),
  }));
}

/** `[table, file, columns that the files lack and the schema wants]`. */
const inputs = [
  ['dia_object', 'objects.csv'],
  ['dia_source', 'sources.csv'],
  ['dia_forced_source', 'forced.csv'],
] as const;

/**
 * Puts a visit's rows into the staging tables. What the files lack and may not be NULL is 0, or the visit's time for
 * the time of processing.
 */
export async function stage(db: TestDatabase, visit: Visit): Promise<void> {
  await db.query('select apdb.stage()');
  for (const [table, file] of inputs) {
    const rows = csv(file).filter((row) => Number(row.visit) === visit.visit);
    const wanted = await db.query<{ name: string }>(
      `select a.attname::text as name
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relname = $1 and c.relnamespace = 'survey'::regnamespace and a.attnum > 0 and a.attnotnull
         and not a.atthasdef and a.attname not in ('pixelId', 'validityStartMjdTai')`,
      [tableOf(table)],
    );
    const given = Object.keys(rows[0]!).filter((name) => table !== 'dia_object' || name !== 'visit');
    const missing = wanted.map(({ name }) => name).filter((name) => !given.includes(name));
    const quoted = [...given, ...missing].map((name) => `"${name}"`).join(', ');
    const values = missing.map((name) => (name === 'timeProcessedMjdTai' ? String(visit.time) : '0'));
    await db.query(
      `insert into new_${table} (${quoted})
       select ${[...given, ...missing].map((name) => `r."${name}"`).join(', ')}
       from json_populate_recordset(null::survey."${tableOf(table)}", $1) r`,
      [
        JSON.stringify(
          rows.map((row) => ({ ...row, ...Object.fromEntries(missing.map((n, i) => [n, values[i]])) })),
        ),
      ],
    );
  }
}

function tableOf(view: (typeof inputs)[number][0]): string {
  return view.replace(/(^|_)(.)/g, (_, _gap, letter: string) => letter.toUpperCase());
}

export interface Stored {
  readonly stored: boolean;
  readonly objects: number;
  readonly closed: number;
  readonly sources: number;
  readonly forced_sources: number;
}

/** Stores a visit in one transaction; what fails is rolled back. */
export async function store(db: TestDatabase, visit: Visit, onConflict = 'error'): Promise<Stored> {
  await db.query('begin');
  try {
    await stage(db, visit);
    const [stored] = await db.query<Stored>(
      `select stored, objects::int, closed::int, sources::int, forced_sources::int
       from apdb.store($1, visit => $2, detector => $3, on_conflict => $4)`,
      [visit.time, visit.visit, visit.detector, onConflict],
    );
    await db.query('commit');
    return stored!;
  } catch (error) {
    await db.query('rollback');
    throw error;
  }
}
