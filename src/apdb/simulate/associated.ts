/** Matching by position, which the database does: sources are staged, get their objects, and these new versions. */
import type pg from 'pg';
import type { MemoryTable } from '../../formats/memory.ts';
import type { Placing } from '../pixels.ts';
import { stageRows } from '../store_visit.ts';
import type { Target } from './target.ts';
import type { Tile } from './tiles.ts';
import type { RowOptions } from './visit.ts';

export interface StagedVisit {
  readonly visit: bigint;
  readonly detector: number;
  /** MJD TAI. */
  readonly visitTime: number;
  readonly band: string;
  /** Without the objects that they belong to. */
  readonly sources: MemoryTable;
  /** Of the first forced source. */
  readonly firstForcedId: bigint;
}

function forcedColumns({ ra, decl }: Placing): string[] {
  const shared = ['visit', 'detector', 'midpointMjdTai', 'timeProcessedMjdTai', 'band'];
  return ['diaForcedSourceId', 'diaObjectId', ra, decl, ...shared];
}

/** The fluxes of forced sources, where all columns are filled; random, as those of sources are. */
const fluxes = ['psfFlux', 'psfFluxErr', 'scienceFlux', 'scienceFluxErr'];

async function stageForced(
  client: pg.Client,
  target: Target,
  tile: Tile,
  staged: StagedVisit,
  { forced, forcedCutoffDays, fill }: RowOptions,
): Promise<void> {
  const { columns, placing } = target.rows;
  const known = fluxes.filter((name) => columns.forcedSources.some((column) => column.name === name));
  const filled = fill === 'all' ? known : [];
  const list = [...forcedColumns(placing), ...filled].map((name) => client.escapeIdentifier(name)).join(', ');
  await client.query(
    `insert into pg_temp.new_dia_forced_source (${list})
     select $1::int8 + row_number() over (order by c.dia_object_id) - 1, c.dia_object_id, c.ra, c.decl,
            $2, $3, $4, $4, $5${filled.map(() => ', random()').join('')}
     from apdb.forced_candidates(
       visit => $2::int8, detector => $3::int4, min_sources => $6, region => $7, known_days => $8,
       visit_time => $4::float8, apdb => $9) as c`,
    [
      String(staged.firstForcedId),
      String(staged.visit),
      staged.detector,
      staged.visitTime,
      staged.band,
      forced === 'known' ? 1 : 2,
      forced === 'known' ? tile.area : null,
      forcedCutoffDays,
      target.apdb,
    ],
  );
}

/** New versions, as the last ones were, of the objects that have a forced source and were not detected. */
async function stageKnown(client: pg.Client, target: Target): Promise<void> {
  const table = (name: string) =>
    `${client.escapeIdentifier(target.apdb)}.${client.escapeIdentifier(target.prefix + name)}`;
  const tables = ['DiaObject', ...(target.nightly ? ['DiaObjectNightly'] : [])];
  await client.query(
    `insert into pg_temp.new_dia_object
     select o.*
     from pg_temp.new_dia_forced_source f
     cross join lateral (${tables
       .map((name) => `select * from ${table(name)} o where o."diaObjectId" = f."diaObjectId"`)
       .join(' union all ')}) o
     where o."validityEndMjdTai" is null
       and not exists (select from pg_temp.new_dia_object n where n."diaObjectId" = f."diaObjectId")`,
  );
}

/** Stages a visit inside a transaction: sources with their objects, these objects' versions, forced sources. */
export async function stageAssociated(
  client: pg.Client,
  target: Target,
  tile: Tile,
  staged: StagedVisit,
  options: RowOptions & { readonly radiusArcsec: number },
): Promise<void> {
  await stageRows(client, target.apdb, { sources: staged.sources });
  await client.query(
    'select apdb.associate(visit => $1, radius_arcsec => $2, detector => $3, visit_time => $4, apdb => $5)',
    [String(staged.visit), options.radiusArcsec, staged.detector, staged.visitTime, target.apdb],
  );
  await stageForced(client, target, tile, staged, options);
  if (options.forced === 'known') await stageKnown(client, target);
}
