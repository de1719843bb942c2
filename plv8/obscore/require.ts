/** What must be so before an ObsCore table is made, replaced or dropped. */
import type { Registry } from '../butler/registry.ts';
import { Failure } from '../failure.ts';
import { obscoreError } from './errors.ts';

const insufficientPrivilege = '42501';

/**
 * @throws insufficient_privilege where the caller may not write definitions, make tables in the registry's schema, or
 * make triggers that fire always, as only owners may
 */
export function requireRights(registry: Registry): void {
  const [{ owner, creates, owns }] = registry.rows<{ owner: boolean; creates: boolean; owns: boolean }>(
    `select pg_has_role('almagest_owner', 'usage') as owner,
            coalesce((select has_schema_privilege(n.oid, 'create') from pg_namespace n where n.nspname = $1::name), true) as creates,
            coalesce((select pg_has_role(c.relowner, 'usage') from pg_class c where c.oid = to_regclass($2)), true) as owns`,
    [registry.name, registry.table('dataset')],
  );
  const deny = (message: string, hint: string): never => {
    throw new Failure(insufficientPrivilege, message, { hint });
  };
  if (!owner)
    deny(
      'permission denied: ObsCore tables are made and changed by members of almagest_owner',
      'Let one of them do it, or grant almagest_owner to the role.',
    );
  if (!creates)
    deny(
      `permission denied for schema ${registry.name}`,
      `ObsCore tables are made in the schema of their registry: grant create on schema ${registry.schema} to the role.`,
    );
  if (!owns)
    deny(
      `must be owner of the tables of registry ${registry.name}`,
      'Triggers on them keep ObsCore tables: let their owner make these, or grant the role that owns them.',
    );
}

/**
 * Under REPEATABLE READ and SERIALIZABLE a transaction does not see what others committed while it waited for them.
 * @throws ObsCoreStateError
 */
export function requireReadCommitted(what: string): void {
  const [{ level }] = plv8.execute(`select current_setting('transaction_isolation') as level`) as [
    { level: string },
  ];
  if (level === 'read committed') return;
  throw obscoreError(
    'ObsCoreStateError',
    `${what} must see what other sessions commit meanwhile, and does not run under ${level}`,
    {
      hint: 'Begin the transaction with: begin isolation level read committed.',
    },
  );
}

/** @throws ObsCoreStateError where the registry's schema has a relation of the name */
export function requireFreeName(registry: Registry, tableName: string): void {
  const [{ known, taken }] = registry.rows<{ known: boolean; taken: boolean }>(
    `select exists (select from obscore.definition where registry = $1::name and table_name = $2::name) as known,
            to_regclass($3) is not null or to_regtype($3) is not null as taken`,
    [registry.name, tableName, registry.table(tableName)],
  );
  if (known)
    throw obscoreError(
      'ObsCoreStateError',
      `registry ${registry.name} has an ObsCore table '${tableName}' already`,
      {
        hint: `Give it another configuration by obscore.rebuild('${tableName}', config), or name another table_name in the configuration.`,
      },
    );
  if (taken)
    throw obscoreError(
      'ObsCoreStateError',
      `the schema ${registry.schema} has a relation '${tableName}' already`,
      {
        hint: 'Name another table_name in the configuration, or rename what is there.',
      },
    );
}
