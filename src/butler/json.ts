/** JSON for the server's functions: integers of any size, times and regions in the registry's forms. */
import { EARLIEST, LATEST } from '../../plv8/butler/where/times.ts';
import { Region, type Scalar, TaiTime } from './export_file.ts';

export function scalarJson(value: Scalar): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0.0';
    // JSON has no such numbers; the server reads these words as floats.
    return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
  }
  if (value instanceof TaiTime) return `"${value.ns}"`;
  if (value instanceof Region) return JSON.stringify(value.base64);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('hex'));
  return JSON.stringify(value);
}

export function objectJson(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, json]) => `${JSON.stringify(name)}:${json}`)
    .join(',')}}`;
}

/** `{begin_ns, end_ns}` of two times, where undefined or null is unbounded. */
export function timespanJson(begin: Scalar | undefined, end: Scalar | undefined): string {
  return objectJson({
    begin_ns: `"${begin instanceof TaiTime ? begin.ns : EARLIEST}"`,
    end_ns: `"${end instanceof TaiTime ? end.ns : LATEST}"`,
  });
}

/** The same as int8range text. */
export function timespanText(
  timespan: 'EMPTY' | { begin?: TaiTime | null; end?: TaiTime | null } | undefined,
): string {
  if (timespan === 'EMPTY') return 'empty';
  return `[${timespan?.begin?.ns ?? EARLIEST},${timespan?.end?.ns ?? LATEST})`;
}
