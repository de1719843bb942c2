import test from 'ava';
import fc from 'fast-check';
import { arrowFloats, astropyFloats, floatText } from '../../src/formats/write/float_text.ts';

/** PostgreSQL's text, and what pyarrow 25 and astropy 8 write. */
const known: [string, string, string][] = [
  ['0', '0', '0'],
  ['-0', '-0', '-0'],
  ['0.0001', '0.0001', '0.0001'],
  ['0.00015', '0.00015', '0.00015'],
  ['1e-05', '0.00001', '1e-05'],
  ['-1.5e-05', '-0.000015', '-1.5e-05'],
  ['9.999e-06', '0.000009999', '9.999e-06'],
  ['1e-06', '0.000001', '1e-06'],
  ['1.25e-07', '1.25e-7', '1.25e-07'],
  ['99999999999999', '99999999999999', '99999999999999'],
  ['12345678901234.5', '12345678901234.5', '12345678901234.5'],
  ['100000000000000', '1e+14', '100000000000000'],
  ['123456789012345', '1.23456789012345e+14', '123456789012345'],
  ['1e+15', '1e+15', '1000000000000000'],
  ['9.007199254740992e+15', '9.007199254740992e+15', '9007199254740992'],
  ['1e+16', '1e+16', '1e+16'],
  ['1.7976931348623157e+308', '1.7976931348623157e+308', '1.7976931348623157e+308'],
  ['5e-324', '5e-324', '5e-324'],
  ['NaN', 'nan', 'NaN'],
  ['Infinity', 'inf', '+InF'],
  ['-Infinity', '-inf', '-InF'],
  ['149.78989910113407', '149.78989910113407', '149.78989910113407'],
];

test('numbers are written as pyarrow and astropy write them', (t) => {
  for (const [text, arrow, astropy] of known) {
    t.is(floatText(text, arrowFloats), arrow, text);
    t.is(floatText(text, astropyFloats), astropy, text);
  }
});

test('every number reads back the same', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      // JavaScript writes -0 as 0.
      for (const style of [arrowFloats, astropyFloats])
        t.is(Number(floatText(Object.is(value, -0) ? '-0' : String(value), style)), value);
    }),
    { numRuns: 2_000 },
  );
});
