/** Regular expressions as Python 3.11's re.fullmatch reads them: its own answers over a table of texts. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { PythonRegexError, pythonRegex } from '../../plv8/obscore/python_regex.ts';

interface Cases {
  readonly texts: readonly string[];
  /** Texts that the pattern matches; null where Python refuses it. */
  readonly cases: readonly { readonly pattern: string; readonly matches: readonly string[] | null }[];
}

const { texts, cases } = JSON.parse(
  readFileSync(new URL('python_regex_cases.json', import.meta.url), 'utf8'),
) as Cases;

/** What Python has and JavaScript has not. */
const unsupported = new Set(['a*+', '(?>a)', '(?i:a)b', '[\\W]', '\\N{DIGIT ONE}', '(?-i:a)']);

for (const { pattern, matches } of cases)
  test(`${JSON.stringify(pattern)} matches what Python matches, or is refused`, (t) => {
    if (matches === null || unsupported.has(pattern))
      return void t.throws(() => pythonRegex(pattern), { instanceOf: PythonRegexError });
    const expression = pythonRegex(pattern);
    t.deepEqual(
      texts.filter((text) => expression.test(text)),
      [...matches],
    );
  });
