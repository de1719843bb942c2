/**
 * The footprints of a registry: one row for each distinct region of its dimension records, decoded when the record is
 * stored, and the cells of the sky that it touches. Rows are found by the digest of the region's text and are never
 * changed, so that sessions which store the same region agree; those that nothing refers to any more do no harm.
 */
import { hasTable } from '../butler/ddl.ts';
import type { Registry } from '../butler/registry.ts';
import type { Element } from '../butler/universe.ts';
import { grantAsRegistry } from './shared_tables.ts';
import { pgsphereSchema } from './table.ts';

export const footprintTable = 'almagest_footprint';
export const footprintCellTable = 'almagest_footprint_pixel';
const changed = 'almagest_footprint_changed';
const events = ['insert', 'update'] as const;

/** Regions that are decoded in one call: so many fit in memory, whatever they are. */
const BATCH = 1000;

/** Columns of the table: name, type, comment. */
const columns = [
  ['footprint', 'uuid', "MD5 of the region's text as the registry stores it"],
  ['kind', 'text', 'ConvexPolygon, Circle, Box, Ellipse, UnionRegion or IntersectionRegion'],
  ['s_ra', 'float8', 'Right ascension of the centre of the bounding circle, ICRS [deg; pos.eq.ra]'],
  ['s_dec', 'float8', 'Declination of the centre of the bounding circle, ICRS [deg; pos.eq.dec]'],
  ['s_fov', 'float8', 'Diameter of the bounding circle [deg; phys.angSize;instr.fov]'],
  ['s_region', 'text', 'The region as ObsCore writes it'],
  ['complaint', 'text', 'Why the region has no footprint; NULL where it has one'],
  ['region', 'bytea', 'The region, as the functions of schema sky take it'],
  [
    'edges',
    'float8[]',
    'x, y, z of the inward normal of each edge of a polygon; NULL for what is tested by its region',
  ],
] as const;

/** Columns that pgSphere's plugin of a configuration needs. */
const sphereColumns = [
  ['spoly', 'The region as a polygon of pgSphere'],
  ['spoint', 'The centre of the bounding circle as a point of pgSphere'],
] as const;

/** SQL of the footprint's key of a region's text. */
export function footprintKey(region: string): string {
  return `md5(${region})::uuid`;
}

/** The elements of a registry that have regions, and tables. */
export function elementsWithRegion(registry: Registry): Element[] {
  return [...registry.universe.elements.values()].filter(
    (element) => hasTable(element) && element.columns.some(({ role }) => role === 'region'),
  );
}

function exists(registry: Registry, name: string): boolean {
  const [{ known }] = registry.rows<{ known: boolean }>('select to_regclass($1) is not null as known', [
    registry.table(name),
  ]);
  return known;
}

function hasColumn(registry: Registry, name: string): boolean {
  const [{ known }] = registry.rows<{ known: boolean }>(
    `select exists (
       select from pg_attribute
       where attrelid = to_regclass($1) and attname = $2 and attnum > 0 and not attisdropped) as known`,
    [registry.table(footprintTable), name],
  );
  return known;
}

/**
 * Makes the footprints of a registry, or adds what is missing, and has triggers keep them.
 * @param pgsphere whether they are wanted as types of pgSphere, too: columns spoly and spoint
 * @throws ObsCoreStateError where pgSphere is asked for and not installed
 */
export function prepareFootprints(registry: Registry, { pgsphere = false } = {}): void {
  makeTables(registry);
  if (pgsphere) addSphereColumns(registry);
  makeChangedFunction(registry);
  const elements = elementsWithRegion(registry);
  for (const { name } of elements) for (const event of events) makeTrigger(registry, name, event);
  let stored = 0;
  for (const { name } of elements)
    stored += plv8.execute(store(registry, registry.table(name))) as unknown as number;
  if (stored > 0)
    plv8.execute(`analyze ${registry.table(footprintTable)}, ${registry.table(footprintCellTable)}`);
}

/**
 * Makes a trigger unless it is there: where it is, no writer is kept waiting. Where it is not, whoever is storing
 * records is waited for, so that what is read afterwards is complete.
 */
function makeTrigger(registry: Registry, table: string, event: (typeof events)[number]): void {
  const trigger = `almagest_footprint_${event}`;
  const [{ known }] = registry.rows<{ known: boolean }>(
    `select exists (
       select from pg_trigger where tgrelid = $1::regclass and tgname = $2 and tgenabled = 'A') as known`,
    [registry.table(table), trigger],
  );
  if (known) return;
  plv8.execute(`create or replace trigger ${trigger} after ${event} on ${registry.table(table)}
    referencing new table as new_rows for each statement execute function ${registry.table(changed)}()`);
  plv8.execute(`alter table ${registry.table(table)} enable always trigger ${trigger}`);
}

