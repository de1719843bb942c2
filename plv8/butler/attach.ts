/** Registries that clients made: adopted, and given back; and registries dropped. */

import { isDependedOn } from '../sqlstate.ts';
import {
  addAdditions,
  additionalTables,
  associationTables,
  removeAdditions,
  removeEventTrigger,
} from './additions.ts';
import { missingColumns } from './check/finding.ts';
import { overlappingValidity } from './check/validity.ts';
import { managers } from './create.ts';
import { staticTables, workingTables } from './ddl.ts';
import { butlerError } from './errors.ts';
import { openRegistry, Registry } from './registry.ts';
import { sequenceName } from './table.ts';

const notTold = 5;

/** A list for an error's detail, one a line, cut where it is long. */
function listed(lines: readonly string[]): string {
  const more = lines.length - notTold;
  return [...lines.slice(0, notTold), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/**
 * Versions of tables are compatible where major and minor numbers agree.
 * @throws RegistryStateError where a manager is missing, or not one that is known here
 */
function requireManagers(registry: Registry): void {
  const attributes = new Map(
    registry
      .rows<{ name: string; value: string }>(
        `select name, value from ${registry.table('butler_attributes')} where name <> 'config:dimensions.json'`,
      )
      .map(({ name, value }) => [name, value]),
  );
  const series = (version: string | undefined) => version?.split('.').slice(0, 2).join('.');
  const wrong = managers.flatMap(([role, className, version]) => {
    const theirClass = attributes.get(`config:registry.managers.${role}`);
    if (theirClass !== className) return [`${role}: ${theirClass ?? 'none'}, not ${className}`];
    const theirs = attributes.get(`version:${className}`);
    return series(theirs) === series(version) ? [] : [`${role}: version ${theirs ?? 'none'}, not ${version}`];
  });
  if (wrong.length > 0)
    throw butlerError(
      'RegistryStateError',
      `the registry '${registry.name}' keeps its tables in another way`,
      {
        detail: listed(wrong),
        hint: 'Bring it up to date with the migrations of the Data Butler, then attach it.',
      },
    );
}

function requireTables(registry: Registry): void {
  const missing = missingColumns(registry, workingTables(registry.universe));
  if (missing.length > 0)
    throw butlerError('RegistryStateError', `the registry '${registry.name}' lacks tables or columns`, {
      detail: listed(missing.map(({ table, columns }) => `${table}: ${columns.join(', ')}`)),
    });
}

/** @throws RegistryStateError where the schema holds no registry that can be worked on here */
function requireRegistry(registry: Registry): void {
  const [{ schema, attributes }] = plv8.execute(
    `select exists (select from pg_namespace where nspname = $1::name) as schema,
            to_regclass($2) is not null as attributes`,
    [registry.name, registry.table('butler_attributes')],
  ) as [{ schema: boolean; attributes: boolean }];
  if (!schema || !attributes)
    throw butlerError(
      'RegistryStateError',
      schema ? `the schema '${registry.name}' holds no registry` : `there is no schema '${registry.name}'`,
      {
        hint: `A new registry is made by: select butler.create_registry(${plv8.quote_literal(registry.name)}).`,
      },
    );
  requireManagers(registry);
  requireTables(registry);
}

/** @throws ConflictingDefinitionError, CollectionCycleError */
function requireOrder(registry: Registry): void {
  const cycles = registry.rows<{ path: string[] }>('select path from butler._chain_cycles($1)', [
    registry.name,
  ]);
  if (cycles.length > 0)
    throw butlerError(
      'CollectionCycleError',
      `chains of the registry '${registry.name}' contain themselves`,
      {
        detail: listed(cycles.map(({ path }) => path.join(' > '))),
        hint: 'Take one link of each out of collection_chain, then attach.',
      },
    );
  const overlaps = associationTables(registry, 'calibs').flatMap((table) =>
    overlappingValidity(registry, table),
  );
  if (overlaps.length > 0)
    throw butlerError(
      'ConflictingDefinitionError',
      `calibrations of the registry '${registry.name}' have validity ranges that overlap`,
      {
        detail: listed(overlaps.map(({ detail }) => detail)),
        hint: 'Decertify all but one of each with the client that certified them, then attach.',
      },
    );
}

/** Adopts a registry that a client made; completes one that is here already. */
export function attachRegistry(name: string): void {
  const registry = new Registry(name);
  requireRegistry(registry);
  // No client shall add a cycle or an overlap between the search for them and the constraints.
  const locked = [registry.table('collection_chain'), ...associationTables(registry, 'calibs')];
  plv8.execute(`lock table ${locked.join(', ')} in share row exclusive mode`);
  requireOrder(registry);
  addAdditions(registry);
  registry.rows(`insert into butler.registry (name, origin) values ($1, 'attached') on conflict do nothing`, [
    name,
  ]);
}

/** Takes away all that was added, and forgets the registry; its tables stay as a client makes them. */
export function detachRegistry(name: string): void {
  const registry = openRegistry(name);
  // First of all: what other schemas made on the registry goes by their triggers on this table.
  registry.rows('delete from butler.registry where name = $1', [name]);
  removeAdditions(registry);
  removeEventTrigger();
}

/** Names of a registry's tables and sequences that are there, quoted. */
function relationsOf(registry: Registry): { tables: string[]; sequences: string[] } {
  const specs = [...staticTables(registry.universe), ...additionalTables];
  const found = registry.rows<{ name: string; kind: string }>(
    `select c.relname::text as name, c.relkind::text as kind
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::name
       and (c.relkind = 'r' and (c.relname = any($2::text[]::name[]) or c.relname ~ '^dataset_(tags|calibs)_[0-9]{8,}$'
                                 or c.relname in (select table_name from ${registry.table('opaque_meta')}))
            or c.relkind = 'S' and (c.relname = any($3::text[]::name[]) or c.relname ~ '^dataset_calibs_[0-9]{8,}_seq_id$'))`,
    [
      registry.name,
      specs.map(({ name }) => name),
      specs.flatMap(({ name, sequenceOf }) => (sequenceOf ? [sequenceName(name, sequenceOf)] : [])),
    ],
  );
  const named = (kind: string) =>
    found.filter((relation) => relation.kind === kind).map((relation) => registry.table(relation.name));
  return { tables: named('r'), sequences: named('S') };
}

/** Drops a registry with all it holds, and its schema where that is then empty. */
export function dropRegistry(name: string): void {
  const registry = openRegistry(name);
  const [{ attributes, origin }] = plv8.execute(
    `select to_regclass($2) is not null as attributes, r.origin from butler.registry r where r.name = $1::name`,
    [name, registry.table('butler_attributes')],
  ) as [{ attributes: boolean; origin: string }];
  registry.rows('delete from butler.registry where name = $1', [name]);
  if (attributes) {
    const { tables, sequences } = relationsOf(registry);
    plv8.execute(`drop table ${tables.join(', ')}`);
    if (sequences.length > 0) plv8.execute(`drop sequence ${sequences.join(', ')}`);
    if (origin === 'created') dropEmptySchema(registry);
  }
  removeEventTrigger();
}

function dropEmptySchema(registry: Registry): void {
  try {
    plv8.subtransaction(() => plv8.execute(`drop schema ${registry.schema}`));
  } catch (error) {
    if (!isDependedOn(error)) throw error;
    plv8.elog(NOTICE, `the schema ${registry.schema} stays: it holds more than the registry`);
  }
}
