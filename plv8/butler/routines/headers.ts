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

/** The rules as they were last parsed, by their text: one statement translates many headers by the same. */
let parsed: { text: string; translators: readonly Translator[] } | undefined;

function parseTranslators(text: string): readonly Translator[] {
  if (parsed?.text !== text) parsed = { text, translators: JSON.parse(text) };
  return parsed.translators;
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

export const _translate_header: Routine = routine(
  {
    args: [
      ['keywords', 'text[]'],
      ['texts', 'text[]'],
      ['translators', 'text'],
      ['registry', 'name'],
    ],
    returns: {
      table: [
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
    strict: false,
    usesSql: true,
    rows: 1,
    cost: 10000,
    comment:
      'A header, as its keywords and their texts, translated by the first of these translators (JSON) that recognises ' +
      'it: the record of its exposure (JSON, for butler.insert_dimension_records), or the problem with it.',
  },
  (keywords, texts, translators, registryName) => {
    const header: Header = new Map((keywords ?? []).map((keyword, i) => [keyword ?? '', (texts ?? [])[i]]));
    const nothing = { instrument: null, exposure: null, physical_filter: null, band: null, detector: null };
    const translator = parseTranslators(translators ?? '[]').find(({ recognise }) =>
      recognises(recognise, header),
    );
    if (!translator) return [{ ...nothing, translator: null, problem: unrecognised(header) }];
    const properties = translate(header, translator.rules);
    const missing = Object.keys(needed).filter((name) => !properties.get(name));
    if (missing.length > 0)
      return [
        {
          ...nothing,
          translator: translator.name,
          problem: missing
            .map((name) => {
              const places = translator.rules
                .filter((rule) => rule.property === name)
                .flatMap((rule) => rule.keywords);
              return `the header gives no ${needed[name]}: it is read from ${[...new Set(places)].join(', ')}`;
            })
            .join('; '),
        },
      ];
    const fields: [string, string][] = [['instrument', JSON.stringify(translator.instrument)]];
    for (const column of openRegistry(registryName).universe.element('exposure').columns) {
      const text = properties.get(column.name);
      const json = text === undefined ? undefined : columnJson(column, text);
      if (json !== undefined) fields.push([column.name, json]);
    }
    const [begin, end] = [properties.get('begin')!, properties.get('end')!];
    // A header whose clock ran backwards says at least when the exposure began.
    const latest = BigInt(end) < BigInt(begin) ? begin : end;
    fields.push(['timespan', JSON.stringify({ begin_ns: begin, end_ns: latest })]);
    return [
      {
        translator: translator.name,
        instrument: translator.instrument,
        exposure: `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`,
        physical_filter: properties.get('physical_filter')!,
        band: properties.get('band') ?? null,
        detector: properties.get('detector') ?? null,
        problem: null,
      },
    ];
  },
);
