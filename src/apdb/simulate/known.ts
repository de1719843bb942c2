/** What an APDB knows of a part of the sky before a visit. */

import type pg from 'pg';
import { fromDegrees, type Vec3 } from '../../../plv8/sky/vector.ts';
import type { Target } from './target.ts';
import type { KnownObject } from './visit.ts';

interface KnownRow {
  readonly id: bigint;
  readonly n: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly ra: number;
  readonly decl: number;
}

/** The objects of a region, by id. */
export async function readKnown(
  client: pg.Client,
  { apdb, rows: { placing } }: Target,
  region: string,
): Promise<Map<bigint, KnownObject>> {
  const name = (column: string) => client.escapeIdentifier(column);
  const { rows } = await client.query<KnownRow>(
    `select "diaObjectId" as id, "nDiaSources" as n, "firstDiaSourceMjdTai" as first,
            "lastDiaSourceMjdTai" as last, ${name(placing.ra)} as ra, ${name(placing.decl)} as decl
     from ${name(apdb)}.get_dia_objects($1)`,
    [region],
  );
  return new Map(
    rows.map(({ id, n, first, last, ra, decl }) => [
      id,
      {
        nDiaSources: n,
        firstDiaSourceMjdTai: first,
        lastDiaSourceMjdTai: last,
        ra,
        decl,
      },
    ]),
  );
}

const readers = {
  sources: { name: 'get_dia_sources', arguments: '$1, $3, $2' },
  forced: { name: 'get_dia_forced_sources', arguments: '$1, $2' },
} as const;

/** How many rows a history has: they are fetched, and left. ids: of the objects; a region is given as well. */
export async function readHistory(
  client: pg.Client,
  { apdb }: Target,
  kind: keyof typeof readers,
  visitTime: number,
  region: string,
  ids: readonly bigint[],
): Promise<number> {
  const { name, arguments: list } = readers[kind];
  const { rows } = await client.query({
    text: `select * from ${client.escapeIdentifier(apdb)}.${name}(${list})`,
    values: [visitTime, ids.map(String), ...(kind === 'sources' ? [region] : [])],
    rowMode: 'array',
  });
  return rows.length;
}

/** Those of the objects that lie in a part of the field. */
export function knownInside(
  known: ReadonlyMap<bigint, KnownObject>,
  contains: (v: Vec3) => boolean,
): Map<bigint, KnownObject> {
  return new Map([...known].filter(([, { ra, decl }]) => contains(fromDegrees(ra, decl))));
}
