/** ivoa.obscore in SQL: which ObsCore tables it shows. */
import { type Routine, routine } from '../../routine.ts';
import { publishInstruments, setPublished } from '../publish.ts';

const table = [
  ['table_name', 'name', "'obscore'"],
  ['registry', 'name', 'butler.current_registry()'],
] as const;

export const publish: Routine = routine(
  {
    args: table,
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    strict: false,
    usesSql: true,
    comment:
      'Shows an ObsCore table in ivoa.obscore, the view of ObsCore 1.1 over all tables that are published, and makes a ' +
      'view ivoa.obscore_… for each instrument of its registry, later ones too. The views belong to whoever publishes ' +
      'the first table, and almagest_reader may read them. MissingObsCoreTableError; ObsCoreStateError where there is ' +
      'an ivoa.obscore that is none of ours.',
  },
  (tableName, registry) => {
    setPublished(registry, tableName, true);
    return undefined;
  },
);

export const unpublish: Routine = routine(
  {
    args: table,
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    strict: false,
    usesSql: true,
    comment:
      'Takes an ObsCore table out of ivoa.obscore. The view stays when it was the last, without rows, and so does what ' +
      'was made of it; views of instruments that are in no published registry go. MissingObsCoreTableError.',
  },
  (tableName, registry) => {
    setPublished(registry, tableName, false);
    return undefined;
  },
);

export const _publish_instruments: Routine = routine(
  {
    args: [],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      "Makes the views ivoa.obscore_… of instruments that have none; triggers on the registries' tables instrument call it.",
  },
  () => {
    publishInstruments();
    return undefined;
  },
);
