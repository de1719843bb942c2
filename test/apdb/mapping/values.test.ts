/** Units, times and names on their way from a file into a column. */
import test from 'ava';
import {
  BadValue,
  convert,
  divided,
  fluxOfMagnitude,
  hashOf,
  numberOf,
  remainderOf,
  taiFromMicroseconds,
  taiFromUtc,
} from '../../../src/apdb/mapping/values.ts';

const near = (a: number, b: number, relative = 1e-12) => Math.abs(a - b) <= relative * Math.abs(b);

test('UTC becomes TAI with the leap seconds of its day', (t) => {
  t.is(taiFromUtc(60_000), 60_000 + 37 / 86_400);
  // 2016-12-31 had 86401 seconds: 36 s before, 37 s from the next day on.
  t.is(taiFromUtc(57_753.5), 57_753.5 + 36 / 86_400);
  t.is(taiFromUtc(57_754), 57_754 + 37 / 86_400);
  t.is(taiFromUtc(41_317), 41_317 + 10 / 86_400);
  t.is(taiFromUtc(30_000), 30_000 + 10 / 86_400);
});

test('times of every form are MJD TAI', (t) => {
  t.is(convert('mjd_utc', 60_000, null), 60_000 + 37 / 86_400);
  t.is(convert('jd_utc', 2_460_000.5, null), 60_000 + 37 / 86_400);
  t.is(convert('jd_tai', 2_460_000.5, null), 60_000);
  t.is(convert('timestamp_utc', '2023-02-25T00:00:00', null), 60_000 + 37 / 86_400);
  t.is(convert('timestamp_utc', '2023-02-25 00:00:00.000+00:00', null), 60_000 + 37 / 86_400);
  t.true(
    near(convert('timestamp_utc', '2023-02-25 12:00:00.5Z', null) as number, 60_000 + 43_237.5 / 86_400),
  );
  t.is(taiFromMicroseconds(1_677_283_200_000_000n), 60_000 + 37 / 86_400);
  t.throws(() => convert('timestamp_utc', 'yesterday', null), { instanceOf: BadValue });
});

test('angles become degrees', (t) => {
  t.is(convert('radians', Math.PI, null), 180);
  t.is(convert('hours', 23.5, null), 352.5);
  t.is(convert('arcsec', 3600, null), 1);
});

test('AB magnitudes become nanojanskys, their errors in proportion', (t) => {
  t.true(near(fluxOfMagnitude(0), 3631e9));
  t.true(near(fluxOfMagnitude(31.4), 1, 1e-3));
  t.true(near(convert('ab_mag', 20, null) as number, 3631e9 * 1e-8));
  const flux = fluxOfMagnitude(20);
  const slope = (fluxOfMagnitude(20 - 1e-6) - flux) / 1e-6;
  t.true(near(convert('ab_mag_error', 0.1, 20) as number, slope * 0.1, 1e-5));
  t.is(convert('ab_mag_error', 0.1, null), null);
});

test('names of ZTF are numbers in their order, each its own', (t) => {
  t.is(convert('ztf_name', 'ZTF18aaaaaaa', null), 18n * 26n ** 7n);
  t.is(convert('ztf_name', 'ZTF17zzzzzzz', null), 18n * 26n ** 7n - 1n);
  t.is(convert('ztf_name', 'ZTF18aaaaaba', null), 18n * 26n ** 7n + 26n);
  for (const name of ['ZTF18aaaaaa', 'ZTF18AAAAAAA', 'ztf18aaaaaaa', 'SN2011fe', ''])
    t.throws(() => convert('ztf_name', name, null), { instanceOf: BadValue });
});

test('whole numbers of any size are divided towards minus infinity', (t) => {
  t.is(divided(1_786_104_593_715_015_000n, 1000), 1_786_104_593_715_015n);
  t.is(divided(-1n, 10), -1n);
  t.is(divided('12345', 100), 123n);
  t.is(remainderOf(12_345, 100), 45n);
  t.is(remainderOf(-1n, 10), 9n);
  t.throws(() => divided(1.5, 10), { message: '1.5 is not a whole number' });
});

test('a hash is a positive int8, and tells values apart', (t) => {
  const hashes = new Set<bigint>();
  for (let i = 0; i < 1000; i++) hashes.add(hashOf(['8467', 2_459_141.5 + i]));
  t.is(hashes.size, 1000);
  for (const hash of hashes) t.true(hash >= 0n && hash < 2n ** 63n);
  t.is(hashOf([2n ** 60n + 1n]), hashOf([2n ** 60n + 1n]));
  t.not(hashOf([2n ** 60n + 1n]), hashOf([2n ** 60n + 2n]));
  t.not(hashOf(['a', 'bc']), hashOf(['ab', 'c']));
});

test('text that is a number is one, NaN and the infinities too', (t) => {
  t.is(numberOf(' 1.5e3 '), 1500);
  t.is(numberOf('-inf'), -Infinity);
  t.true(Number.isNaN(numberOf('NaN')));
  for (const text of ['', ' ', 'abc', '1,5']) t.throws(() => numberOf(text), { instanceOf: BadValue });
  t.throws(() => numberOf(true), { instanceOf: BadValue });
});
