/** Headers of observations in SQL: recognised by their translator, translated by its rules. */
import { type Routine, routine } from '../../routine.ts';
import { type Condition, type Header, type Rule, recognises, translate } from '../header.ts';
import { openRegistry } from '../registry.ts';
import type { Column } from '../universe.ts';

interface Translator {
  readonly name: string;
  readonly instrument: string;
  readonly recognise: readonly Condition[];
  readonly rules: readonly Rule[];
}

/** A property as JSON of a column's type; texts that are no value of it are left out. */
function columnJson(column: Column, text: string): string | undefined {
  if (column.type === 'string') return JSON.stringify(column.length ? text.slice(0, column.length) : text);
  return text === '' ? undefined : text;
}

function unrecognised(header: Header): string {
  const instrument = header.get('INSTRUME');
  const which = instrument ? `its INSTRUME is '${instrument.trim()}'` : 'it has no INSTRUME';
  return `no translator recognises this header (${which}): butler.translators has those that there are`;
}

const needed: Readonly<Record<string, string>> = {
  id: 'id of the exposure',
  obs_id: 'observation id',
  physical_filter: 'filter',
  begin: 'time of beginning',
};

function whatIsMissing(name: string, { rules }: Translator): string {
  const places = rules.filter((rule) => rule.property === name).flatMap((rule) => rule.keywords);
  const from = places.length === 0 ? '' : `: it is read from ${[...new Set(places)].join(', ')}`;
  return `the header gives no ${needed[name]}${from}`;
}

interface Translation {
  readonly translator: string | null;
  readonly instrument: string | null;
  readonly exposure: string | null;
  readonly physical_filter: string | null;
  readonly band: string | null;
  readonly detector: string | null;
  readonly problem: string | null;
}

const nothing = {
  translator: null,
  instrument: null,
  exposure: null,
  physical_filter: null,
  band: null,
  detector: null,
};

function translation(
  header: Header,
  translators: readonly Translator[],
  columns: readonly Column[],
): Translation {
  const translator = translators.find(({ recognise }) => recognises(recognise, header));
  if (!translator) return { ...nothing, problem: unrecognised(header) };
  const properties = translate(header, translator.rules ?? []);
  const missing = Object.keys(needed).filter((name) => !properties.get(name));
  if (missing.length > 0)
    return {
      ...nothing,
      translator: translator.name,
      problem: missing.map((name) => whatIsMissing(name, translator)).join('; '),
    };
  const fields: [string, string][] = [['instrument', JSON.stringify(translator.instrument)]];
  for (const column of columns) {
    const text = properties.get(column.name);
    const json = text === undefined ? undefined : columnJson(column, text);
    if (json !== undefined) fields.push([column.name, json]);
  }
  const [begin, end] = [properties.get('begin')!, properties.get('end')!];
  // A header whose clock ran backwards says at least when the exposure began.
  const latest = BigInt(end) < BigInt(begin) ? begin : end;
  fields.push(['timespan', JSON.stringify({ begin_ns: begin, end_ns: latest })]);
  return {
    translator: translator.name,
    instrument: translator.instrument,
    exposure: `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`,
    physical_filter: properties.get('physical_filter')!,
    band: properties.get('band') || null,
    detector: properties.get('detector') || null,
    problem: null,
  };
}

export const _translate_headers: Routine = routine(
  {
    args: [
      ['places', 'text'],
      ['headers', 'text'],
      ['translators', 'text'],
      ['registry', 'name'],
    ],
    returns: {
      table: [
        ['place', 'int8'],
        ['translator', 'text'],
        ['instrument', 'text'],
        ['exposure', 'text'],
        ['physical_filter', 'text'],
        ['band', 'text'],
        ['detector', 'text'],
        ['problem', 'text'],
      ],
    },
    volatility: 'stable',
    strict: true,
    usesSql: true,
    rows: 1000,
    cost: 100000,
    comment:
      'Headers (JSON, an array of objects of keywords and their texts) and their places (JSON, an array), each ' +
      'translated by the first of these translators (JSON) that recognises it: the record of its exposure (JSON, ' +
      'for butler.insert_dimension_records), or the problem with it.',
  },
  (places, headers, translators, registryName) => {
    const numbers: number[] = JSON.parse(places);
    const cards: Record<string, string | null>[] = JSON.parse(headers);
    const known: Translator[] = JSON.parse(translators);
    const { columns } = openRegistry(registryName).universe.element('exposure');
    return cards.map((header, i) => ({
      place: BigInt(numbers[i]),
      ...translation(new Map(Object.entries(header)), known, columns),
    }));
  },
);
