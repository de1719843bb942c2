/** Dataset types in SQL. */
import { compiles, type Routine, routine } from '../../routine.ts';
import { findDatasetTypes, registerDatasetType, removeDatasetType } from '../dataset_types.ts';
import { butlerError } from '../errors.ts';
import { type DatasetType, openRegistry } from '../registry.ts';

const registryArgument = ['registry', 'name', 'butler.current_registry()'] as const;

const listed = [
  ['name', 'text'],
  ['dimensions_required', 'text[]'],
  ['dimensions_implied', 'text[]'],
  ['storage_class', 'text'],
  ['is_calibration', 'boolean'],
] as const;

function row({ name, dimensions, storageClass, isCalibration }: DatasetType) {
  return {
    name,
    dimensions_required: [...dimensions.required],
    dimensions_implied: [...dimensions.implied],
    storage_class: storageClass,
    is_calibration: isCalibration,
  };
}

export const register_dataset_type: Routine = routine(
  {
    args: [
      ['name', 'text'],
      ['dimensions', 'text[]'],
      ['storage_class', 'text'],
      ['is_calibration', 'boolean', 'false'],
      registryArgument,
    ],
    returns: 'boolean',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Makes a dataset type, with the tables for its dimensions where they are the first of their kind, and returns ' +
      'whether it is new. dimensions: those that identify a dataset; what they require is added. is_calibration: its ' +
      'datasets have validity ranges in CALIBRATION collections. DatasetTypeError for a name with other than ' +
      'letters, digits and underscores and for a storage class that butler.storage_classes does not list; ' +
      'DimensionNameError for what is no dimension; ConflictingDefinitionError where the type exists and differs.',
  },
  (name, dimensions, storageClass, isCalibration, registry) => {
    if (name === null || storageClass === null)
      throw butlerError('DatasetTypeError', 'a dataset type needs a name and a storage class');
    return registerDatasetType(openRegistry(registry), {
      name,
      dimensions: (dimensions ?? []).filter((dimension) => dimension !== null),
      storageClass,
      isCalibration: isCalibration ?? false,
    });
  },
);

export const get_dataset_type: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: { table: listed },
    ...compiles,
    comment:
      "A dataset type, one row: the dimensions that its data IDs give and those that the records imply, in the universe's " +
      'order, its storage class, and whether it is a calibration. MissingDatasetTypeError.',
  },
  (name, registry) => [row(openRegistry(registry).datasetType(name ?? ''))],
);

export const query_dataset_types: Routine = routine(
  {
    args: [['expression', 'text[]', "'{*}'"], registryArgument],
    returns: { table: listed },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'Dataset types, by name, whose names are in a list or match a pattern of it (* any characters; ? any one; [abc] ' +
      '[!abc] one of a set; case counts). A name that none has is no error.',
  },
  (expression, registry) => findDatasetTypes(openRegistry(registry), expression).map(row),
);

export const remove_dataset_type: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: 'void',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Removes a dataset type, if there is one of that name. OrphanedRecordError while it has datasets.',
  },
  (name, registry) => {
    removeDatasetType(openRegistry(registry), name ?? '');
    return undefined;
  },
);
