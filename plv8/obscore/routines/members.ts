/** The collections of ObsCore tables, for triggers. */
import { type Routine, routine } from '../../routine.ts';
import { openDefinition } from '../definition.ts';
import { matchesAny, refreshMembers } from '../members.ts';

export const _refresh_members: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['table_name', 'name'],
      ['collections', 'int8[]', 'null'],
    ],
    returns: {
      table: [
        ['collection_id', 'int8'],
        ['change', 'text'],
      ],
    },
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    rows: 10,
    comment:
      'Brings almagest_obscore_member up to date for an ObsCore table and tells which collections were added, removed ' +
      'or moved in its order; as few as possible are moved. collections: the only ones that can have changed.',
  },
  (registry, tableName, collections) =>
    refreshMembers(openDefinition(registry, tableName), { only: collections as bigint[] | null }).map(
      ({ id, change }) => ({
        collection_id: id,
        change,
      }),
    ),
);

export const _full_match: Routine = routine(
  {
    args: [
      ['name', 'text'],
      ['patterns', 'text[]'],
    ],
    returns: 'boolean',
    volatility: 'immutable',
    comment:
      "Whether one of these regular expressions, as Python's re.fullmatch reads them, matches a name; true where there is none.",
  },
  (name, patterns) =>
    matchesAny(
      name,
      patterns.filter((pattern) => pattern !== null),
    ),
);
