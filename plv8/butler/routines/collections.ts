/** Collections in SQL: registering, looking at them, and finding them by name. */
import { compiles, type Routine, routine } from '../../routine.ts';
import { collectionInfo, collectionTree, parentNames } from '../collection_info.ts';
import { expandCollections, givenName, givenNames, givenType, registerCollection } from '../collections.ts';
import { openRegistry } from '../registry.ts';

const registryArgument = ['registry', 'name', 'butler.current_registry()'] as const;

const listed = [
  ['name', 'text'],
  ['type', 'text'],
  ['doc', 'text'],
] as const;

export const register_collection: Routine = routine(
  {
    args: [['name', 'text'], ['type', 'text', "'RUN'"], ['doc', 'text', 'null'], registryArgument],
    returns: 'boolean',
    volatility: 'volatile',
    strict: false,
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Makes a collection of a type (RUN, TAGGED, CHAINED or CALIBRATION; case does not count) and returns whether it ' +
      'is new: one that has the name already stays as it is, whatever its type. CollectionTypeError for an unknown ' +
      'type, CollectionExpressionError for a name that is empty or too long for an index.',
  },
  (name, type, doc, registry) =>
    registerCollection(openRegistry(registry), givenName(name), givenType(type), doc),
);

export const get_collection: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: {
      table: [...listed, ['children', 'text[]'], ['parents', 'text[]'], ['dataset_types', 'text[]']],
    },
    ...compiles,
    comment:
      "A collection, one row: its children in the chain's order, the chains that it is in, and the dataset types that " +
      'its summary holds (for a chain, those of its members), both by name. MissingCollectionError.',
  },
  (name, registry) => [collectionInfo(openRegistry(registry), givenName(name))],
);

export const get_parents: Routine = routine(
  {
    args: [['name', 'text'], registryArgument],
    returns: 'text[]',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment: 'The chains that a collection is a child of, by name. MissingCollectionError.',
  },
  (name, registry) => parentNames(openRegistry(registry), givenName(name)),
);

const expressionArgument = ['expression', 'text[]', "'{*}'"] as const;

export const query_collections: Routine = routine(
  {
    args: [
      expressionArgument,
      ['types', 'text[]', 'null'],
      ['flatten_chains', 'boolean', 'false'],
      ['include_chains', 'boolean', 'null'],
      registryArgument,
    ],
    returns: { table: listed },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'Collections that match a list of names and patterns (* any characters, also /; ? any one; [abc] [!abc] one of ' +
      'a set; case counts): first those that match a pattern, by name, then the explicit names in their order, each ' +
      'once. types keeps some types only; flatten_chains puts the members of a chain in its place, depth first; ' +
      'include_chains keeps the chains themselves, by default where they are not flattened. MissingCollectionError ' +
      'for an explicit name that does not exist.',
  },
  (expression, types, flattenChains, includeChains, registry) =>
    expandCollections(openRegistry(registry), givenNames(expression), {
      flattenChains: flattenChains ?? false,
      ...(types === null ? {} : { types: types.map(givenType) }),
      ...(includeChains === null ? {} : { includeChains }),
    }).map(({ name, type, doc }) => ({ name, type, doc })),
);

export const collection_tree: Routine = routine(
  {
    args: [expressionArgument, ['types', 'text[]', 'null'], registryArgument],
    returns: {
      table: [
        ['name', 'text'],
        ['type', 'text'],
        ['depth', 'int4'],
        ['path', 'text[]'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'The collections that butler.query_collections finds without flattening, each followed by all that is below it, ' +
      'depth first: depth counts the chains above, path names them and the collection. A collection in several ' +
      'chains comes once for each. types restricts the tops. MissingCollectionError for an explicit name that does not exist.',
  },
  (expression, types, registry) =>
    collectionTree(openRegistry(registry), givenNames(expression), types?.map(givenType)),
);
