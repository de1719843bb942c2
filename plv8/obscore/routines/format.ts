/** Python's formats and conversions as SQL functions, which compiled templates call where plain SQL does not do. */
import { type Routine, routine } from '../../routine.ts';
import { converted } from '../format/convert.ts';
import { FormatError } from '../format/template.ts';
import { formatValue, type Kind, representation, toText, type Value } from '../format/value.ts';

/** Python's words for what went wrong, or the text. */
function formatted(
  value: Value,
  kind: Kind,
  conversion: string,
  spec: string,
): { text: string } | { error: string } {
  try {
    if (conversion === '') return { text: formatValue(value, value === null ? 'none' : kind, spec) };
    const text = conversion === 's' ? toText(value) : representation(value, kind, conversion === 'a');
    return { text: formatValue(text, 'str', spec) };
  } catch (error) {
    if (error instanceof FormatError) return { error: error.message };
    throw error;
  }
}

function ofText(value: string | null, kind: string | null, spec: string | null) {
  if (kind === null || spec === null) return null;
  const [name, conversion = ''] = kind.split('!') as [Kind, string?];
  const parsed: Value =
    value === null ? null : name === 'int' ? BigInt(value) : name === 'bool' ? value === 'true' : value;
  return formatted(parsed, name, conversion, spec);
}

function ofFloat(value: number | null, conversion: string | null, spec: string | null) {
  if (conversion === null || spec === null) return null;
  return formatted(value, 'float', conversion.replace('!', ''), spec);
}

const textOf = (result: { text: string } | { error: string } | null): string | null =>
  result !== null && 'text' in result ? result.text : null;
const errorOf = (result: { text: string } | { error: string } | null): string | null =>
  result !== null && 'error' in result ? result.error : null;

const common = { volatility: 'immutable', strict: false } as const;
const kinds =
  'kind: int, str, bool, uuid or timespan, the kind of the value, with !s, !r or !a after it for a conversion. ' +
  'spec: a format specification, such as 03d; a value that is NULL is None.';
const floats = 'conversion: empty, or !s, !r or !a. spec: a format specification, such as .3f; NULL is None.';

export const python_format: Routine = routine(
  {
    ...common,
    args: [
      ['value', 'text'],
      ['kind', 'text'],
      ['spec', 'text'],
    ],
    returns: 'text',
    comment: `What Python's format() makes of a value, NULL where it raises. ${kinds}`,
  },
  (value, kind, spec) => textOf(ofText(value, kind, spec)),
);

export const python_format_error: Routine = routine(
  {
    ...common,
    args: [
      ['value', 'text'],
      ['kind', 'text'],
      ['spec', 'text'],
    ],
    returns: 'text',
    comment: `Why Python's format() raises for a value, NULL where it does not. ${kinds}`,
  },
  (value, kind, spec) => errorOf(ofText(value, kind, spec)),
);

export const python_format_float: Routine = routine(
  {
    ...common,
    args: [
      ['value', 'float8'],
      ['conversion', 'text'],
      ['spec', 'text'],
    ],
    returns: 'text',
    comment: `What Python's format() makes of a float, NULL where it raises. ${floats}`,
  },
  (value, conversion, spec) => textOf(ofFloat(value, conversion, spec)),
);

export const python_format_float_error: Routine = routine(
  {
    ...common,
    args: [
      ['value', 'float8'],
      ['conversion', 'text'],
      ['spec', 'text'],
    ],
    returns: 'text',
    comment: `Why Python's format() raises for a float, NULL where it does not. ${floats}`,
  },
  (value, conversion, spec) => errorOf(ofFloat(value, conversion, spec)),
);

export const python_int: Routine = routine(
  {
    args: [['value', 'text']],
    returns: 'int8',
    volatility: 'immutable',
    comment: "Python's int() of a text; NULL where it raises, and beyond int8.",
  },
  (value) => {
    const result = converted(value, 'int');
    return typeof result === 'bigint' ? result : null;
  },
);

export const python_float: Routine = routine(
  {
    args: [['value', 'text']],
    returns: 'float8',
    volatility: 'immutable',
    comment: "Python's float() of a text; NULL where it raises.",
  },
  (value) => {
    const result = converted(value, 'float');
    return typeof result === 'number' ? result : null;
  },
);

export const python_bool: Routine = routine(
  {
    args: [['value', 'text']],
    returns: 'boolean',
    volatility: 'immutable',
    comment: "Python's bool(int()) of a text; NULL where it raises.",
  },
  (value) => {
    const result = converted(value, 'bool');
    return typeof result === 'boolean' ? result : null;
  },
);

export const python_conversion_error: Routine = routine(
  {
    args: [
      ['value', 'text'],
      ['type', 'text'],
    ],
    returns: 'text',
    volatility: 'immutable',
    comment:
      'Why obscore.python_int, python_float or python_bool of a text is NULL, mostly in the words of Python; NULL where it is not. type: int, float or bool.',
  },
  (value, type) => {
    const result = converted(value, type as 'int' | 'float' | 'bool');
    return typeof result === 'object' ? result.error : null;
  },
);
