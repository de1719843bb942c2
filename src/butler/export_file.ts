/**
 * The Data Butler's export files (YAML, versions 0 and 1.0): what is in them, with older universes of dimensions
 * brought to the present one. Integers are exact whatever their size; times are TAI nanoseconds since 1970.
 */
import { type CollectionTag, isMap, parse, type ScalarTag } from 'yaml';
import { z } from 'zod';
import { parseTime, TimeError } from '../../plv8/butler/where/times.ts';
import { pythonTags } from './python_yaml.ts';

/** A time of the TAI scale. */
export class TaiTime {
  readonly ns: bigint;

  constructor(ns: bigint) {
    this.ns = ns;
  }
}

/** An encoded region. */
export class Region {
  readonly kind: string;
  readonly hex: string;

  constructor(kind: string, hex: string) {
    this.kind = kind;
    this.hex = hex;
  }

  get base64(): string {
    return Buffer.from(this.hex, 'hex').toString('base64');
  }
}

export class ExportFileError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'ExportFileError';
    this.hint = hint;
  }
}

function time(text: string, scale: 'tai' | 'utc'): TaiTime {
  try {
    return new TaiTime(parseTime(text.trim(), scale).nanoseconds);
  } catch (error) {
    throw error instanceof TimeError ? new ExportFileError(error.message) : error;
  }
}

const timeTag: ScalarTag = {
  tag: '!butler_time/tai/iso',
  resolve: (text) => time(text, 'tai'),
};

/** Old files have YAML's own times, which are UTC. */
const timestampTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d*)?)?$/,
  resolve: (text) => time(text.replace(/[Tt]/, ' '), 'utc'),
};

const uuidTag: ScalarTag = { tag: '!uuid', resolve: (text) => text.toLowerCase() };

const regionKinds = [
  'ConvexPolygon',
  'Circle',
  'Ellipse',
  'Box',
  'UnionRegion',
  'IntersectionRegion',
  'CompoundRegion',
];

const regionTags = regionKinds.map(
  (kind): CollectionTag => ({
    tag: `lsst.sphgeom.${kind}`,
    collection: 'map',
    resolve: (map) => new Region(kind, isMap(map) ? String(map.get('encoded')) : ''),
  }),
);

const timespanTags: (CollectionTag | ScalarTag)[] = [
  { tag: '!lsst.daf.butler.Timespan', collection: 'map', resolve: (map) => map },
  { tag: '!lsst.daf.butler.Timespan', resolve: (text) => text },
];

const scalar = z.union([
  z.string(),
  z.bigint(),
  z.number(),
  z.boolean(),
  z.null(),
  z.instanceof(TaiTime),
  z.instanceof(Region),
  z.instanceof(Uint8Array),
]);
export type Scalar = z.infer<typeof scalar>;

const record = z.record(z.string(), scalar);
export type DimensionRecord = z.infer<typeof record>;

const oneOrMore = <T extends z.ZodType>(type: T) =>
  z.union([type, z.array(type)]).transform((value) => (Array.isArray(value) ? value : [value]));
const dataId = z.record(z.string(), z.union([z.string(), z.bigint()]));
const collectionName = z.string();
const optionalTime = z.instanceof(TaiTime).nullish();
const timespan = z.union([z.literal('EMPTY'), z.strictObject({ begin: optionalTime, end: optionalTime })]);

const section = z.discriminatedUnion('type', [
  z.object({ type: z.literal('dimension'), element: z.string(), records: z.array(record) }),
  z.object({
    type: z.literal('collection'),
    collection_type: z.enum(['RUN', 'TAGGED', 'CHAINED', 'CALIBRATION']),
    name: collectionName,
    doc: z.string().nullish(),
    host: z.string().nullish(),
    timespan_begin: optionalTime,
    timespan_end: optionalTime,
    // Old files pair a child with a restriction on dataset types, which has no meaning any more.
    children: z
      .array(z.union([collectionName, z.tuple([collectionName], z.unknown()).transform(([name]) => name)]))
      .optional(),
  }),
  z.object({ type: z.literal('run'), name: collectionName }),
  z.object({
    type: z.literal('dataset_type'),
    name: z.string(),
    dimensions: z.array(z.string()),
    storage_class: z.string(),
    is_calibration: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('dataset'),
    dataset_type: z.string(),
    run: collectionName,
    records: z.array(
      z.object({
        dataset_id: oneOrMore(z.union([z.string(), z.bigint()])),
        data_id: oneOrMore(dataId),
        path: z.string().nullish(),
        formatter: z.string().nullish(),
      }),
    ),
  }),
  z.object({
    type: z.literal('associations'),
    collection: collectionName,
    collection_type: z.enum(['TAGGED', 'CALIBRATION']),
    dataset_ids: z.array(z.union([z.string(), z.bigint()])).optional(),
    validity_ranges: z
      .array(
        z.object({
          timespan: timespan.optional(),
          begin: optionalTime,
          end: optionalTime,
          dataset_ids: z.array(z.union([z.string(), z.bigint()])),
        }),
      )
      .optional(),
  }),
]);
export type Section = z.infer<typeof section>;

const file = z.object({
  description: z.string().optional(),
  version: z.union([z.bigint(), z.number(), z.string()]),
  universe_version: z.bigint().default(0n),
  universe_namespace: z.string().default('daf_butler'),
  data: z.array(section),
});

export interface ExportFile {
  readonly universeVersion: number;
  readonly sections: readonly Section[];
}

/**
 * Reads the text of an export file.
 * @throws ExportFileError where it is no such file, with the place
 */
export function readExportFile(text: string): ExportFile {
  let content: unknown;
  try {
    content = parse(text, {
      version: '1.1',
      intAsBigInt: true,
      customTags: (tags) => [
        ...pythonTags(tags).filter((tag) => typeof tag === 'string' || tag.tag !== timestampTag.tag),
        timestampTag,
        timeTag,
        uuidTag,
        ...regionTags,
        ...timespanTags,
      ],
    });
  } catch (error) {
    throw new ExportFileError(`it is no YAML: ${(error as Error).message}`);
  }
  const parsed = file.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ExportFileError(
      `it is no export of a Data Butler: ${issue.path.join('.')}: ${issue.message}`,
      'Such a file begins with "description: Butler Data Repository Export".',
    );
  }
  const version = String(parsed.data.version);
  if (version !== '0' && !/^1\.0(\.\d+)?$/.test(version))
    throw new ExportFileError(`it has version ${version} of the format`, 'Versions 0 and 1.0 can be read.');
  return { universeVersion: Number(parsed.data.universe_version), sections: parsed.data.data };
}
