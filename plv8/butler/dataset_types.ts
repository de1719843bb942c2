/** Dataset types: what a dataset is, which dimensions identify it, and whether it has validity ranges. */

import { isForeignKeyViolation } from '../sqlstate.ts';
import { ensureDimensionGroup } from './dimension_group.ts';
import { butlerError } from './errors.ts';
import { globMatch, isGlob } from './globs.ts';
import type { DatasetType, Registry } from './registry.ts';
import type { DimensionGroup } from './universe.ts';

export interface DatasetTypeDefinition {
  readonly name: string;
  readonly dimensions: readonly string[];
  readonly storageClass: string;
  readonly isCalibration: boolean;
}

/** @throws DatasetTypeError for what no dataset type can be called */
function checkName(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw butlerError('DatasetTypeError', `'${name}' is no name of a dataset type`, {
    hint: name.includes('.')
      ? 'What follows a dot names a component, which belongs to the type that is registered under the name before it.'
      : 'Names have letters, digits and underscores, and do not begin with a digit.',
  });
}

/** @throws DatasetTypeError for a storage class that neither clients nor the registry's types have */
function checkStorageClass(registry: Registry, name: string): void {
  const [{ known }] = registry.rows<{ known: boolean }>(
    `select exists (select from butler.storage_classes c where c.name = $1)
         or exists (select from ${registry.table('dataset_type')} t where t.storage_class = $1) as known`,
    [name],
  );
  if (known) return;
  throw butlerError('DatasetTypeError', `there is no storage class '${name}'`, {
    hint: `If clients have one of that name: insert into butler.storage_class values (${plv8.quote_literal(name)}).`,
  });
}

/** @throws DimensionNameError for what is no dimension */
function groupOf(registry: Registry, dimensions: readonly string[]): DimensionGroup {
  const other = dimensions.find((name) => !registry.universe.element(name).isDimension);
  if (other !== undefined)
    throw butlerError('DimensionNameError', `${other} joins dimensions and is none`, {
      hint: `Name the dimensions: ${registry.universe.element(other).required.join(', ')}.`,
    });
  return registry.universe.conform(dimensions);
}

function described(dimensions: DimensionGroup, storageClass: string, isCalibration: boolean): string {
  return `{${dimensions.required.join(', ')}}, ${storageClass}${isCalibration ? ', a calibration' : ''}`;
}

/** Whether a type that exists is what is asked for. @throws ConflictingDefinitionError where it is another */
function checkSame(existing: DatasetType, group: DimensionGroup, wanted: DatasetTypeDefinition): void {
  const there = described(existing.dimensions, existing.storageClass, existing.isCalibration);
  const asked = described(group, wanted.storageClass, wanted.isCalibration);
  if (there === asked) return;
  throw butlerError('ConflictingDefinitionError', `dataset type '${wanted.name}' is defined otherwise`, {
    detail: `The registry has ${there}; asked for is ${asked}.`,
    hint: 'Give it another name, or remove the type first if nothing uses it.',
  });
}

/**
 * Makes a dataset type, and the tables for its dimensions; returns whether it is new. Of sessions that register one
 * at the same time, one makes it.
 * @throws DatasetTypeError, DimensionNameError, ConflictingDefinitionError
 */
export function registerDatasetType(registry: Registry, wanted: DatasetTypeDefinition): boolean {
  checkName(wanted.name);
  const group = groupOf(registry, wanted.dimensions);
  const existing = registry.findDatasetType(wanted.name);
  if (existing) {
    checkSame(existing, group, wanted);
    return false;
  }
  checkStorageClass(registry, wanted.storageClass);
  const tables = ensureDimensionGroup(registry, group, wanted.isCalibration);
  const inserted = registry.rows(
    `insert into ${registry.table('dataset_type')}
       (id, name, storage_class, dimensions_key, tag_association_table, calibration_association_table)
     values (nextval($1::regclass), $2, $3, $4::int8, $5, $6)
     on conflict (name) do nothing
     returning id`,
    [
      registry.table('dataset_type_seq_id'),
      wanted.name,
      wanted.storageClass,
      tables.key,
      tables.tags,
      tables.calibs ?? null,
    ],
  );
  if (inserted.length > 0) return true;
  checkSame(registry.datasetType(wanted.name), group, wanted);
  return false;
}

/** Removes a dataset type, if there is one of that name. @throws OrphanedRecordError while it has datasets */
export function removeDatasetType(registry: Registry, name: string): void {
  const type = registry.findDatasetType(name);
  if (!type) return;
  try {
    registry.rows(`delete from ${registry.table('dataset_type')} where id = $1`, [type.id]);
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    const [first] = registry.rows<{ id: string; run: string; count: bigint }>(
      `select d.id::text as id, c.name as run, count(*) over () as count
       from ${registry.table('dataset')} d
       join ${registry.table('collection')} c on c.collection_id = d.run_id
       where d.dataset_type_id = $1
       limit 1`,
      [type.id],
    );
    throw butlerError('OrphanedRecordError', `dataset type '${name}' is in use`, {
      ...(first
        ? { detail: `It has ${first.count} datasets, such as ${first.id} of run '${first.run}'.` }
        : {}),
      hint: 'Remove its datasets first.',
    });
  }
}

/** Dataset types, by name, whose names are in a list or match a pattern of it; a name that none has is no error. */
export function findDatasetTypes(
  registry: Registry,
  expression: readonly (string | null)[] | null,
): DatasetType[] {
  const names = (expression ?? []).filter((name) => name !== null);
  const globs = names.filter(isGlob).map(globMatch);
  if (globs.includes('all')) return registry.datasetTypes();
  const patterns = globs.filter((match) => match !== 'none' && match !== 'all');
  const like = patterns.filter(({ operator }) => operator === 'like').map(({ pattern }) => pattern);
  const regular = patterns.filter(({ operator }) => operator === '~').map(({ pattern }) => pattern);
  const found = registry.rows<{ name: string }>(
    `select name from ${registry.table('dataset_type')}
     where name = any($1) or name like any($2) or name ~ any($3)`,
    [names, like, regular],
  );
  return registry.datasetTypes(found.map(({ name }) => name));
}
