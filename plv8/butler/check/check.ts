/** Every rule that a registry must keep, whether a constraint sees to it or not. */
import { additionalTables } from '../additions.ts';
import { workingTables } from '../ddl.ts';
import type { Registry } from '../registry.ts';
import { associationTablesWanted, checkAssociations } from './associations.ts';
import { checkCollections } from './collections.ts';
import type { Finding } from './finding.ts';
import { checkReferences } from './references.ts';
import { checkRegions } from './regions.ts';
import { checkAdditions, checkDatasetTypes, checkTables } from './tables.ts';

/** What is wrong; where tables are missing, what is in the others is not looked at. */
export function checkRegistry(registry: Registry): Finding[] {
  const tables = [...workingTables(registry.universe), ...additionalTables];
  const missing = checkTables(registry, tables);
  if (missing.length > 0) return missing;
  const datasetTypes = checkDatasetTypes(registry);
  if (datasetTypes.length > 0) return datasetTypes;
  const wanted = associationTablesWanted(registry);
  const associations = wanted.flatMap(({ tags, calibs }) => (calibs ? [tags, calibs] : [tags]));
  const missingAssociations = checkTables(registry, associations);
  const broken = new Set(missingAssociations.map(({ object }) => object));
  const whole = wanted.filter(
    ({ tags, calibs }) => !broken.has(tags.name) && !broken.has(calibs?.name ?? ''),
  );
  return [
    ...missingAssociations,
    ...checkAdditions(registry, whole),
    ...checkCollections(registry),
    ...[...tables, ...associations.filter(({ name }) => !broken.has(name))].flatMap((spec) =>
      checkReferences(registry, spec),
    ),
    ...whole.flatMap((tablesOfGroup) => checkAssociations(registry, tablesOfGroup)),
    ...checkRegions(registry),
  ];
}
