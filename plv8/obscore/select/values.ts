/** The value of each column of an ObsCore table for the datasets of one type, as SQL over their records. */
import type { DatasetType } from '../../butler/registry.ts';
import { columnsOf } from '../columns.ts';
import type { DatasetTypeConfig, ObsCoreConfig } from '../config.ts';
import { compileFormat, type Formatted, type Lookup, sqlText } from '../format/compile.ts';
import { convert } from '../format/convert.ts';
import { datasetId, exposureVisit, footprintName } from './names.ts';
import type { Records, Tracked } from './records.ts';
import { timespanSources } from './spatial.ts';
import { lookupFor } from './terms.ts';

/** A column's value, and SQL of the reason why it has none, where it may lack one. */
export interface Value {
  readonly sql: string;
  readonly fails: string | null;
}

export interface ColumnValue extends Tracked<Value> {
  readonly column: string;
  readonly sqlType: string;
}

/** What is wrong with a template for every dataset of a type. */
export interface Complaint {
  readonly column: string;
  readonly reason: string;
}

export interface Values {
  readonly columns: readonly ColumnValue[];
  readonly complaints: readonly Complaint[];
}

/** Bounds of validity that stand for none [ns TAI]. */
const UNBOUNDED = { lower: '0', upper: '4102444800000000000' };

/** Columns whose values are those of the footprint of the data ID's region, and what they are called there. */
export function footprintColumns({ pgsphere }: ObsCoreConfig): (readonly [column: string, name: string])[] {
  const same = ['s_ra', 's_dec', 's_fov', 's_region', 'footprint'].map((name) => [name, name] as const);
  if (!pgsphere) return same;
  return [...same, [pgsphere.regionColumn, 'spoly'], [pgsphere.positionColumn, 'spoint']];
}

/** @param hasRegion whether datasets of the type can have a footprint */
export function valuesOf(
  config: ObsCoreConfig,
  datasetType: DatasetType,
  typeConfig: DatasetTypeConfig,
  records: Records,
  hasRegion: boolean,
): Values {
  const composer = new Composer(config, datasetType, typeConfig, records, hasRegion);
  const columns = columnsOf(config).map(({ name, sqlType }) => ({
    column: name,
    sqlType,
    ...records.track(() => composer.value(name, sqlType)),
  }));
  return { columns, complaints: composer.complaints };
}

class Composer {
  readonly complaints: Complaint[] = [];
  private readonly config: ObsCoreConfig;
  private readonly datasetType: DatasetType;
  private readonly typeConfig: DatasetTypeConfig;
  private readonly records: Records;
  private readonly lookup: Lookup;
  private readonly hasRegion: boolean;

  constructor(
    config: ObsCoreConfig,
    datasetType: DatasetType,
    typeConfig: DatasetTypeConfig,
    records: Records,
    hasRegion: boolean,
  ) {
    this.config = config;
    this.datasetType = datasetType;
    this.typeConfig = typeConfig;
    this.records = records;
    this.lookup = lookupFor(records, datasetType, typeConfig);
    this.hasRegion = hasRegion;
  }

  /** What the universe says of a data ID comes first, then an extra column, then what all dataset types have. */
  value(column: string, sqlType: string): Value {
    const known = this.ofUniverse(column);
    if (known !== undefined && !known.mayGiveWay) return { sql: known.sql, fails: null };
    const other = this.extra(column, sqlType) ?? this.general(column);
    if (known === undefined) return other ?? { sql: 'null', fails: null };
    if (other === undefined) return { sql: known.sql, fails: null };
    return {
      sql: `coalesce(${known.sql}, ${other.sql})`,
      fails: other.fails && `case when ${known.sql} is null then ${other.fails} end`,
    };
  }

  private general(column: string): Value | undefined {
    const { typeConfig } = this;
    const text = (value: string | null) =>
      value === null ? undefined : { sql: `${sqlText(value)}::text`, fails: null };
    const number = (value: number | undefined) =>
      value === undefined ? undefined : { sql: String(value), fails: null };
    switch (column) {
      case 'dataproduct_type':
        return text(typeConfig.dataproductType);
      case 'dataproduct_subtype':
        return text(typeConfig.dataproductSubtype);
      case 'o_ucd':
        return text(typeConfig.oUcd);
      case 'calib_level':
        return number(typeConfig.calibLevel);
      case 'obs_collection':
        return text(typeConfig.obsCollection);
      case 'access_format':
        return text(typeConfig.accessFormat);
      case 's_xel1':
        return number(typeConfig.sXel?.[0]);
      case 's_xel2':
        return number(typeConfig.sXel?.[1]);
      case 'obs_id':
        return this.required(column, typeConfig.obsIdFmt, this.lookup);
      case 'access_url':
        return this.required(column, typeConfig.datalinkUrlFmt, this.lookupWithObsId);
      case 'obs_publisher_did':
        return this.required(column, this.config.obsPublisherDidFmt, this.lookupWithObsId);
      case 'registry_dataset_id':
        this.records.use({ others: true });
        return { sql: datasetId, fails: null };
    }
    if (!this.hasRegion || !footprintColumns(this.config).some(([name]) => name === column)) return undefined;
    this.records.use({ others: true });
    return { sql: footprintName(column), fails: null };
  }

  /** Every template but that of the obs_id may name it. */
  private readonly lookupWithObsId: Lookup = (path) => {
    if (!('name' in path) || path.name !== 'obs_id') return this.lookup(path);
    const { obsIdFmt } = this.typeConfig;
    if (obsIdFmt === null || obsIdFmt === '') return undefined;
    const formatted = compileFormat(obsIdFmt, this.lookup);
    if (!('sql' in formatted)) return { sql: 'null::text', kind: 'str', nullable: false, mayLack: true };
    const { sql, constant, fails } = formatted;
    return {
      sql: `(${sql})`,
      kind: 'str',
      nullable: false,
      mayLack: fails !== null,
      ...(constant === undefined ? {} : { constant }),
    };
  };

