import test from 'ava';
import pg from 'pg';
import { formatResult, queryText } from '../../src/db/result-table.ts';
import { database, type TestDatabase } from '../support/database.ts';
import { blocks, guideText, runShell, shellFolder } from './guide_support.ts';

interface Exchange {
  readonly command: string;
  readonly answer: string;
}

/** What was typed at a prompt, over lines that `more` continues, and what came. */
function exchanges(text: string, prompt: string, more: string): Exchange[] {
  const found: { command: string[]; answer: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith(prompt)) found.push({ command: [line.slice(prompt.length)], answer: [] });
    else if (line.startsWith(more)) found.at(-1)!.command.push(line.slice(more.length));
    else found.at(-1)!.answer.push(line);
  }
  return found.map(({ command, answer }) => ({
    command: command.join('\n'),
    answer: answer.join('\n').trimEnd(),
  }));
}

const trimmed = (text: string) => text.replace(/ +$/gm, '').trimEnd();

/** The answer as psql prints it, errors included. */
async function psqlAnswer({ client }: TestDatabase, sql: string): Promise<string> {
  try {
    const result = await queryText(client, sql);
    return result.columns.length > 0 ? formatResult(result) : sql.split(' ', 1)[0].toUpperCase();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { message, detail, hint } = error;
    return [`ERROR:  ${message}`, detail && `DETAIL:  ${detail}`, hint && `HINT:  ${hint}`]
      .filter((line) => line)
      .join('\n');
  }
}

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
  const folder = shellFolder();
  for (const { language, text } of blocks('butler.md')) {
    if (language === 'sql') await own.client.query(text);
    if (language === 'psql')
      for (const { command, answer } of exchanges(text, 'survey=> ', 'survey-> '))
        t.is(trimmed(await psqlAnswer(own, command.replace(/;$/, ''))), answer, command);
    if (language === 'console')
      for (const { command, answer } of exchanges(text, '$ ', '> '))
        t.is(trimmed(await runShell(command, folder, own)), answer, command);
  }
  const rows = expressions();
  t.true(rows.length > 20);
  for (const { command, answer } of rows) t.is(await finds(own, command), answer, command);
});
