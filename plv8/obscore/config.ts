/** What an ObsCore table is made of: the configuration of dax_obscore and of the Data Butler's live table, read. */
import { type Json, JsonError, parseJson } from '../config/exact_json.ts';
import { type Finding, Findings, findingLines, Place, pathText } from '../config/place.ts';
import { readConfig } from './config/read.ts';
import { obscoreError } from './errors.ts';

export interface ExtraColumn {
  readonly name: string;
  /** A constant as SQL of the column's type, or a template. */
  readonly source: { readonly constant: string } | { readonly template: string };
  /** What the template's text is converted to. */
  readonly type: 'bool' | 'int' | 'float' | 'string';
  /** As configured where the column was first named; only columns of length 32 and less have this limit. */
  readonly length: number | null;
  readonly doc: string | null;
  /** The type of the table's column, which is that of a column of every table where it has the name of one. */
  readonly sqlType: string;
}

/** A condition on datasets in the Data Butler's language; several are alternatives. */
export interface Constraint {
  readonly where: string;
  /** Values by name, as JSON whose numbers keep their spelling. */
  readonly bind: string;
  readonly extraDims: readonly string[];
}

export interface DatasetTypeConfig {
  readonly name: string;
  readonly dataproductType: string;
  readonly dataproductSubtype: string | null;
  readonly calibLevel: number;
  readonly oUcd: string | null;
  readonly accessFormat: string | null;
  readonly obsIdFmt: string | null;
  readonly datalinkUrlFmt: string | null;
  /** Its own, or that of the whole table. */
  readonly obsCollection: string | null;
  readonly sXel: readonly [number, number] | null;
  /** Those of the whole table, overridden by its own, in order. */
  readonly extraColumns: readonly ExtraColumn[];
  /** None: every dataset. */
  readonly constraints: readonly Constraint[];
}

export interface Origin {
  readonly publisher: string;
  readonly publicationDate: string;
  readonly citation: string | null;
  readonly referenceUrl: string | null;
  readonly article: string | null;
  readonly title: string | null;
}

export interface Pgsphere {
  readonly regionColumn: string;
  readonly positionColumn: string;
  /** Whether its columns stand before s_ra. */
  readonly comesFirst: boolean;
}

export interface ObsCoreConfig {
  readonly tableName: string;
  readonly collectionType: 'RUN' | 'TAGGED' | 'CHAINED';
  /** Regular expressions (RUN; none: every run), or names in find-first order. */
  readonly collections: readonly string[];
  readonly datasetTypes: readonly DatasetTypeConfig[];
  readonly facilityName: string;
  readonly facilityMap: ReadonlyMap<string, string>;
  /** Those that are no columns of every table, in the order in which the table has them. */
  readonly extraColumns: readonly ExtraColumn[];
  readonly indices: readonly (readonly string[])[];
  /** Wavelengths [m] by physical filter or band. */
  readonly spectralRanges: ReadonlyMap<string, readonly [number | null, number | null]>;
  readonly pgsphere: Pgsphere | null;
  readonly fallbackInstrument: string | null;
  readonly obsPublisherDidFmt: string | null;
  readonly batchSize: number;
  readonly parquetCompression: string;
  readonly csvNullString: string;
  readonly origin: Origin | null;
  /** What the user should know: options without an effect. */
  readonly notices: readonly Finding[];
}

/** Reads a configuration, and says all that is wrong with it; it is undefined where something is. */
export function readText(text: string): {
  config: ObsCoreConfig | undefined;
  complaints: readonly Finding[];
} {
  const findings = new Findings();
  let json: Json;
  try {
    json = parseJson(text, (path) => {
      findings.complaints.push({ path: pathText(path), complaint: 'is given twice' });
    });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { config: undefined, complaints: [{ path: '$', complaint: error.message }] };
  }
  const config = readConfig(new Place(json, [], findings), findings);
  const { complaints } = findings;
  return { config: complaints.length === 0 ? config : undefined, complaints };
}

/**
 * The configuration of a JSON text.
 * @throws ObsCoreConfigError with a line for each complaint in its detail
 */
export function parseConfig(text: string): ObsCoreConfig {
  const { config, complaints } = readText(text);
  if (config) return config;
  const first = complaints[0]!;
  throw obscoreError(
    'ObsCoreConfigError',
    complaints.length === 1
      ? `${first.path}: ${first.complaint}`
      : `the configuration has ${complaints.length} mistakes`,
    {
      detail: findingLines(complaints),
      hint: 'select * from obscore.check_config(config) lists what is wrong; docs/obscore.md has every option.',
    },
  );
}
