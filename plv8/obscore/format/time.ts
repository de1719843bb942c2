/** Times in templates: `{records[visit].timespan.begin.utc.isot}` and its like, as astropy's Time has them. */
import type { Term } from './compile.ts';
import { FormatError } from './template.ts';

/** An end of a timespan on a scale of time. */
export interface TimePath {
  readonly bound: 'begin' | 'end';
  readonly scale: 'utc' | 'tai';
  /** ISO 8601 with T or a space, or a Modified Julian date. */
  readonly format: 'isot' | 'iso' | 'mjd';
}

function among<const W extends string>(words: readonly W[], word: string | undefined): W | undefined {
  return words.find((candidate) => candidate === word);
}

/**
 * What the attributes of a timespan mean.
 * @throws FormatError
 */
export function timePath(attributes: readonly string[]): TimePath {
  const [first, ...rest] = attributes;
  const bound = among(['begin', 'end'], first);
  const scale = among(['utc', 'tai'], rest[0]);
  const [formatName, ...more] = scale ? rest.slice(1) : rest;
  const format = among(['isot', 'iso', 'mjd'], formatName);
  if (!bound || !format || more.length > 0)
    throw new FormatError(
      `a timespan has begin and end, each with utc or tai and isot, iso or mjd (timespan.begin.utc.isot), not ${attributes.join('.')}`,
    );
  // Times of the Data Butler are TAI where nothing else is said.
  return { bound, scale: scale ?? 'tai', format };
}

/** Bounds that stand for none [ns TAI]. */
const unbounded = { begin: 'nullif(lower(@), 0)', end: 'nullif(upper(@), 4102444800000000000)' };

/** The time as a term that is NULL where the timespan has no such bound, and why it then fails. */
export function timeTerm(timespan: Term, attributes: readonly string[]): { term: Term; fails: string } {
  const { bound, scale, format } = timePath(attributes);
  const ns = unbounded[bound].replace('@', timespan.sql);
  const sql =
    format === 'mjd'
      ? `sky.mjd_${scale}_from_tai_ns(${ns})`
      : `obscore.time_text(${ns}, '${scale}', '${format === 'isot' ? 'T' : ' '}')`;
  return {
    term: { sql, kind: format === 'mjd' ? 'float' : 'str', nullable: false },
    fails: `case when ${ns} is null then 'the timespan has no ${bound}' end`,
  };
}
