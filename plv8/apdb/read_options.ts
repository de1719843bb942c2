/** Reading options of an APDB: what is given, what is wrong with it, each mistake with its path. */
import { type Json, JsonError, parseJson } from '../config/exact_json.ts';
import { type Finding, Findings, findingLines, nameComplaint, Place, pathText } from '../config/place.ts';
import { apdbError } from './errors.ts';
import {
  defaultOptions,
  type FrozenOptions,
  frozenNames,
  isFrozen,
  type Options,
  optionNames,
} from './options.ts';
import { type ColumnTypes, systemColumns } from './schema/definition.ts';

const indexModes = ['baseline', 'pix_id_iov', 'last_object_table'] as const;

/** Names that the prototype of 2017 had for what there is today. */
const formerIndexMode = 'htm20_id_iov';

function columnName(place: Place): string | undefined {
  const name = place.text();
  const wrong = name === undefined ? null : nameComplaint(name);
  return wrong === null ? name : place.complain(wrong);
}

function columnNames(place: Place): string[] | undefined {
  const seen = new Set<string>();
  return place.list()?.flatMap((member) => {
    const name = columnName(member);
    if (name === undefined) return [];
    if (seen.has(name)) member.complain('is given twice');
    seen.add(name);
    return [name];
  });
}

function twoColumns(place: Place): [string, string] | undefined {
  const names = columnNames(place);
  if (names === undefined) return undefined;
  if (place.list()?.length !== 2)
    return place.complain('expected two columns: right ascension and declination');
  const [ra, decl] = names;
  return ra === undefined || decl === undefined ? undefined : [ra, decl];
}

type Readers = { readonly [O in keyof Options]: (place: Place) => Options[O] | undefined };

const months = (place: Place) => place.integer(0, 12_000);

const readers: Readers = {
  enable_replica: (place) => place.boolean(),
  dia_object_index: (place) => {
    const mode = place.word([...indexModes, formerIndexMode]);
    return mode === formerIndexMode ? 'pix_id_iov' : mode;
  },
  htm_level: (place) => place.integer(0, 24),
  htm_index_column: columnName,
  ra_dec_columns: twoColumns,
  read_sources_months: months,
  read_forced_sources_months: months,
  dia_object_columns: columnNames,
  dia_object_columns_for_dedup: columnNames,
  htm_max_ranges: (place) => place.integer(1, 10_000),
  replica_chunk_seconds: (place) => place.integer(1, 366 * 86_400),
  dia_object_nightly: (place) => place.boolean(),
  object_last_replace: (place) => place.boolean(),
  source_select: (place) => place.word(['by-fov', 'by-oid']),
};

