/** The compiler of obscore.siav2. */
import { type Routine, routine } from '../../routine.ts';
import { compileSiav2 } from '../siav2.ts';
import { wrongValue } from '../siav2_values.ts';

/** Several values are written as PostgreSQL writes an array: `{I,Q}`. */
function valuesOf(parameter: string, text: string): string[] {
  if (!text.startsWith('{')) return text === '' ? [] : [text];
  let values: readonly (string | null)[];
  try {
    [{ values }] = plv8.subtransaction(() =>
      plv8.execute('select array(select v from unnest($1::text::text[]) v) as values', [text]),
    ) as [{ values: (string | null)[] }];
  } catch {
    throw wrongValue(
      parameter,
      `'${text}' is no array of values`,
      `Write one value, or several as array['…', '…']::text, which is '{"…","…"}'.`,
    );
  }
  return values.filter((value) => value !== null && value !== '') as string[];
}

export const _compile_siav2: Routine = routine(
  {
    args: [
      ['parameters', 'text'],
      ['maxrec', 'int8'],
    ],
    returns: {
      table: [
        ['query', 'text'],
        ['parameters', 'text[]'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    rows: 1,
    comment:
      'The statement of obscore.siav2: query takes parameters as its $1 and gives rows of obscore.observation. ' +
      'parameters: JSON, text by the name of a parameter.',
  },
  (parameters, maxrec) => {
    const texts = JSON.parse(parameters ?? '{}') as Record<string, string | null>;
    const given = Object.entries(texts).map(([name, text]) => [name, valuesOf(name, text ?? '')] as const);
    const compiled = compileSiav2(new Map(given), maxrec);
    return [{ query: compiled.query, parameters: [...compiled.parameters] }];
  },
);
