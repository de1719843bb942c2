/**
 * The form of a configuration: which options there are, and what each takes. What options say of one another, and what
 * is written in templates and expressions, is for the rules of plv8/obscore/config to judge.
 */
import { z } from 'zod';
import { type Finding, pathText, textComplaint, unknownOption } from '../../plv8/config/place.ts';
import {
  collectionTypes,
  columnTypes,
  compressions,
  type datasetTypeOptions,
  type extraColumnOptions,
  ignoredOptions,
  type originOptions,
  type pluginOptions,
  type tableOptions,
  type whereOptions,
} from '../../plv8/obscore/config/options.ts';

/** What a value is, in the words of the rules. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const kinds: { readonly [type: string]: string } = {
    bigint: 'an integer',
    boolean: 'a boolean',
    number: 'a number',
    string: 'a string',
  };
  return kinds[typeof value] ?? 'an object';
}

function expected(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return {
    error: ({ input }) => (input === undefined ? 'is missing' : `expected ${what}, not ${kindOf(input)}`),
  };
}

/** A value for which a function finds a complaint, or none. */
function judged(complaintOf: (value: unknown) => string | null) {
  return z.unknown().superRefine((value, context) => {
    const complaint = complaintOf(value);
    if (complaint !== null) context.addIssue({ code: 'custom', message: complaint });
  });
}

const text = z.string(expected('a string')).superRefine((value, context) => {
  const complaint = textComplaint(value);
  if (complaint !== null) context.addIssue({ code: 'custom', message: complaint });
});

const maxInt = 2_147_483_647;

/** Digits in a string are an integer, as for the Data Butler's reader. */
function integer(min: number, max: number) {
  return judged((value) => {
    const spelled =
      typeof value === 'string'
        ? value.trim()
        : typeof value === 'bigint' || typeof value === 'number'
          ? String(value)
          : '';
    if (!/^[-+]?\d+(?:\.0*)?$/.test(spelled)) return expected('an integer').error({ input: value });
    const number = Number(spelled);
    return number < min || number > max ? `expected ${min} to ${max}, not ${spelled}` : null;
  });
}

/** A number, or text that spells one: YAML 1.1 takes 5e-7 for text. */
const number = judged((value) => {
  if (typeof value === 'bigint' || typeof value === 'number') return null;
  const isNumber =
    typeof value === 'string' && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value.trim());
  return isNumber ? null : expected('a number').error({ input: value });
});

function word(words: readonly string[]) {
  return text.superRefine((value, context) => {
    if (!words.includes(value))
      context.addIssue({
        code: 'custom',
        message: `expected ${words.join(', ')}, not ${JSON.stringify(value)}`,
      });
  });
}

function list(member: z.ZodType) {
  return z.array(member, expected('a list'));
}

function byName(member: z.ZodType) {
  return z.record(z.string(), member, expected('an object'));
}

/** An object of these options and no others; where there are others, the message is the list of these. */
function options<K extends string>(shape: { readonly [key in K]: z.ZodType }) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape)
            .filter((key) => !(ignoredOptions as readonly string[]).includes(key))
            .join(' ')
        : expected('an object').error(issue),
  });
}

const template = options<(typeof extraColumnOptions)[number]>({
  template: text,
  type: word(columnTypes).optional(),
  length: integer(1, 10_485_760).nullish(),
  doc: text.nullish(),
});

/** A value that one of several schemas judges, by what it is; a text instead of a schema is a complaint. */
function chosen(choose: (value: unknown) => z.ZodType | string | null) {
  return z.unknown().superRefine((value, context) => {
    const choice = choose(value);
    if (typeof choice === 'string') return context.addIssue({ code: 'custom', message: choice });
    const issues = choice?.safeParse(value, { reportInput: true }).error?.issues ?? [];
    for (const { path, message } of issues.flatMap(issuesOf))
      context.addIssue({ code: 'custom', path, message });
  });
}

function pair(member: z.ZodType) {
  return chosen((value) =>
    Array.isArray(value) && value.length !== 2 ? `expected two members, not ${value.length}` : list(member),
  );
}

/** A constant, or an object with a template. */
const extraColumn = chosen((value) => {
  if (value === null || Array.isArray(value))
    return `expected a constant or an object with a template, not ${kindOf(value)}`;
  return typeof value === 'object' ? template : null;
});

/** A column, or a list of columns. */
const index = chosen((value) => (Array.isArray(value) ? list(text) : text));

const where = options<(typeof whereOptions)[number]>({
  where: text.optional(),
  bind: byName(z.unknown()).optional(),
  extra_dims: list(text).optional(),
});

const datasetType = options<(typeof datasetTypeOptions)[number]>({
  dataproduct_type: text,
  dataproduct_subtype: text.nullish(),
  calib_level: integer(0, 4),
  o_ucd: text.nullish(),
  access_format: text.nullish(),
  obs_id_fmt: text.nullish(),
  datalink_url_fmt: text.nullish(),
  obs_collection: text.nullish(),
  s_xel: pair(integer(0, maxInt)).nullish(),
  extra_columns: byName(extraColumn).nullish(),
});

const plugin = options<(typeof pluginOptions)[number]>({
  cls: text,
  config: byName(z.unknown()).optional(),
});

const origin = options<(typeof originOptions)[number]>({
  publisher: text,
  publication_date: text,
  citation: text.nullish(),
  reference_url: text.nullish(),
  article: text.nullish(),
  title: text.nullish(),
});

export const configSchema = options<(typeof tableOptions)[number] | (typeof ignoredOptions)[number]>({
  table_name: text.optional(),
  collection_type: word(collectionTypes).nullish(),
  collections: list(text).nullish(),
  dataset_types: byName(datasetType),
  obs_collection: text.nullish(),
  facility_name: text,
  facility_map: byName(text).optional(),
  extra_columns: byName(extraColumn).nullish(),
  indices: byName(index).nullish(),
  spectral_ranges: byName(pair(number.nullable())).optional(),
  spatial_plugins: byName(plugin).optional(),
  fallback_instrument: text.nullish(),
  obs_publisher_did_fmt: text.nullish(),
  where: where.optional(),
  dataset_type_constraints: byName(list(where)).optional(),
  batch_size: integer(1, maxInt).optional(),
  parquet_compression: word(compressions).optional(),
  csv_null_string: text.optional(),
  origin: origin.nullish(),
  namespace: text.optional(),
  version: integer(-maxInt, maxInt).optional(),
  use_butler_uri: z.unknown().optional(),
});

/** An issue as complaints with their paths: unknown options are one for each. */
function issuesOf(
  issue: z.core.$ZodIssue,
): { readonly path: (string | number)[]; readonly message: string }[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownOption(key, issue.message.split(' ')),
      }))
    : [{ path, message: issue.message }];
}

/** What is wrong with the form of a configuration, each with its path. */
export function formComplaints(value: unknown): Finding[] {
  const { error } = configSchema.safeParse(value, { reportInput: true });
  return (error?.issues ?? [])
    .flatMap(issuesOf)
    .map(({ path, message }) => ({ path: pathText(path), complaint: message }));
}