/** Takes the footprints of a registry and their triggers away; what is gone already is no error. */
export function dropFootprints(registry: Registry): void {
  for (const { name } of elementsWithRegion(registry))
    for (const event of events)
      if (exists(registry, name))
        plv8.execute(`drop trigger if exists almagest_footprint_${event} on ${registry.table(name)}`);
  plv8.execute(`drop function if exists ${registry.table(changed)}()`);
  plv8.execute(
    `drop table if exists ${registry.table(footprintCellTable)}, ${registry.table(footprintTable)}`,
  );
}

/** Decodes all regions of a registry into tables of this transaction, for rows that no table keeps. */
export function storeFootprints(registry: Registry): void {
  plv8.execute(
    `create temporary table ${footprintTable} (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}, primary key (footprint))
     on commit drop`,
  );
  plv8.execute(`create temporary table ${footprintCellTable} (pixel int8, footprint uuid) on commit drop`);
  for (const { name } of elementsWithRegion(registry)) plv8.execute(store(registry, registry.table(name)));
  plv8.execute(`analyze ${registry.table(footprintTable)}`);
}

function makeTables(registry: Registry): void {
  const comment = (what: string, text: string) =>
    plv8.execute(`comment on ${what} is ${plv8.quote_literal(text)}`);
  const footprints = registry.table(footprintTable);
  if (!exists(registry, footprintTable)) {
    plv8.execute(
      `create table ${footprints} (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}, primary key (footprint))`,
    );
    comment(
      `table ${footprints}`,
      'One row for each distinct region of a dimension record, decoded; kept by triggers and never changed',
    );
    for (const [name, , text] of columns) comment(`column ${footprints}.${name}`, text);
    grantAsRegistry(registry, footprintTable);
  }
  const cells = registry.table(footprintCellTable);
  if (!exists(registry, footprintCellTable)) {
    plv8.execute(
      `create table ${cells} (pixel int8 not null, footprint uuid not null, primary key (pixel, footprint))`,
    );
    comment(
      `table ${cells}`,
      'Cells of the sky that each footprint touches, by which obscore.covering and obscore.overlapping find it',
    );
    comment(`column ${cells}.pixel`, 'Id of a cell, as obscore._cells_at gives it for a direction');
    comment(`column ${cells}.footprint`, 'The footprint');
    grantAsRegistry(registry, footprintCellTable);
  }
}

function addSphereColumns(registry: Registry): void {
  const schema = pgsphereSchema();
  const footprints = registry.table(footprintTable);
  for (const [name, text] of sphereColumns) {
    if (hasColumn(registry, name)) continue;
    plv8.execute(`alter table ${footprints} add column ${name} ${schema}.${name}`);
    plv8.execute(`comment on column ${footprints}.${name} is ${plv8.quote_literal(text)}`);
  }
  plv8.execute(`
    with batch as (
      select array_agg(footprint) as footprints, array_agg(region) as regions
      from (select footprint, region, row_number() over () / ${BATCH} as number
            from ${footprints} where complaint is null and spoint is null) f
      group by number
    )
    update ${footprints} f
    set spoly = l.spoly::${schema}.spoly, spoint = l.spoint::${schema}.spoint
    from batch b,
      lateral rows from (unnest(b.footprints), obscore._sphere_literals(b.regions)) as l (footprint, spoly, spoint)
    where f.footprint = l.footprint`);
}

/**
 * The statement that stores what footprints are missing of a relation's regions. In the order of their keys, so that
 * sessions which store the same ones wait for one another and not in a circle; who comes second stores nothing.
 */
