/** Making a registry: its schema, its tables, and what says to clients of the Data Butler what it is. */
import { addAdditions } from './additions.ts';
import { makeTables, staticTables } from './ddl.ts';
import { butlerError } from './errors.ts';
import { Registry } from './registry.ts';
import { Universe, type UniverseConfig } from './universe.ts';
import { universe8 } from './universe8.ts';

const universes: { readonly [name: string]: UniverseConfig } = { 'daf_butler 8': universe8 };

const base = 'lsst.daf.butler.registry';

/** The classes by which clients read the tables, and the versions of the tables that these classes know. */
export const managers: readonly (readonly [role: string, className: string, version: string])[] = [
  ['attributes', `${base}.attributes.DefaultButlerAttributeManager`, '1.0.1'],
  ['dimensions', `${base}.dimensions.static.StaticDimensionRecordStorageManager`, '6.0.2'],
  ['collections', `${base}.collections.synthIntKey.SynthIntKeyCollectionManager`, '2.0.0'],
  ['datasets', `${base}.datasets.byDimensions._manager.ByDimensionsDatasetRecordStorageManagerUUID`, '2.0.0'],
  ['opaque', `${base}.opaque.ByNameOpaqueTableStorageManager`, '0.2.0'],
  ['datastores', `${base}.bridge.monolithic.MonolithicDatastoreRegistryBridgeManager`, '0.2.1'],
];

function attributesOf(config: UniverseConfig): (readonly [name: string, value: string])[] {
  return [
    ...managers.flatMap(
      ([role, className, version]) =>
        [
          [`config:registry.managers.${role}`, className],
          [`version:${className}`, version],
        ] as const,
    ),
    ['config:dimensions.json', JSON.stringify(config)],
  ];
}

/** Makes the schema where there is none, and refuses one that has anything in it. */
function makeSchema(name: string): void {
  const [state] = plv8.execute(
    `select exists (select from butler.registry where name = $1::name) as known,
            exists (select from pg_namespace where nspname = $1::name) as present,
            exists (select from pg_depend d join pg_namespace n on n.oid = d.objid
                    where d.classid = 'pg_namespace'::regclass and d.deptype = 'e' and n.nspname = $1::name) as extensions,
            (select string_agg(relname, ', ' order by relname)
             from (select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = $1::name and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                     and not exists (select from pg_depend d
                                     where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
                   order by c.relname limit 5) first (relname)) as relations,
            to_regclass(format('%I.butler_attributes', $1::name)) is not null as is_registry`,
    [name],
  ) as {
    known: boolean;
    present: boolean;
    extensions: boolean;
    relations: string | null;
    is_registry: boolean;
  }[];
  const { known, present, extensions, relations, is_registry } = state!;
  if (known)
    throw butlerError('RegistryStateError', `there is a registry '${name}' already`, {
      hint: `Take another name, or remove it first with all it holds: select butler.drop_registry('${name}').`,
    });
  if (extensions)
    throw butlerError('RegistryStateError', `the schema '${name}' is an extension's`, {
      hint: 'A registry has a schema of its own: name one that does not exist yet.',
    });
  if (relations !== null)
    throw butlerError('RegistryStateError', `the schema '${name}' is not empty`, {
      detail: `It has ${relations}${relations.split(', ').length === 5 ? ', …' : ''}.`,
      hint: is_registry
        ? `It looks like a registry that a client made: select butler.attach('${name}').`
        : 'A registry has a schema of its own: name one that does not exist yet.',
    });
  if (!present) plv8.execute(`create schema ${plv8.quote_ident(name)}`);
}

/** @throws RegistryStateError where the name is taken, or the universe unknown */
export function createRegistry(name: string, universeName: string): Registry {
  const config = universes[universeName];
  if (!config)
    throw butlerError('RegistryStateError', `no universe of dimensions is called '${universeName}'`, {
      hint: `There is ${Object.keys(universes).join(', ')}.`,
    });
  makeSchema(name);
  const registry = new Registry(name);
  plv8.execute(`grant usage on schema ${registry.schema} to almagest_reader`);
  plv8.execute(`grant create on schema ${registry.schema} to almagest_owner`);
  makeTables(registry, staticTables(new Universe(config)));
  const attributes = attributesOf(config);
  registry.rows(
    `insert into ${registry.table('butler_attributes')} (name, value)
     select * from unnest($1::text[], $2::text[])`,
    [attributes.map(([attribute]) => attribute), attributes.map(([, value]) => value)],
  );
  addAdditions(registry);
  registry.rows(`insert into butler.registry (name, origin) values ($1, 'created')`, [name]);
  return registry;
}
