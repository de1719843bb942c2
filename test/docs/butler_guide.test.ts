import test from 'ava';
import { database, type TestDatabase } from '../support/database.ts';
import { blocks, type Exchange, guideText, runGuide, shellFolder } from './guide_support.ts';

/** The table of expressions: each with what the guide says that it finds. */
const expressions = (): Exchange[] =>
  [...guideText('butler.md').matchAll(/^\| [^|]+ \| `(.+)` \| ([\d/ ]+) \|$/gm)].map(
    ([, command, answer]) => ({ command, answer }),
  );

/** Exposures and detectors that an expression finds. */
async function finds(own: TestDatabase, expression: string): Promise<string> {
  const [{ found }] = await own.query<{ found: string }>(
    `select string_agg(concat_ws('/', d ->> 'exposure', d ->> 'detector'), ' '
                       order by d ->> 'exposure', d ->> 'detector') as found
     from butler.query_data_ids('{exposure,detector}', $1, '{"night": 20190401, "kinds": ["zero", "dark"]}',
                                '{"instrument": "DECam"}') as d`,
    [expression],
  );
  return found;
}

test('every command of the guide to registries gives the answer that it shows, top to bottom', async (t) => {
  await using own = await database();
  await runGuide(t, own, shellFolder(), blocks('butler.md'));
  const rows = expressions();
  t.true(rows.length > 20);
  for (const { command, answer } of rows) t.is(await finds(own, command), answer, command);
});
