/** Mapping files: where in the rows of a file the values of an APDB's columns are. */
import { parse } from 'yaml';
import { z } from 'zod';
import { LoadError } from '../../load/errors.ts';

/** A value as a mapping file writes it; numbers may be `.nan`. */
const constant = z.union([z.number(), z.nan(), z.string(), z.boolean(), z.null()]);

/**
 * Where a value is: `psfFlux` in the record that the block reads, `/diaSource.psfFlux` from the top of the file's row,
 * a dot for each struct on the way.
 */
const path = z.string().regex(/^\/?[^./\s][^/]*$/, 'it is a path such as psfFlux or /diaSource.psfFlux');

const oneOrMore = <T extends z.ZodType>(one: T) =>
  z.union([one.transform((value) => [value]), z.array(one).min(1)]) as unknown as z.ZodType<z.output<T>[]>;

export const conversions = [
  'mjd_utc',
  'jd_utc',
  'jd_tai',
  'timestamp_utc',
  'radians',
  'hours',
  'arcsec',
  'ab_mag',
  'ab_mag_error',
  'ztf_name',
] as const;

export type Conversion = (typeof conversions)[number];

const detailed = z.strictObject({
  /** Of several the first that is not NULL. */
  from: oneOrMore(path).optional(),
  value: constant.optional(),
  /** A regular expression for the file's name, without its directory; its first group is the value. */
  file: z.string().optional(),
  /** How many elements that are not NULL a list has; 0 where it is NULL itself. */
  count: path.optional(),
  /** The sum of these, NULL counting as 0. */
  sum: z.array(path).min(1).optional(),
  /** A positive int8 made of these values: the same for the same values. */
  hash: z.array(path).min(1).optional(),
  /** Values that mean NULL. */
  null_if: oneOrMore(constant).optional(),
  /** Each value that there is, with what it becomes. */
  map: z.record(z.string(), constant).optional(),
  as: z.enum(conversions).optional(),
  /** The magnitude that an error in magnitudes belongs to. */
  of: path.optional(),
  negative_if: z.strictObject({ from: path, is: oneOrMore(constant) }).optional(),
  scale: z.number().optional(),
  /** After the scale. */
  add: z.number().optional(),
  /** To the nearest whole number, after that. */
  round: z.boolean().optional(),
  /** Whole numbers only, rounded towards minus infinity. */
  divide: z.int().positive().optional(),
  remainder: z.int().positive().optional(),
  /** In place of NULL. */
  default: constant.optional(),
});

export type Expression = z.output<typeof detailed>;

const expression = z
  .union([
    path.transform((from) => ({ from: [from] })),
    z
      .array(path)
      .min(1)
      .transform((from) => ({ from })),
    detailed,
  ])
  .superRefine((given, context) => {
    const { from, value, file, count, sum, hash } = given as Expression;
    const ways = [from, value, file, count, sum, hash].filter((way) => way !== undefined).length;
    if (ways !== 1)
      context.addIssue({ code: 'custom', message: 'one of from, value, file, count, sum, hash is needed' });
    if (((given as Expression).as === 'ab_mag_error') !== ((given as Expression).of !== undefined))
      context.addIssue({ code: 'custom', message: 'ab_mag_error and of go together' });
  }) as unknown as z.ZodType<Expression>;

const visitPlace = z.strictObject({ visit: expression, detector: expression, time: expression });

const block = z.strictObject({
  into: z.enum(['DiaObject', 'DiaSource', 'DiaForcedSource']),
  /** Columns that a file must have for this block to concern it. */
  needs: z.array(z.string()).default([]),
  /** A struct, or a list of structs, each of which is a row; without it the file's row is. */
  rows: path.optional(),
  /** Lists side by side, whose elements of one place are a row. */
  each: z.array(path).min(1).optional(),
  /** Rows that have NULL here are none. */
  present: expression.optional(),
  /** Take over every field that has the name of a column. */
  same_names: z.boolean().default(false),
  /** Leave out rows whose ids were kept as floating point numbers, which have lost digits of them. */
  drop_lost_ids: z.boolean().default(false),
  leave_out: z.array(z.string()).default([]),
  columns: z.record(z.string(), expression).default({}),
  /**
   * Of which visit the rows are. Without it the mapping's own, else what the rows have in visit, detector and
   * midpointMjdTai; `latest_source`: that of the latest source of the object in the group of files.
   */
  visit: z.union([z.literal('latest_source'), visitPlace]).optional(),
  /** Rows of visits of before that come along, not all of any visit: those that are not there yet are added. */
  history: z.boolean().default(false),
});

export type Block = z.output<typeof block>;
export type VisitPlace = z.output<typeof visitPlace>;

const mapping = z.strictObject({
  name: z.string().min(1),
  /** A regular expression for names of files: others are not recognised. */
  files: z.string().optional(),
  description: z.string().default(''),
  /** Columns by which a file is recognised: any of these sets. */
  recognise: z.array(z.array(z.string()).min(1)).default([]),
  /** Columns of files that belong to the others and hold nothing for an APDB. */
  ignore: z.array(z.array(z.string()).min(1)).default([]),
  /** A regular expression for the names of files: those of one first group hold one state of the catalogues. */
  group: z.string().optional(),
  visit: visitPlace.optional(),
  tables: z.array(block).min(1),
});

export type Mapping = z.output<typeof mapping>;

/**
 * A mapping from its YAML.
 * @throws LoadError with a line for each complaint
 */
export function readMapping(text: string, file: string): Mapping {
  let tree: unknown;
  try {
    tree = parse(text);
  } catch (error) {
    throw new LoadError(`${file} is no YAML: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  const { data, error } = mapping.safeParse(tree);
  if (data !== undefined) {
    complainOfPatterns(data, file);
    return data;
  }
  throw new LoadError(`${file} is no mapping`, {
    detail: error.issues
      .map(({ path: at, message }) => `${at.join('.') || 'all of it'}: ${message}`)
      .join('\n'),
    hint: 'docs/apdb.md describes mapping files; almagest apdb mappings --show NAME prints one of ours.',
  });
}

function complainOfPatterns(given: Mapping, file: string): void {
  const places = [
    given.visit,
    ...given.tables.map(({ visit }) => (visit === 'latest_source' ? undefined : visit)),
  ];
  const expressions = [
    ...given.tables.flatMap(({ columns }) => Object.values(columns)),
    ...places.flatMap((place) => (place === undefined ? [] : Object.values(place))),
  ];
  for (const pattern of [given.group, given.files, ...expressions.map((each) => each.file)]) {
    if (pattern === undefined) continue;
    try {
      new RegExp(pattern);
    } catch (error) {
      throw new LoadError(`${file}: ${(error as Error).message}`, { cause: error });
    }
  }
}
