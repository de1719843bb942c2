/** Options of an APDB: those that are frozen when it is made, and those that may change. */
/** Frozen in the table metadata when the APDB is made; names as the clients' configuration spells them. */
export interface FrozenOptions {
  readonly enable_replica: boolean;
  readonly dia_object_index: 'baseline' | 'pix_id_iov' | 'last_object_table';
  readonly htm_level: number;
  readonly htm_index_column: string;
  readonly ra_dec_columns: readonly [ra: string, decl: string];
}

/** Kept in apdb.database, changed by apdb.set_options. */
export interface ChangeableOptions {
  /** How far back get_dia_sources reads, in months of 30 days; 0: not at all. */
  readonly read_sources_months: number;
  readonly read_forced_sources_months: number;
  /** Columns that get_dia_objects gives; empty: all. */
  readonly dia_object_columns: readonly string[];
  readonly dia_object_columns_for_dedup: readonly string[];
  readonly htm_max_ranges: number;
  readonly replica_chunk_seconds: number;
  /** New versions go to DiaObjectNightly, and apdb.nightly_merge brings them into DiaObject. */
  readonly dia_object_nightly: boolean;
  /** DiaObjectLast by upsert (true), or by delete and insert. */
  readonly object_last_replace: boolean;
  /** What get_dia_sources searches where its caller gives both a region and ids. */
  readonly source_select: 'by-fov' | 'by-oid';
}

export type Options = FrozenOptions & ChangeableOptions;

export const defaultOptions: Options = {
  enable_replica: false,
  dia_object_index: 'baseline',
  htm_level: 20,
  htm_index_column: 'pixelId',
  ra_dec_columns: ['ra', 'dec'],
  read_sources_months: 12,
  read_forced_sources_months: 12,
  dia_object_columns: [],
  dia_object_columns_for_dedup: ['ra', 'dec', 'nDiaSources', 'firstDiaSourceMjdTai'],
  htm_max_ranges: 64,
  replica_chunk_seconds: 600,
  dia_object_nightly: false,
  object_last_replace: true,
  source_select: 'by-fov',
};

export const optionNames = Object.keys(defaultOptions) as readonly (keyof Options)[];

export const frozenNames = [
  'enable_replica',
  'dia_object_index',
  'htm_level',
  'htm_index_column',
  'ra_dec_columns',
] as const satisfies readonly (keyof FrozenOptions)[];

export const isFrozen = (name: keyof Options): name is keyof FrozenOptions =>
  (frozenNames as readonly string[]).includes(name);
