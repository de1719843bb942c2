/** Names of tables and indexes: those that are too long are cut as the Data Butler cuts them. */
import test from 'ava';
import { entityName, shrink } from '../../plv8/butler/names.ts';

test('a name of 63 bytes stays, a longer one ends with its digest', (t) => {
  const name = 'n'.repeat(63);
  t.is(shrink(name), name);
  t.is(shrink(`${name}n`), `${'n'.repeat(54)}_49c7fd74`);
  t.is(entityName('obscore', 'idx', 's_ra'), 'obscore_idx_s_ra');
});

test('letters of several bytes count as such, and none is cut', (t) => {
  const name = `${'é'.repeat(31)}x`;
  t.is(shrink(name), name);
  for (const letter of ['é', '€', '𝄞']) {
    const cut = shrink(`a${letter.repeat(40)}`);
    t.true(Buffer.byteLength(cut) <= 63);
    t.regex(cut, new RegExp(`^a${letter}+_[0-9a-f]{8}$`, 'u'));
  }
});
