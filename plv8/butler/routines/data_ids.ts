/** Compilers of the statements that read data IDs, for the shells in SQL that run them. */
import { compiles, type Routine, routine } from '../../routine.ts';
import { butlerError } from '../errors.ts';
import { expandDataId } from '../expand.ts';
import { openRegistry } from '../registry.ts';

export const _compile_expand_data_id: Routine = routine(
  {
    args: [
      ['data_id', 'json'],
      ['registry', 'name'],
    ],
    returns: {
      table: [
        ['query', 'text'],
        ['parameters', 'text[]'],
      ],
    },
    ...compiles,
    comment:
      'The query of butler.expand_data_id for a data ID, with the parameters as $1 and the data ID as $2. Only its ' +
      'keys are looked at here, not its values.',
  },
  (dataId, name) => {
    if (typeof dataId !== 'object' || dataId === null || Array.isArray(dataId))
      throw butlerError('DataIdValueError', 'a data ID is a JSON object, such as {"instrument": "DECam"}');
    const { query, parameters } = expandDataId(openRegistry(name), Object.keys(dataId));
    return [{ query, parameters: [...parameters] }];
  },
);
