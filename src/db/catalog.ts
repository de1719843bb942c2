/** A table as the server's catalog describes it: what a load may write, and in which binary form. */
import { z } from 'zod';
import type { CatalogQueries } from './client_queries.ts';
import { sql } from './pool.ts';

/** Binary forms of COPY that the encoder can write; types share one when they share a receive function's format. */
export type WireKind =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'bytea'
  | 'date'
  | 'timestamp'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'bit';

export interface WireType {
  readonly kind: WireKind;
  /** The type's own oid, the domain's for a domain: arrays carry it. */
  readonly oid: number;
  /** As psql shows it: 'character varying(12)'. */
  readonly name: string;
  /** Most characters of text, exact or most bits of a bit string. */
  readonly maxLength?: number;
  /** Bytes that a text may have whatever its characters: 63 of type name. */
  readonly maxBytes?: number;
  /** Of numeric(p, s). */
  readonly precision?: number;
  /** Decimal digits that are kept: of numeric(p, s), and of the seconds of timestamp(s). */
  readonly scale?: number;
  /** bit(n) rather than bit varying(n). */
  readonly exactLength?: boolean;
}

export interface TargetColumn {
  readonly name: string;
  /** As psql shows it. */
  readonly typeName: string;
  /** Of the elements, for an array; undefined for a type that no file's values can be written as. */
  readonly wire: WireType | undefined;
  readonly isArray: boolean;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** Computed by the server: nothing may be written to it. */
  readonly generated: boolean;
}

export interface Target {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly TargetColumn[];
  /** Columns of the primary key, else of the only unique index that covers every row; empty when there is none. */
  readonly key: readonly string[];
}

/** Receive functions by the format they read. A domain has its base type's, an extension's text type its own. */
const kindsByReceive: Readonly<Record<string, WireKind>> = {
  boolrecv: 'bool',
  int2recv: 'int2',
  int4recv: 'int4',
  int8recv: 'int8',
  float4recv: 'float4',
  float8recv: 'float8',
  numeric_recv: 'numeric',
  textrecv: 'text',
  varcharrecv: 'text',
  bpcharrecv: 'text',
  namerecv: 'text',
  citextrecv: 'text',
  enum_recv: 'text',
  bytearecv: 'bytea',
  date_recv: 'date',
  timestamp_recv: 'timestamp',
  timestamptz_recv: 'timestamp',
  uuid_recv: 'uuid',
  json_recv: 'json',
  jsonb_recv: 'jsonb',
  bit_recv: 'bit',
  varbit_recv: 'bit',
};

const columnRow = z.object({
  name: z.string(),
  typeName: z.string(),
  isArray: z.boolean(),
  elementOid: z.number(),
  elementName: z.string(),
  receive: z.string(),
  typmod: z.number(),
  notNull: z.boolean(),
  hasDefault: z.boolean(),
  generated: z.boolean(),
});

function wireType(row: z.infer<typeof columnRow>): WireType | undefined {
  const kind = kindsByReceive[row.receive];
  if (kind === undefined) return undefined;
  const type = { kind, oid: row.elementOid, name: row.elementName };
  if (row.receive === 'namerecv') return { ...type, maxBytes: 63 };
  if (row.typmod < 0) return type;
  if (kind === 'text') return { ...type, maxLength: row.typmod - 4 };
  if (kind === 'timestamp') return { ...type, scale: row.typmod };
  if (kind === 'bit') return { ...type, maxLength: row.typmod, exactLength: row.receive === 'bit_recv' };
  if (kind === 'numeric') {
    const packed = row.typmod - 4;
    // The scale is 11 bits with sign since PostgreSQL 15, and never above 1000.
    return { ...type, precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) << 21) >> 21 };
  }
  return type;
}

/** A table's name as people write it, `schema.table` or `table`, quoted parts allowed, as its two parts. */
export function parseTableName(text: string): { schema: string | undefined; name: string } {
  const part = String.raw`(?:"((?:[^"]|"")+)"|([^".\s]+))`;
  const match = new RegExp(`^(?:${part}\\.)?${part}$`).exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a table's name`);
  const fold = (quoted: string | undefined, plain: string | undefined) =>
    quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
  return { schema: fold(match[1], match[2]), name: fold(match[3], match[4])! };
}

