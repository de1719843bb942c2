/** Configuration files of ObsCore tables: dax_obscore's YAML, checked, and as the JSON that obscore.create takes. */
import { type Finding, findingLines } from '../../plv8/config/place.ts';
import { type ObsCoreConfig, readText } from '../../plv8/obscore/config.ts';
import { ConfigFileError } from '../config/error.ts';
import { readYaml, treeJson, treeValue } from '../config/yaml.ts';
import { formComplaints } from './config_schema.ts';

export interface LoadedConfig {
  /** Numbers as they were: 1.0 is a float, and integers have all their digits. */
  readonly json: string;
  readonly config: ObsCoreConfig;
}

/** All that is wrong with a YAML text, of its form and of its rules, and its JSON. */
export function checkYaml(text: string): {
  json: string;
  complaints: readonly Finding[];
  config: ObsCoreConfig | undefined;
} {
  const { tree, complaints } = readYaml(text);
  const json = treeJson(tree);
  if (complaints.length > 0 && tree === null) return { json, complaints, config: undefined };
  const rules = readText(json);
  const all = new Map(
    [...complaints, ...formComplaints(treeValue(tree)), ...rules.complaints].map((finding) => [
      findingLines([finding]),
      finding,
    ]),
  );
  return { json, complaints: [...all.values()], config: rules.config };
}

/**
 * The configuration in a YAML or JSON text.
 * @throws ConfigFileError
 */
export function loadConfig(text: string, file?: string): LoadedConfig {
  const { json, complaints, config } = checkYaml(text);
  if (complaints.length > 0 || !config) throw new ConfigFileError(complaints, 'docs/obscore.md', file);
  return { json, config };
}
