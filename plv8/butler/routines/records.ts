/** Compilers of the statements that write records, for the shells in SQL that run them. */
import { Failure } from '../../failure.ts';
import { compiles, type Routine, routine } from '../../routine.ts';
import { butlerErrors } from '../errors.ts';
import {
  type ConflictAction,
  conflictActions,
  elementWithTable,
  findConstraint,
  firstConflict,
  firstMisfit,
  insertRecords,
  keyOfItem,
} from '../records.ts';
import { openRegistry } from '../registry.ts';
import { Parameters } from '../statement.ts';
import { syncRecord } from '../sync.ts';

const registryArgument = ['registry', 'name'] as const;

export const _compile_insert_records: Routine = routine(
  {
    args: [['element', 'text'], ['on_conflict', 'text'], registryArgument],
    returns: {
      table: [
        ['queries', 'text[]'],
        ['parameters', 'text[]'],
      ],
    },
    ...compiles,
    comment:
      'Statements that insert records of an element, to be run in order with the parameters as $1 and the records, a ' +
      'JSON array, as $2; the first gives how many were written. DimensionNameError for an element without records.',
  },
  (element, onConflict, name) => {
    const registry = openRegistry(name);
    if (!conflictActions.includes(onConflict as ConflictAction))
      throw new Failure('22023', `on_conflict is ${onConflict}: it is error, skip or replace`);
    const parameters = new Parameters();
    const queries = insertRecords(
      registry,
      elementWithTable(registry, element),
      onConflict as ConflictAction,
      parameters,
    );
    return [{ queries, parameters: parameters.values }];
  },
);

export const _compile_sync_record: Routine = routine(
  {
    args: [['element', 'text'], ['record', 'json'], ['update', 'boolean'], registryArgument],
    returns: {
      table: [
        ['compare', 'text'],
        ['insert_queries', 'text[]'],
        ['update_queries', 'text[]'],
        ['parameters', 'text[]'],
        ['key', 'text'],
      ],
    },
    ...compiles,
    comment:
      'Statements that compare, insert and update one record, with the parameters as $1 and the record, in a JSON ' +
      'array, as $2; key gives its data ID. Only the fields of the record are looked at here, not their values.',
  },
  (elementName, record, update, name) => {
    const registry = openRegistry(name);
    const element = elementWithTable(registry, elementName);
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new Failure('22023', `a record of ${element.name} is a JSON object`);
    const parameters = new Parameters();
    const statements = syncRecord(
      registry,
      element,
      new Set(Object.keys(record)),
      update ?? false,
      parameters,
    );
    return [
      {
        compare: statements.compare,
        insert_queries: [...statements.insert],
        update_queries: [...statements.update],
        parameters: parameters.values,
        key: `select ${keyOfItem(registry, element)} from json_array_elements($2) as item`,
      },
    ];
  },
);

export const _compile_record_complaint: Routine = routine(
  {
    args: [['element', 'text'], ['code', 'text'], ['constraint_name', 'text'], registryArgument],
    returns: {
      table: [
        ['query', 'text'],
        ['name', 'text'],
        ['code', 'text'],
        ['hint', 'text'],
      ],
    },
    ...compiles,
    comment:
      'A query for the first record, of a JSON array as $2, for which a statement failed with an SQLSTATE and perhaps ' +
      'a constraint: its position, item, data_id and complaint; and the error that says so.',
  },
  (elementName, code, constraintName, name) => {
    const registry = openRegistry(name);
    const element = elementWithTable(registry, elementName);
    // An upsert that meets one key twice names no constraint.
    const isRepeated = code === '21000';
    const constraint = findConstraint(
      registry,
      element,
      isRepeated ? `${element.name}_pkey` : (constraintName ?? ''),
    );
    const found = constraint
      ? firstConflict(registry, element, constraint, isRepeated ? 'given' : 'all')
      : firstMisfit(element);
    const error = constraint && constraint.type !== 'f' ? 'ConflictingDefinitionError' : 'DataIdValueError';
    const hints = {
      f: `Insert the ${constraint?.target} record first.`,
      p: "on_conflict => 'skip' keeps what is there, 'replace' replaces it.",
      u: 'Give the record another name, or look for the one that has it.',
    };
    return [
      {
        query: `select f.*, ${keyOfItem(registry, element)} as data_id from (${found}) f`,
        name: error,
        code: butlerErrors[error],
        hint: constraint
          ? hints[constraint.type]
          : `\\d ${registry.table(element.name)} shows what its fields hold.`,
      },
    ];
  },
);
