/** What an APDB knows of a part of the sky before a visit. */
import type pg from 'pg';
import { fromDegrees, type Vec3 } from '../../../plv8/sky/vector.ts';
import type { ReadColumn } from '../../db/copy_out_binary.ts';
import { readDiaForcedSources, readDiaObjects, readDiaSources } from '../read.ts';
import type { Target } from './target.ts';
import type { KnownObject } from './visit.ts';

/** A number of a column, null where it is NULL. */
function numberAt({ values, nulls }: ReadColumn, row: number): number | null {
  return nulls?.[row] ? null : Number(values[row]);
}

/** The objects of a region, by id. */
export async function readKnown(
  client: pg.Client,
  { apdb, rows: { placing } }: Target,
  region: string,
): Promise<Map<bigint, KnownObject>> {
  const table = await readDiaObjects(client, apdb, { region });
  const [ra, decl] = [table.float64(placing.ra), table.float64(placing.decl)];
  const [count, first, last] = ['nDiaSources', 'firstDiaSourceMjdTai', 'lastDiaSourceMjdTai'].map((name) =>
    table.column(name),
  );
  const known = new Map<bigint, KnownObject>();
  for (const [row, id] of table.int64('diaObjectId').entries())
    known.set(id, {
      nDiaSources: numberAt(count, row) ?? 0,
      firstDiaSourceMjdTai: numberAt(first, row),
      lastDiaSourceMjdTai: numberAt(last, row),
      ra: ra[row],
      decl: decl[row],
    });
  return known;
}

/** Number of sources of the last months: of a region, or of objects, as the APDB's options say. */
export async function readSources(
  client: pg.Client,
  { apdb, byObjects }: Target,
  visitTime: number,
  region: string,
  ids: readonly bigint[],
): Promise<number> {
  return (await readDiaSources(client, apdb, visitTime, byObjects ? { ids } : { region })).rows;
}

/** Number of forced sources of objects in the last months. */
export async function readForcedSources(
  client: pg.Client,
  { apdb }: Target,
  visitTime: number,
  ids: readonly bigint[],
): Promise<number> {
  return (await readDiaForcedSources(client, apdb, visitTime, { ids })).rows;
}

/** Those of the objects that lie in a part of the field. */
export function knownInside(
  known: ReadonlyMap<bigint, KnownObject>,
  contains: (v: Vec3) => boolean,
): Map<bigint, KnownObject> {
  return new Map([...known].filter(([, { ra, decl }]) => contains(fromDegrees(ra, decl))));
}