/**
 * Describes a table, partitioned table, foreign table or view that rows can be copied into; undefined when there is
 * none of that name. Without a schema the search path decides.
 */
export async function describeTarget(
  db: CatalogQueries,
  schema: string | undefined,
  name: string,
): Promise<Target | undefined> {
  const relation = await db.maybeOne(sql.type(
    z.object({ oid: z.number(), schema: z.string(), name: z.string() }),
  )`
    select c.oid, n.nspname as schema, c.relname as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = ${name}
      and c.relkind in ('r', 'p', 'f', 'v')
      and case when ${schema ?? null}::text is null then pg_catalog.pg_table_is_visible(c.oid)
               else n.nspname = ${schema ?? null}::text end`);
  if (relation === null) return undefined;
  const rows = await db.any(sql.type(columnRow)`
    with recursive attribute as (
      select a.attnum, a.attname, a.attnotnull, a.atthasdef, a.attgenerated, a.attidentity, a.atttypid, a.atttypmod
      from pg_catalog.pg_attribute a
      where a.attrelid = ${relation.oid}::oid and a.attnum > 0 and not a.attisdropped
    ), base as (
      -- A domain's base type, domain over domain, with the modifier and NOT NULL picked up on the way.
      select a.attnum, t.oid, a.atttypmod as typmod, t.typnotnull as not_null, 0 as depth
      from attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
      union all
      select b.attnum, t.typbasetype, t.typtypmod, b.not_null or bt.typnotnull, b.depth + 1
      from base b
      join pg_catalog.pg_type t on t.oid = b.oid and t.typtype = 'd'
      join pg_catalog.pg_type bt on bt.oid = t.typbasetype
    ), innermost as (
      select distinct on (attnum) attnum, oid, typmod, not_null from base order by attnum, depth desc
    ), element as (
      select i.attnum, i.not_null, t.typreceive = 'pg_catalog.array_recv'::regproc as is_array,
             case when t.typreceive = 'pg_catalog.array_recv'::regproc then t.typelem else i.oid end as oid,
             i.typmod
      from innermost i join pg_catalog.pg_type t on t.oid = i.oid
    ), element_base as (
      select e.attnum, e.oid, e.typmod, 0 as depth from element e
      union all
      select b.attnum, t.typbasetype, t.typtypmod, b.depth + 1
      from element_base b join pg_catalog.pg_type t on t.oid = b.oid and t.typtype = 'd'
    ), element_innermost as (
      select distinct on (attnum) attnum, oid, typmod from element_base order by attnum, depth desc
    )
    select a.attname as "name",
           pg_catalog.format_type(a.atttypid, a.atttypmod) as "typeName",
           e.is_array as "isArray",
           e.oid as "elementOid",
           pg_catalog.format_type(ei.oid, ei.typmod) as "elementName",
           split_part(r.typreceive::text, '.', -1) as "receive",
           ei.typmod as "typmod",
           a.attnotnull or e.not_null as "notNull",
           a.atthasdef or a.attidentity <> '' or dt.typdefault is not null as "hasDefault",
           a.attgenerated <> '' as "generated"
    from attribute a
    join element e using (attnum)
    join element_innermost ei using (attnum)
    join pg_catalog.pg_type r on r.oid = ei.oid
    join pg_catalog.pg_type dt on dt.oid = a.atttypid
    order by a.attnum`);
  const key = await db.maybeOneFirst(sql.type(z.object({ columns: z.array(z.string()) }))`
    select array_agg(a.attname::text order by k.place) as columns
    from pg_catalog.pg_index i
    cross join unnest(i.indkey) with ordinality as k(attnum, place)
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = ${relation.oid}::oid
      and i.indisunique and i.indimmediate and i.indisvalid
      and i.indpred is null and i.indexprs is null
      and k.place <= i.indnkeyatts
      and (i.indisprimary or 1 = (
        select count(*) from pg_catalog.pg_index o
        where o.indrelid = i.indrelid and o.indisunique and o.indpred is null))
    group by i.indexrelid, i.indisprimary
    order by i.indisprimary desc
    limit 1`);
  const columns = rows.map((row) => ({
    name: row.name,
    typeName: row.typeName,
    wire: wireType(row),
    isArray: row.isArray,
    notNull: row.notNull,
    hasDefault: row.hasDefault,
    generated: row.generated,
  }));
  return { ...relation, columns, key: key ?? [] };
}
