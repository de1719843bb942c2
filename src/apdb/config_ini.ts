/** Configurations of the prototype of 2017: an INI file with the sections database and l1db. */
import { type Findings, pathText, unknownOption } from '../../plv8/config/place.ts';
import type { Tree } from '../config/yaml.ts';
import type { ApdbConfig } from './config.ts';
import { readIni } from './ini.ts';

const sections = { database: ['url'] };

/** The options of l1db and what they are where the file does not say. */
const defaults: Readonly<Record<string, string>> = {
  dia_object_index: 'baseline',
  dia_object_nightly: '0',
  read_sources_months: '0',
  read_forced_sources_months: '0',
  read_full_objects: '0',
  source_select: 'by-fov',
  object_last_replace: '0',
};
const switches = ['dia_object_nightly', 'read_full_objects', 'object_last_replace'];
const numbers = ['read_sources_months', 'read_forced_sources_months'];

/** What the prototype read of objects unless read_full_objects was set, by the names of today; without the pixel. */
const shortObject = ['diaObjectId', 'lastDiaSourceMjdTai', 'ra', 'dec', 'raErr', 'decErr', 'ra_dec_Cov'];

/** The value of an option as the YAML of today has it; undefined where it is wrong. */
function parsed(option: string, text: string): Tree | undefined {
  if (switches.includes(option)) return /^[+-]?\d+$/.test(text) ? Number(text) !== 0 : undefined;
  if (numbers.includes(option)) return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
  return text;
}

export function iniConfig(text: string, findings: Findings): ApdbConfig {
  const { ini, errors } = readIni(text);
  const complain = (path: readonly string[], complaint: string) =>
    findings.complaints.push({ path: pathText(path), complaint });
  for (const { line, complaint } of errors) findings.complaints.push({ path: `line ${line}`, complaint });
  const database = ini.get('database') ?? new Map<string, string>();
  const l1db = ini.get('l1db') ?? new Map<string, string>();
  for (const name of ini.keys())
    if (name !== 'database' && name !== 'l1db')
      complain([name], 'there is no such section: there are database, l1db');
  for (const option of database.keys())
    if (!sections.database.includes(option))
      complain(['database', option], unknownOption(option, sections.database));
  for (const option of l1db.keys())
    if (!Object.hasOwn(defaults, option))
      complain(['l1db', option], unknownOption(option, Object.keys(defaults)));

  const options = new Map<string, Tree>();
  for (const [option, fallback] of Object.entries(defaults)) {
    const given = l1db.get(option) ?? fallback;
    const value = parsed(option, given);
    if (value === undefined)
      complain(['l1db', option], `expected a whole number, not ${JSON.stringify(given)}`);
    else if (option === 'read_full_objects') options.set('dia_object_columns', value ? [] : shortObject);
    else options.set(option, value);
  }
  const url = database.get('url')?.replaceAll('%%', '%');
  if (url === undefined) complain(['database', 'url'], 'is missing');
  return { ...(url === undefined ? {} : { url }), prefix: '', options };
}
