/** YAML as the Data Butler's own exports have it, written line by line. */

/** Words and number-like texts that YAML 1.1 would not read as strings. */
const plain = /^[A-Za-z_][A-Za-z0-9_./+-]*$/;
const reserved = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A string, quoted unless it can be nothing else. */
export function yamlString(text: string): string {
  if (plain.test(text) && !reserved.test(text)) return text;
  // Control characters and line ends need escapes, which only double quotes know.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones meant
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text))
    return JSON.stringify(text).replace(
      /[\u007f-\u009f\u2028\u2029\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `'${text.replaceAll("'", "''")}'`;
}

/** The server's text of a float8, with the point that YAML 1.1 wants in every float. */
export function yamlFloat(text: string): string {
  if (text === 'NaN') return '.nan';
  if (text === 'Infinity') return '.inf';
  if (text === '-Infinity') return '-.inf';
  const [mantissa, exponent] = text.split('e');
  const withPoint = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}

/** Nanoseconds of TAI as `!butler_time/tai/iso`. */
export function yamlTime(ns: bigint): string {
  const seconds = ns / 1_000_000_000n;
  const iso = new Date(Number(seconds) * 1000).toISOString();
  const fraction = String(ns % 1_000_000_000n).padStart(9, '0');
  return `!butler_time/tai/iso '${iso.slice(0, 10)} ${iso.slice(11, 19)}.${fraction}'`;
}

export function yamlList(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}
