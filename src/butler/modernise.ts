/** Records of older universes of dimensions in the terms of the present one, as the Data Butler itself reads them. */
import {
  type DimensionRecord,
  type ExportFile,
  ExportFileError,
  type Section,
  TaiTime,
} from './export_file.ts';

/** Seconds by which an instrument's day of observation begins after 0 h TAI, by the instrument's name. */
export type DayObsOffsets = ReadonlyMap<string, number>;

type Records = { element: string; records: DimensionRecord[] };

const nanosecondsPerDay = 86_400_000_000_000n;

/** The day of observation of a time, as the integer YYYYMMDD. */
function dayOfObservation(time: TaiTime, offsetSeconds: number): bigint {
  const shifted = time.ns - BigInt(offsetSeconds) * 1_000_000_000n;
  const iso = new Date(Number(shifted / 1_000_000n)).toISOString();
  return BigInt(iso.slice(0, 10).replaceAll('-', ''));
}

/** The 24 hours of a day of observation, where the instrument's offset is known. */
function dayRecord(instrument: string, day: bigint, offsets: DayObsOffsets): DimensionRecord {
  const offset = offsets.get(instrument);
  const record: DimensionRecord = { instrument, id: day };
  if (offset === undefined) return record;
  const text = String(day);
  const midnight = Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T00:00:00Z`);
  const begin = BigInt(midnight) * 1_000_000n + BigInt(offset) * 1_000_000_000n;
  return {
    ...record,
    datetime_begin: new TaiTime(begin),
    datetime_end: new TaiTime(begin + nanosecondsPerDay),
  };
}

const isDimension = (section: Section) => section.type === 'dimension';

/**
 * The file's sections with its dimension records brought from universe 0 to 5 to universe 6 and later: `group` and
 * `day_obs` become dimensions, memberships of visit systems their own table, and `seeing` goes. A day of an
 * instrument that `offsets` does not know gets no timespan.
 */
export function modernise(file: ExportFile, offsets: DayObsOffsets): Section[] {
  if (file.universeVersion >= 6) return [...file.sections];
  const made = new Map<string, Map<string, DimensionRecord>>();
  const add = (element: string, record: DimensionRecord) => {
    const records = made.get(element) ?? new Map<string, DimensionRecord>();
    made.set(element, records);
    records.set(JSON.stringify(Object.values(record).map(String)), record);
  };
  const day = (record: DimensionRecord) => {
    if (typeof record.day_obs === 'bigint')
      add('day_obs', dayRecord(String(record.instrument), record.day_obs, offsets));
  };
  const visit = ({ visit_system, seeing: _, ...rest }: DimensionRecord): DimensionRecord => {
    if (file.universeVersion < 2 && visit_system !== undefined && visit_system !== null)
      add('visit_system_membership', { instrument: rest.instrument, visit_system, visit: rest.id });
    const record = { ...rest };
    if (record.day_obs === undefined) {
      if (!(record.datetime_begin instanceof TaiTime))
        throw new ExportFileError(`visit ${String(record.id)} has neither day_obs nor datetime_begin`);
      record.day_obs = dayOfObservation(record.datetime_begin, offsets.get(String(record.instrument)) ?? 0);
    }
    day(record);
    return record;
  };
  const exposure = ({ group_name, group_id: _, ...rest }: DimensionRecord): DimensionRecord => {
    const record = group_name === undefined ? rest : { ...rest, group: group_name };
    if (record.group !== undefined && record.group !== null)
      add('group', { instrument: record.instrument, name: record.group });
    day(record);
    return record;
  };
  const change: Record<string, (record: DimensionRecord) => DimensionRecord> = { visit, exposure };
  const sections = file.sections.map((section): Section => {
    if (section.type === 'dimension' && change[section.element])
      return { ...section, records: section.records.map(change[section.element]) };
    if (section.type === 'dataset_type' && file.universeVersion < 2 && section.dimensions.includes('visit'))
      return { ...section, dimensions: section.dimensions.filter((name) => name !== 'visit_system') };
    return section;
  });
  const added: Records[] = [...made].map(([element, records]) => ({
    element,
    records: [...records.values()],
  }));
  return [
    ...sections.filter(isDimension),
    ...added.map((records): Section => ({ type: 'dimension', ...records })),
    ...sections.filter((section) => !isDimension(section)),
  ];
}
