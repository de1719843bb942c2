/** Chains in SQL: edits, each of which returns the children that come of it, and reading. */
import { type Routine, routine } from '../../routine.ts';
import { childrenOf, extendChain, prependChain, removeFromChain, setChain } from '../chains.ts';
import { givenName, givenNames } from '../collections.ts';
import { openRegistry, type Registry } from '../registry.ts';

const registryArgument = ['registry', 'name', 'butler.current_registry()'] as const;
const parentAndChildren = [
  ['parent', 'text'],
  ['children', 'text[]'],
] as const;

const edit = {
  returns: 'text[]',
  volatility: 'volatile',
  strict: false,
  parallel: 'unsafe',
  usesSql: true,
} as const;

const errors = 'MissingCollectionError, CollectionTypeError where the parent is no chain';

type Edit = (registry: Registry, parent: string, children: readonly string[]) => void;

const edited =
  (change: Edit) =>
  (parent: string | null, children: (string | null)[] | null, registry: string | null): string[] => {
    const opened = openRegistry(registry);
    const name = givenName(parent);
    change(opened, name, givenNames(children));
    return childrenOf(opened, name);
  };

export const set_chain: Routine = routine(
  {
    ...edit,
    args: [...parentAndChildren, ['flatten', 'boolean', 'false'], registryArgument],
    comment:
      'Makes these collections the children of a chain, in this order, in place of those that it had, and returns ' +
      'them; of a name that is repeated the first counts. flatten puts the members of a child that is a chain in its ' +
      `place, depth first. ${errors}, CollectionExpressionError for a pattern, CollectionCycleError.`,
  },
  (parent, children, flatten, registry) =>
    edited((opened, name, names) => setChain(opened, name, names, flatten ?? false))(
      parent,
      children,
      registry,
    ),
);

export const prepend_chain: Routine = routine(
  {
    ...edit,
    args: [...parentAndChildren, registryArgument],
    comment:
      'Puts these collections, in this order, before all other children of a chain, and returns its children; those ' +
      `that are children already move. ${errors}, CollectionCycleError.`,
  },
  edited(prependChain),
);

export const extend_chain: Routine = routine(
  {
    ...edit,
    args: [...parentAndChildren, registryArgument],
    comment:
      'Puts these collections, in this order, after all other children of a chain, and returns its children; those ' +
      `that are children already move. ${errors}, CollectionCycleError.`,
  },
  edited(extendChain),
);

export const remove_from_chain: Routine = routine(
  {
    ...edit,
    args: [...parentAndChildren, registryArgument],
    comment:
      'Takes these collections out of a chain and returns the children that are left; those that are not in it are ' +
      `ignored. ${errors}.`,
  },
  edited(removeFromChain),
);

export const get_chain: Routine = routine(
  {
    args: [['parent', 'text'], registryArgument],
    returns: 'text[]',
    volatility: 'stable',
    strict: false,
    usesSql: true,
    comment:
      'The children of a chain, in order. MissingCollectionError, CollectionTypeError where it is no chain.',
  },
  (parent, registry) => childrenOf(openRegistry(registry), givenName(parent)),
);