  /** A template all of whose keys must be there. */
  private required(column: string, template: string | null, lookup: Lookup): Value | undefined {
    if (template === null || template === '') return undefined;
    const formatted = this.format(template, lookup);
    if ('sql' in formatted) return { sql: `(${formatted.sql})`, fails: formatted.fails };
    this.complaints.push({
      column,
      reason:
        'missing' in formatted ? `${this.datasetType.name} has no '${formatted.missing}'` : formatted.invalid,
    });
    return undefined;
  }

  /** The value that an extra column has for this dataset type; none where its template names what is not there. */
  private extra(column: string, sqlType: string): Value | undefined {
    const extra = this.typeConfig.extraColumns.find(({ name }) => name === column);
    if (!extra) return undefined;
    const { source, type } = extra;
    if ('constant' in source) return { sql: `(${source.constant})`, fails: null };
    const formatted = this.format(source.template, this.lookupWithObsId);
    if ('missing' in formatted) return undefined;
    if ('invalid' in formatted) {
      this.complaints.push({ column, reason: formatted.invalid });
      return { sql: 'null', fails: null };
    }
    const converted = convert(formatted, type, sqlType);
    return { sql: `(${converted.sql})`, fails: converted.fails };
  }

  private format(template: string, lookup: Lookup) {
    const { value, uses } = this.records.track(() => compileFormat(template, lookup));
    this.records.use(uses);
    if (!('sql' in value) || ![...uses.elements].some((name) => this.records.isBeside(name))) return value;
    // Without a visit there is nothing to be said of it.
    const guarded = (sql: string) => `case when ${exposureVisit} is not null then ${sql} end`;
    return { sql: guarded(value.sql), fails: value.fails && guarded(value.fails) } satisfies Formatted;
  }

  /** What the data ID and its records say; whether it gives way to others where it is NULL. */
  private ofUniverse(column: string): { sql: string; mayGiveWay: boolean } | undefined {
    const { config, records } = this;
    const { names } = this.datasetType.dimensions;
    switch (column) {
      case 'instrument_name': {
        const sql = this.instrument();
        return sql === undefined ? undefined : { sql, mayGiveWay: true };
      }
      case 'facility_name':
        return { sql: this.facility(), mayGiveWay: false };
      case 't_min':
      case 't_max': {
        const sql = this.instant(column === 't_min' ? 'lower' : 'upper');
        return sql === undefined ? undefined : { sql, mayGiveWay: true };
      }
      case 't_exptime':
      case 'target_name': {
        const element = ['exposure', 'visit'].find((name) => names.includes(name));
        const field = column === 't_exptime' ? 'exposure_time' : 'target_name';
        if (!element || !hasField(records, element, field)) return undefined;
        return { sql: records.field(element, field), mayGiveWay: false };
      }
      case 'em_filter_name':
        return names.includes('band') ? { sql: records.key('band'), mayGiveWay: false } : undefined;
      case 'em_min':
      case 'em_max':
        if (!names.includes('band') || config.spectralRanges.size === 0) return undefined;
        return { sql: this.wavelength(column === 'em_min' ? 0 : 1), mayGiveWay: true };
    }
    return undefined;
  }

  private instrument(): string | undefined {
    if (this.datasetType.dimensions.names.includes('instrument')) return this.records.key('instrument');
    const { fallbackInstrument } = this.config;
    return fallbackInstrument === null ? undefined : `${sqlText(fallbackInstrument)}::text`;
  }

  private facility(): string {
    const { facilityMap, facilityName, fallbackInstrument } = this.config;
    const other = `${sqlText(facilityName)}::text`;
    if (!this.datasetType.dimensions.names.includes('instrument'))
      return `${sqlText(facilityMap.get(fallbackInstrument ?? '') ?? facilityName)}::text`;
    if (facilityMap.size === 0) return other;
    const cases = [...facilityMap].map(
      ([name, facility]) => `when ${sqlText(name)} then ${sqlText(facility)}`,
    );
    return `case ${this.records.key('instrument')} ${cases.join(' ')} else ${other} end`;
  }

  /** A bound of the data ID's timespan as MJD UTC; none where it is unbounded. */
  private instant(bound: 'lower' | 'upper'): string | undefined {
    const sources = timespanSources(this.records.registry, this.datasetType.dimensions);
    if (sources.length === 0) return undefined;
    const timespan = sources.map(({ name }) => this.records.field(name, 'timespan')).join(' * ');
    return `sky.mjd_utc_from_tai_ns(nullif(${bound}(${timespan}), ${UNBOUNDED[bound]}))`;
  }

  /** An end of the spectral range of the physical filter, or else of the band [m]. */
  private wavelength(end: 0 | 1): string {
    const { names } = this.datasetType.dimensions;
    const cases = (dimension: string) => {
      const key = this.records.key(dimension);
      return [...this.config.spectralRanges].map(
        ([name, range]) => `when ${key} = ${sqlText(name)} then ${range[end] === null ? 'null' : range[end]}`,
      );
    };
    const all = [...(names.includes('physical_filter') ? cases('physical_filter') : []), ...cases('band')];
    return `case ${all.join(' ')} end::float8`;
  }
}

function hasField({ registry }: Records, element: string, field: string): boolean {
  return registry.universe.element(element).columns.some(({ name }) => name === field);
}