function store(registry: Registry, source: string): string {
  const footprints = registry.table(footprintTable);
  const sphere = hasColumn(registry, sphereColumns[0][0])
    ? sphereColumns.map(([name]) => [name, `l.${name}::${pgsphereSchema()}.${name}`] as const)
    : [];
  return `
    with missing as materialized (
      select distinct on (k.footprint) k.footprint, n.region
      from ${source} n
      cross join lateral (select ${footprintKey('n.region')} as footprint) k
      -- So written it looks each key up, however many rows either side was once planned for.
      where n.region is not null and (select true from ${footprints} f where f.footprint = k.footprint) is null
    ),
    batch as (
      select array_agg(m.footprint order by m.footprint) as footprints,
             array_agg(m.region order by m.footprint) as regions
      from (select *, (row_number() over (order by footprint) - 1) / ${BATCH} as number from missing) m
      group by m.number
    ),
    decoded as materialized (
      select d.footprint, d.kind, d.z, d.rho, d.fov, d.s_region, d.edges, d.cells, d.complaint,
             case when d.complaint is null then coalesce(d.region, decode(d.base64, 'base64')) end as region,
             case when d.lon < 0 then d.lon + 6.283185307179586::float8 else d.lon end as longitude
      from batch b
      cross join lateral (
        select r.*, case when r.x = 0 and r.y = 0 then 0 else atan2(r.y, r.x) end as lon
        from rows from (unnest(b.footprints, b.regions), obscore._decode_footprints(b.regions))
          as r (footprint, base64, kind, x, y, z, rho, fov, s_region, region, edges, cells, complaint)
      ) d
    ),
    stored as (
      insert into ${footprints}
        (${[...columns.map(([name]) => name), ...sphere.map(([name]) => name)].join(', ')})
      select d.footprint, d.kind, d.longitude * 57.29577951308232::float8, atan2(d.z, d.rho) * 57.29577951308232::float8,
             d.fov, d.s_region, d.complaint, d.region, d.edges${sphere.map(([, value]) => `, ${value}`).join('')}
      from decoded d${sphere.length === 0 ? '' : '\n      cross join lateral obscore._sphere_literals(array[d.region]) l'}
      order by d.footprint
      on conflict do nothing
      returning footprint
    )
    insert into ${registry.table(footprintCellTable)} (pixel, footprint)
    select c.pixel::int8, d.footprint
    from stored s
    join decoded d using (footprint)
    cross join lateral unnest(d.cells) as c (pixel)
    order by 1, 2`;
}

/**
 * What the triggers run, made unless it is there as it should be. Records are stored by clients of the Data Butler that
 * know nothing of footprints: it has its owner's rights.
 */
function makeChangedFunction(registry: Registry): void {
  const body = `
begin
  -- Those that are there stay until this transaction ends, whatever is being cleared away.
  perform from ${registry.table(footprintTable)} f
  where f.footprint = any (array(select ${footprintKey('n.region')} from new_rows n where n.region is not null))
  for key share;
  ${store(registry, 'new_rows')};
  return null;
end
`;
  const name = registry.table(changed);
  const [{ known }] = registry.rows<{ known: boolean }>(
    'select exists (select from pg_proc where oid = to_regprocedure($1) and prosrc = $2) as known',
    [`${name}()`, body],
  );
  if (known) return;
  plv8.execute(`create or replace function ${name}() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
-- Its plans stay while the tables grow.
set enable_seqscan = off
as $body$${body}$body$`);
  plv8.execute(
    `comment on function ${name}() is 'Keeps the footprints of the regions that records have; made by obscore.create'`,
  );
}

/** Removes footprints that neither a dimension record nor a row of an ObsCore table refers to; how many. */
export function pruneFootprints(registry: Registry): number {
  const footprints = registry.table(footprintTable);
  const isUsed = [
    ...elementsWithRegion(registry).map(
      ({ name }) =>
        `select ${footprintKey('n.region')} from ${registry.table(name)} n where n.region is not null`,
    ),
    ...registry
      .rows<{ tableName: string }>(
        'select table_name::text as "tableName" from obscore.definition where registry = $1::name',
        [registry.name],
      )
      .filter(({ tableName }) => exists(registry, tableName))
      .map(
        ({ tableName }) =>
          `select o.footprint from ${registry.table(tableName)} o where o.footprint is not null`,
      ),
  ].join(' union all ');
  const orphans = (among: string) =>
    `select f.footprint from ${footprints} f where ${among} not in (${isUsed})`;
  // What another session has just referred to it has locked, and a look after the locks sees what was committed before.
  const locked = registry.rows<{ footprint: string }>(
    `${orphans('f.footprint')} order by f.footprint for update skip locked`,
  );
  if (locked.length === 0) return 0;
  const [{ removed }] = registry.rows<{ removed: number }>(
    `with orphan as (${orphans('f.footprint = any($1::uuid[]) and f.footprint')}),
     removed as (delete from ${footprints} f using orphan o where f.footprint = o.footprint returning f.footprint),
     cell as (delete from ${registry.table(footprintCellTable)} c using removed r where c.footprint = r.footprint)
     select count(*)::int as removed from removed`,
    [locked.map(({ footprint }) => footprint)],
  );
  return removed;
}
