import test from 'ava';
import { collectionTypes, datasetTypeOptions, tableOptions } from '../../plv8/obscore/config/options.ts';
import { database } from '../support/database.ts';
import { blocks, guideText, runGuide, shellFolder } from './guide_support.ts';

test('every command of the guide to observations gives the answer that it shows, top to bottom', async (t) => {
  await using own = await database();
  const [registry] = blocks('butler.md').filter(({ language }) => language === 'sql');
  await runGuide(t, own, shellFolder(), [registry, ...blocks('obscore.md')]);
});

test('the guide has every option of a configuration', (t) => {
  const text = guideText('obscore.md');
  for (const option of [...tableOptions, ...datasetTypeOptions, ...collectionTypes])
    t.true(text.includes(`\`${option}\``), option);
});
