import test from 'ava';
import fc from 'fast-check';
import { formatDec, formatRa, MAX_PRECISION, parseDec, parseRa } from '../../plv8/sky/sexagesimal.ts';

test('right ascension in hours by colons, blanks, letters and signs', (t) => {
  const degrees = (12 * 3600 + 34 * 60 + 56.7) / 240;
  for (const text of [
    '12:34:56.7',
    '12 34 56.7',
    ' 12  34\t56.7 ',
    '12h34m56.7s',
    '12h 34m 56.7s',
    '12H34M56.7S',
    '+12:34:56.7',
    '12 h 34 m 56.7',
    '12hr 34min 56.7sec',
    '12ʰ34ᵐ56ˢ.7',
    '12h34\'56.7"',
    '12 : 34 : 56.7',
  ])
    t.is(parseRa(text), degrees, text);
  t.is(parseRa('12:34.5'), (12 * 3600 + 34.5 * 60) / 240);
  t.is(parseRa('6h'), 90);
  t.is(parseRa('6.5h'), 97.5);
  t.is(parseRa('00:00:00'), 0);
  t.is(parseRa('23:59:59.999'), 86399.999 / 240);
});

test('right ascension in degrees where it says so or is one bare number', (t) => {
  t.is(parseRa('188.736'), 188.736);
  t.is(parseRa('188.736d'), 188.736);
  t.is(parseRa('188°44′10″'), (188 * 3600 + 44 * 60 + 10) / 3600);
  t.is(parseRa('188d44m10s'), (188 * 3600 + 44 * 60 + 10) / 3600);
});

test('declination with every sign, zero degrees included', (t) => {
  const degrees = 12 + 34 / 60 + 56.7 / 3600;
  for (const text of [
    '12:34:56.7',
    '+12 34 56.7',
    '12d34m56.7s',
    '12°34′56.7″',
    `12°34'56.7"`,
    '12deg 34min 56.7sec',
    "12°34'56.7''",
  ])
    t.true(Math.abs(parseDec(text) - degrees) < 1e-14, text);
  for (const text of ['-00:00:01', '- 00 00 01', '−00:00:01', '–0d0m1s', '-0°0′1″'])
    t.is(parseDec(text), -1 / 3600, text);
  t.is(parseDec('-0.5'), -0.5);
  t.is(parseDec('90:00:00'), 90);
  t.is(parseDec('-90'), -90);
  t.is(parseDec('.5'), 0.5);
});

test('what is no angle is refused by name', (t) => {
  const bad = [
    '',
    ' ',
    '-',
    'foo',
    '12:34:56:78',
    '1 2 3 4',
    '12:60:00',
    '12:00:60',
    '12:34.5:56',
    '12.5h30m',
    '12:34 56',
    '12::34',
    ':12:34',
    '12:34:',
    '12h34h',
    '12m34h',
    '12s',
    '30m',
    '12h34:56',
    'NaN',
    '1e5',
    'Infinity',
    '12,34,56',
    '0x10',
    '12:-34:56',
    '--12',
    '12 34 56 N',
    '12h34m56.7sX',
    '1.2.3',
  ];
  for (const text of bad) {
    t.throws(() => parseRa(text), { message: /is no angle|is not from/ }, text);
    t.throws(() => parseDec(text), { message: /is no angle|in hours|is not from/ }, text);
  }
  for (const text of ['24:00:00', '-0:0:1', '360', '-1', '400d'])
    t.throws(() => parseRa(text), { message: /is not from 0 up to 24 hours/ }, text);
  for (const text of ['90:00:00.1', '-91', '120:0:0'])
    t.throws(() => parseDec(text), { message: /not from -90 to 90/ }, text);
  t.throws(() => parseDec('12h34m'), { message: /in hours/ });
});

test('rounding carries into minutes, hours, degrees and around the day', (t) => {
  t.is(formatRa(15 * (12 + 34 / 60 + 59.9999 / 3600), 2, ':'), '12:35:00.00');
  t.is(formatRa(15 * (12 + 59 / 60 + 59.96 / 3600), 1, ':'), '13:00:00.0');
  t.is(formatRa(359.99999999, 2, ':'), '00:00:00.00');
  t.is(formatRa(-0.0000001, 3, ':'), '00:00:00.000');
  t.is(formatDec(-(12 + 59 / 60 + 59.96 / 3600), 1, ':'), '-13:00:00.0');
  t.is(formatDec(89.99999999, 2, ':'), '+90:00:00.00');
});

test('the sign of a small negative declination is kept', (t) => {
  t.is(formatDec(-1 / 3600, 0, ':'), '-00:00:01');
  t.is(formatDec(0, 0, ':'), '+00:00:00');
  t.is(formatDec(-0, 0, ':'), '+00:00:00');
});

test('separators and letters', (t) => {
  t.is(formatRa(187.5, 0, ' '), '12 30 00');
  t.is(formatRa(187.5, 1, 'hms'), '12h30m00.0s');
  t.is(formatDec(-7.5, 1, 'dms'), '-07d30m00.0s');
  t.throws(() => formatRa(Number.NaN, 1, ':'));
  t.throws(() => formatDec(90.1, 1, ':'));
  t.throws(() => formatDec(Number.NaN, 1, ':'));
  t.throws(() => formatRa(1, -1, ':'), { message: /precision/ });
  t.throws(() => formatRa(1, MAX_PRECISION + 1, ':'), { message: /precision/ });
});

test('what is written is read back', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 359.999999, noNaN: true }),
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.constantFrom(':', ' ', 'hms'),
      (ra, decl, separator) => {
        t.true(Math.abs(parseRa(formatRa(ra, MAX_PRECISION, separator)) - ra) < 1e-11);
        t.true(
          Math.abs(parseDec(formatDec(decl, MAX_PRECISION, separator === 'hms' ? 'dms' : separator)) - decl) <
            1e-11,
        );
      },
    ),
  );
});
