/**
 * Errors of a registry: each has the name that users of the Data Butler know, at the head of its message, and an
 * SQLSTATE of class BR.
 */
import { Failure } from '../failure.ts';

export const butlerErrors = {
  MissingCollectionError: 'BR001',
  CollectionTypeError: 'BR002',
  CollectionCycleError: 'BR003',
  CollectionExpressionError: 'BR004',
  ConflictingDefinitionError: 'BR005',
  OrphanedRecordError: 'BR006',
  MissingDatasetTypeError: 'BR007',
  DatasetTypeError: 'BR008',
  DimensionNameError: 'BR009',
  DataIdValueError: 'BR010',
  InconsistentDataIdError: 'BR011',
  InvalidQueryError: 'BR012',
  UnimplementedQueryError: 'BR013',
  CalibrationLookupError: 'BR014',
  NoDefaultCollectionError: 'BR015',
  DatasetNotFoundError: 'BR016',
  DatabaseConflictError: 'BR017',
  MissingRegistryError: 'BR018',
  RegistryStateError: 'BR019',
} as const;

export type ButlerErrorName = keyof typeof butlerErrors;

/** What to throw: `butlerError('MissingCollectionError', "no collection is named 'x'", { hint })`. */
export function butlerError(
  name: ButlerErrorName,
  message: string,
  more: { detail?: string; hint?: string } = {},
): Failure {
  return new Failure(butlerErrors[name], `${name}: ${message}`, more);
}
