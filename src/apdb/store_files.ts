/** Files into an APDB: mapped, put together visit by visit, each visit stored in one transaction. */
import { basename } from 'node:path';
import type pg from 'pg';
import {
  type FileReport,
  type ReadFile,
  type StoreOptions,
  StoreSession,
  type UnitReport,
} from './store_session.ts';
import { type Unit, unitsOf } from './units.ts';

export interface StoreEvents {
  fileRead?(report: FileReport): void;
  unitsFound?(units: number): void;
  unitStored?(report: UnitReport): void;
}

export interface StoreOutcome {
  readonly files: readonly FileReport[];
  readonly units: readonly UnitReport[];
}

/** Files of each mapping that go together: groups are its own. */
function unitsOfAll(files: readonly ReadFile[]): Unit[] {
  const byMapping = Map.groupBy(
    files.filter(({ mapped }) => mapped !== undefined),
    ({ mapping }) => mapping?.name,
  );
  return [...byMapping.values()]
    .flatMap((members) =>
      unitsOf(
        members.map(({ mapped }) => mapped!),
        members[0]!.mapping?.group,
      ),
    )
    .sort((a, b) => a.time - b.time);
}

/** Whether a file that is stored belongs to the group of one that is not. */
function isNeededAgain(file: ReadFile, files: readonly ReadFile[]): boolean {
  const group = file.mapping?.group;
  if (file.report.status !== 'already' || group === undefined) return false;
  const nameOf = (path: string) => new RegExp(group).exec(basename(path))?.[1];
  const name = nameOf(file.report.path);
  return files.some(({ report }) => report.status === 'read' && nameOf(report.path) === name);
}

/**
 * Stores the visits of files in the order of their times. What was stored before an error stays: each visit is whole,
 * and a file is in the log only when all its visits are stored.
 * @param client a session of its own, not inside a transaction
 * @throws LoadError, FormatError, or the server's error, with the file or the visit
 */
export async function storeFiles(
  client: pg.Client,
  paths: readonly string[],
  options: StoreOptions,
  events: StoreEvents = {},
): Promise<StoreOutcome> {
  const session = await StoreSession.open(client, options);
  const files: ReadFile[] = [];
  for (const path of new Set(paths)) files.push(await session.read(path, options.force));
  for (const [i, file] of files.entries()) {
    // What is stored already says of which visits the objects of its neighbours are.
    if (isNeededAgain(file, files)) files[i] = await session.read(file.report.path, true);
    events.fileRead?.(files[i]!.report);
  }
  const units = unitsOfAll(files);
  events.unitsFound?.(units.length);
  const reports: UnitReport[] = [];
  const outcome = { files: files.map(({ report }) => report), units: reports };
  if (options.dryRun) return outcome;
  const read = files.filter(({ mapped }) => mapped !== undefined);
  const lastUnits = new Map(units.flatMap((unit) => [...unit.files].map((file) => [file, unit] as const)));
  for (const unit of units) {
    const ended = read.filter(({ report }) => lastUnits.get(report.path) === unit);
    const report = await session.store(unit, ended);
    reports.push(report);
    events.unitStored?.(report);
  }
  await session.logRest(read.filter(({ report }) => !lastUnits.has(report.path)));
  return outcome;
}
