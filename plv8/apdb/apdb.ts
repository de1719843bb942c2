/** An alert-production database as PL/v8 code sees it: its schema, its options, its tables. */
import { apdbError } from './errors.ts';
import { type ChangeableOptions, defaultOptions, type Options } from './options.ts';
import { readFrozen } from './read_options.ts';

/** A column of a table as it is in the database. */
export interface ActualColumn {
  readonly name: string;
  /** As format_type gives it: `double precision`, `character(1)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** Quotes an identifier. */
export const q = (name: string): string => plv8.quote_ident(name);

/** Tables that an APDB has where enable_replica is set. */
export const replicaTableNames: readonly string[] = [
  'ApdbReplicaChunks',
  'DiaObjectChunks',
  'DiaSourceChunks',
  'DiaForcedSourceChunks',
  'ApdbUpdateRecordChunks',
];

export class Apdb {
  /** The schema's name, and the same quoted. */
  readonly name: string;
  readonly schema: string;
  /** What the names of all tables begin with. */
  readonly prefix: string;
  readonly options: Options;
  private readonly read = new Map<string, readonly ActualColumn[]>();

  constructor(name: string, prefix: string, options: Options) {
    this.name = name;
    this.schema = q(name);
    this.prefix = prefix;
    this.options = options;
  }

  /** A table of the client's, quoted: `apdb.table('DiaObject')`. */
  table(name: string): string {
    return `${this.schema}.${q(this.tableName(name))}`;
  }

  /** The same without schema and quotes. The client writes the prefix of the tables of replication twice. */
  tableName(name: string): string {
    return (replicaTableNames.includes(name) ? this.prefix : '') + this.prefix + name;
  }

  /** What is ours in the APDB's schema (a view, a function, the table stored_visit), quoted: without prefix. */
  own(name: string): string {
    return `${this.schema}.${q(name)}`;
  }

  /** Quoted names of the columns that the options name. */
  get pixel(): string {
    return q(this.options.htm_index_column);
  }

  get ra(): string {
    return q(this.options.ra_dec_columns[0]);
  }

  get decl(): string {
    return q(this.options.ra_dec_columns[1]);
  }

  get hasLast(): boolean {
    return this.options.dia_object_index === 'last_object_table';
  }

  rows<R extends object>(sql: string, values: readonly unknown[] = []): R[] {
    return plv8.execute(sql, values) as R[];
  }

  /** The columns that a table has, in order; none where there is no such table. */
  columns(table: string): readonly ActualColumn[] {
    let columns = this.read.get(table);
    if (!columns) {
      columns = this.rows<ActualColumn>(
        `select attname::text as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull",
                atthasdef as "hasDefault"
         from pg_attribute
         where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
         order by attnum`,
        [this.table(table)],
      );
      this.read.set(table, columns);
    }
    return columns;
  }

  hasColumn(table: string, column: string): boolean {
    return this.columns(table).some(({ name }) => name === column);
  }

  getMetadata(name: string): string | undefined {
    return this.rows<{ value: string }>(`select value from ${this.table('metadata')} where name = $1`, [
      name,
    ])[0]?.value;
  }

  setMetadata(name: string, value: string): void {
    this.rows(
      `insert into ${this.table('metadata')} (name, value) values ($1, $2)
       on conflict (name) do update set value = excluded.value`,
      [name, value],
    );
  }
}

/** The keys of the table metadata that clients read. */
export const metadataKeys = {
  schemaVersion: 'version:schema',
  codeVersion: 'version:ApdbSql',
  replicaVersion: 'version:ApdbSqlReplica',
  config: 'config:apdb-sql.json',
  dedup: 'status:deduplication.json',
} as const;

/**
 * The APDB of a name, as `apdb.current_apdb()` gave it where the caller named none.
 * @throws MissingApdbError
 */
export function openApdb(name: string | null): Apdb {
  const known = plv8.execute(
    'select name::text as name, prefix, options::text as options from apdb.database order by name',
  ) as { name: string; prefix: string; options: string }[];
  const found = known.find((apdb) => apdb.name === name);
  if (!found) {
    const names = known.map((apdb) => apdb.name).join(', ');
    throw apdbError('MissingApdbError', name === null ? 'no APDB is named' : `there is no APDB '${name}'`, {
      hint:
        names === ''
          ? "Make one: select apdb.create('name')."
          : `This database has ${names}: write apdb => 'name', or set apdb.name = 'name'.`,
    });
  }
  const changeable = JSON.parse(found.options) as Partial<ChangeableOptions>;
  const unfrozen = new Apdb(found.name, found.prefix, { ...defaultOptions, ...changeable });
  const frozen = readFrozen(unfrozen.getMetadata(metadataKeys.config) ?? '{}');
  return new Apdb(found.name, found.prefix, { ...unfrozen.options, ...frozen });
}

/** Names of the APDBs whose metadata the current user may read, in order. */
export function readableApdbs(): string[] {
  const known = plv8.execute(
    `select d.name::text as name
     from apdb.database d
     join pg_namespace n on n.nspname = d.name
     join pg_class c on c.relnamespace = n.oid and c.relname = d.prefix || 'metadata'
     where has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
     order by d.name`,
  ) as { name: string }[];
  return known.map(({ name }) => name);
}

/** Lets one session at a time make, adopt or drop APDBs: each then sees what the other did. */
export function oneAtATime(): void {
  plv8.execute('lock table apdb.database in share row exclusive mode');
}
