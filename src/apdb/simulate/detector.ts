/** What a pipeline does with one detector's part of a visit: read what is known, match, read histories, store. */
import type pg from 'pg';
import { storeVisit } from '../store_visit.ts';
import type { Detections } from './detections.ts';
import { knownInside, readKnown } from './known.ts';
import { ownTimed, type Session } from './session.ts';
import type { Tile } from './tiles.ts';
import type { TileTiming } from './timings.ts';
import { type KnownObject, type RowOptions, rowsOf } from './visit.ts';

export interface DetectorOptions {
  readonly apdb: string;
  readonly rows: RowOptions;
  /** Histories are read, too. */
  readonly readHistory: boolean;
  /** Nothing is stored. */
  readonly readOnly: boolean;
}

/** Rows of a query, which are fetched and left. */
async function fetched(client: pg.Client, text: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await client.query({ text, values: [...values], rowMode: 'array' });
  return rows.length;
}

/** The objects that a detector's rows are made with: those of its own part where it gives them new versions itself. */
function concerned(
  known: ReadonlyMap<bigint, KnownObject>,
  tile: Tile,
  { forced }: RowOptions,
): ReadonlyMap<bigint, KnownObject> {
  return forced === 'known' ? knownInside(known, tile.contains) : known;
}

/** Processes a detector: `detections` are those of its tile. */
export async function processDetector(
  session: Session,
  tile: Tile,
  detections: Detections,
  { apdb, rows: rowOptions, readHistory, readOnly }: DetectorOptions,
): Promise<TileTiming> {
  const { client } = session;
  const { visitTime } = detections;
  const schema = client.escapeIdentifier(apdb);
  const whole = await session.timed(async () => {
    const objects = await session.timed(() => readKnown(client, apdb, tile.region, rowOptions.placing));
    const known = objects.value;
    const inFov = knownInside(known, tile.contains).size;
    const match = ownTimed(() =>
      rowsOf(detections, tile.detector, concerned(known, tile, rowOptions), rowOptions),
    );
    const rows = match.value;
    const took = { obj_select: objects.took, match: match.took };
    const counts = { obj_selected: known.size, obj_in_fov: inFov };
    const ids = [...known.keys()].map(String);
    const history = readHistory
      ? {
          sources: await session.timed(() =>
            fetched(client, `select * from ${schema}.get_dia_sources($1, $2, $3)`, [
              visitTime,
              tile.region,
              ids,
            ]),
          ),
          forced: await session.timed(() =>
            fetched(client, `select * from ${schema}.get_dia_forced_sources($1, $2)`, [visitTime, ids]),
          ),
        }
      : undefined;
    const stored = readOnly
      ? undefined
      : await session.timed(() =>
          storeVisit(
            client,
            apdb,
            // A commit that was under way when a run before was killed may have come to its end since.
            { visitTime, visit: rows.visit, detector: rows.detector, onConflict: 'skip' },
            rows,
          ),
        );
    return {
      took: {
        ...took,
        ...(history && { src_select: history.sources.took, fsrc_select: history.forced.took }),
        ...(stored && { store: stored.took }),
      },
      rows: {
        ...counts,
        ...(history && { src_selected: history.sources.value, fsrc_selected: history.forced.value }),
        ...(stored && {
          obj_stored: stored.value.objects,
          obj_closed: stored.value.closed,
          src_stored: stored.value.sources,
          fsrc_stored: stored.value.forcedSources,
        }),
      },
    };
  });
  return {
    visit: Number(rowOptions.firstVisit) + detections.visit,
    detector: tile.detector,
    tile: tile.name,
    visit_time: visitTime,
    took: { ...whole.value.took, tile_visit: whole.took },
    rows: whole.value.rows,
  };
}
