/** What apdb.check runs. */
import { compiles, type Routine, routine } from '../../routine.ts';
import { openApdb } from '../apdb.ts';
import { lastRules } from '../check/last.ts';
import { pixelRules } from '../check/pixels.ts';
import { unitRules } from '../check/units.ts';
import { versionRules } from '../check/versions.ts';

export const _compile_check: Routine = routine(
  {
    ...compiles,
    rows: 10,
    args: [['name', 'name']],
    returns: {
      table: [
        ['query', 'text'],
        ['repair', 'text[]'],
      ],
    },
    comment:
      'The rules of an APDB in the order in which they are mended: of each the query of what breaks it (problem, ' +
      'dia_object_id, detail), and the statements that mend it, none where that takes to know what was meant.',
  },
  (name) => {
    const apdb = openApdb(name);
    const rules = [pixelRules, versionRules, lastRules, unitRules].flatMap((rulesOf) => rulesOf(apdb));
    return rules.map(({ query, repair }) => ({ query, repair: [...repair] }));
  },
);
