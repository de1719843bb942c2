/** A configuration with some of its choices made anew, for one export. */
import { type Json, JsonNumber, parseJson } from '../../plv8/config/exact_json.ts';
import { ExportError } from './source.ts';

export interface Overrides {
  readonly where?: string;
  readonly collections?: readonly string[];
  /** Only these of its dataset types. */
  readonly datasetTypes?: readonly string[];
}

/** JSON whose numbers are spelled as they were read. */
function jsonText(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map)
    return `{${Array.from(value as ReadonlyMap<string, Json>, ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  return JSON.stringify(value);
}

/**
 * The JSON of a configuration with overrides.
 * @throws ExportError for a dataset type that it does not have
 */
export function overridden(json: string, { where, collections, datasetTypes }: Overrides): string {
  const config = new Map(parseJson(json) as ReadonlyMap<string, Json>);
  if (where !== undefined) config.set('where', new Map([['where', where]]));
  if (collections !== undefined) config.set('collections', collections);
  if (datasetTypes !== undefined) {
    const all = config.get('dataset_types') as ReadonlyMap<string, Json>;
    const unknown = datasetTypes.filter((name) => !all.has(name));
    if (unknown.length > 0)
      throw new ExportError(
        `the configuration has no dataset type ${unknown.join(', ')}`,
        `It has ${[...all.keys()].join(', ')}.`,
      );
    config.set('dataset_types', new Map([...all].filter(([name]) => datasetTypes.includes(name))));
  }
  return jsonText(config);
}
