import test from 'ava';
import { optionNames } from '../../plv8/apdb/options.ts';
import { database } from '../support/database.ts';
import { blocks, guideText, runGuide, shellFolder } from './guide_support.ts';

test('every command of the guide to alert production gives the answer that it shows, top to bottom', async (t) => {
  await using own = await database();
  await runGuide(t, own, shellFolder(), blocks('apdb.md'));
});

test('the guide has every option of an APDB', (t) => {
  const text = guideText('apdb.md');
  for (const option of optionNames) t.true(text.includes(`\`${option}\``), option);
});