/** Options that a place has; null leaves one to its default. */
function readGiven(root: Place, names: readonly (keyof Options)[]): Partial<Options> {
  const places = root.options(names);
  if (places === undefined) return {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = places[name].optional<Options[typeof name]>(readers[name]);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Columns that options name must be there, and the pixels' column must not. */
function complainOfColumns(
  root: Place,
  options: Options,
  given: Partial<Options>,
  columns: ColumnTypes,
): void {
  const { complaints } = root.findings;
  const complain = (steps: readonly (string | number)[], complaint: string) =>
    complaints.push({ path: pathText(steps), complaint });
  const hasLast = options.dia_object_index === 'last_object_table';
  const read = hasLast ? 'DiaObjectLast' : 'DiaObject';
  const need = (option: keyof Options, list: readonly string[], table: string, type?: string) => {
    if (given[option] === undefined) return;
    list.forEach((column, i) => {
      const found = columns(table)?.get(column);
      if (found === undefined) complain([option, i], `${table} has no column ${JSON.stringify(column)}`);
      else if (type !== undefined && found !== type)
        complain([option, i], `${table}.${column} is ${found}, and must be ${type}`);
    });
  };
  for (const table of ['DiaObject', 'DiaSource', ...(hasLast ? ['DiaObjectLast'] : [])])
    need('ra_dec_columns', options.ra_dec_columns, table, 'float8');
  need('dia_object_columns', options.dia_object_columns, read);
  need('dia_object_columns_for_dedup', options.dia_object_columns_for_dedup, 'DiaObject');
  if (systemColumns.includes(options.htm_index_column))
    complain(['htm_index_column'], 'is a name that PostgreSQL keeps for itself');
  if (given.htm_index_column !== undefined)
    for (const table of ['DiaObject', 'DiaObjectLast', 'DiaSource'])
      if (columns(table)?.has(options.htm_index_column))
        complain(['htm_index_column'], `${table} has a column of that name already`);
}

function parse(text: string, findings: Findings): Json | undefined {
  try {
    return parseJson(text, (path) => {
      findings.complaints.push({ path: pathText(path), complaint: 'is given twice' });
    });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    findings.complaints.push({ path: '$', complaint: error.message });
    return undefined;
  }
}

/**
 * Reads the options with which an APDB is made, completed by defaults, and says all that is wrong with them; the
 * columns that they name are not looked for where those of the schema are not known.
 */
export function checkOptions(
  text: string,
  columns: ColumnTypes | undefined,
): { options: Options; complaints: readonly Finding[] } {
  const findings = new Findings();
  const json = parse(text, findings);
  if (json === undefined) return { options: defaultOptions, complaints: findings.complaints };
  const root = new Place(json, [], findings);
  const options = { ...defaultOptions, ...readGiven(root, optionNames) };
  if (columns !== undefined) complainOfColumns(root, options, options, columns);
  return { options, complaints: findings.complaints };
}

/** Throws where there are complaints. */
export function refuse(what: string, complaints: readonly Finding[], hint: string): void {
  const [first] = complaints;
  if (first === undefined) return;
  throw apdbError(
    'ApdbConfigError',
    complaints.length === 1
      ? `the ${what}: ${first.path}: ${first.complaint}`
      : `${complaints.length} mistakes in the ${what}`,
    { detail: findingLines(complaints), hint },
  );
}

const optionsHint = 'docs/apdb.md has every option.';

/**
 * The options with which an APDB is made.
 * @throws ApdbConfigError with a line for each mistake in its detail
 */
export function readOptions(text: string, columns: ColumnTypes): Options {
  const { options, complaints } = checkOptions(text, columns);
  refuse('options', complaints, optionsHint);
  return options;
}

/** Options as they are once those that are given have changed. A null gives an option its default again. */
export function changedOptions(now: Options, text: string, columns: ColumnTypes): Options {
  const findings = new Findings();
  const json = parse(text, findings) ?? new Map();
  const root = new Place(json, [], findings);
  const given = readGiven(root, optionNames);
  for (const name of optionNames)
    if (
      given[name] !== undefined &&
      isFrozen(name) &&
      JSON.stringify(given[name]) !== JSON.stringify(now[name])
    )
      findings.complaints.push({
        path: name,
        complaint: `is frozen since the APDB was made: it is ${JSON.stringify(now[name])}`,
      });
  const reset =
    json instanceof Map ? optionNames.filter((name) => json.get(name) === null && !isFrozen(name)) : [];
  const defaults = Object.fromEntries(reset.map((name) => [name, defaultOptions[name]]));
  const options = { ...now, ...given, ...defaults };
  complainOfColumns(
    root,
    options,
    { ...given, ra_dec_columns: undefined, htm_index_column: undefined },
    columns,
  );
  refuse('options', findings.complaints, optionsHint);
  return options;
}

/** Keys of frozen configurations that earlier clients wrote. */
const formerKeys = new Map<string, keyof FrozenOptions>([['use_insert_id', 'enable_replica']]);
const withoutEffect = ['use_insert_id_skips_diaobjects', 'replica_skips_diaobjects'];

/**
 * The frozen options as the table metadata keeps them; those that an earlier client did not write are the defaults.
 * @throws ApdbConfigError where they are none that this Almagest knows
 */
export function readFrozen(text: string): FrozenOptions {
  const findings = new Findings();
  const json = parse(text, findings) ?? new Map();
  const renamed =
    json instanceof Map
      ? new Map(
          Array.from(
            json as ReadonlyMap<string, Json>,
            ([key, value]) => [formerKeys.get(key) ?? key, value] as const,
          ).filter(([key]) => !withoutEffect.includes(key)),
        )
      : json;
  const given = readGiven(new Place(renamed, [], findings), frozenNames);
  refuse(
    'frozen options',
    findings.complaints,
    'They are the value of config:apdb-sql.json in the table metadata.',
  );
  const { enable_replica, dia_object_index, htm_level, htm_index_column, ra_dec_columns } = {
    ...defaultOptions,
    ...given,
  };
  return { enable_replica, dia_object_index, htm_level, htm_index_column, ra_dec_columns };
}

/** JSON as Python's json module spells it, with blanks after colons and commas. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  return JSON.stringify(value);
}

/** The frozen options as clients keep them, to the letter. */
export const frozenJson = (options: Options): string =>
  `{${frozenNames.map((name) => `"${name}": ${pythonJson(options[name])}`).join(', ')}}`;

/** The others, as apdb.database keeps them. */
export const changeableJson = (options: Options): string =>
  JSON.stringify(
    Object.fromEntries(optionNames.filter((name) => !isFrozen(name)).map((name) => [name, options[name]])),
  );
