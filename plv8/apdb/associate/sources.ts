/** Where the sources of a visit are that are to be associated: in a relation, or stored already. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { snakeCase } from '../snake_case.ts';

/** The sources of a visit, or of one of its detectors. */
export interface VisitSources {
  readonly apdb: Apdb;
  /** A relation's name as it stands in SQL. */
  readonly relation: string;
  /** Whether the relation is the table DiaSource itself. */
  readonly stored: boolean;
  /** As text: a visit may exceed what a JavaScript number holds. */
  readonly visit: string;
  readonly detector: number | null;
  /** The relation's columns by the names of the table's. */
  readonly columns: ReadonlyMap<string, string>;
}

const staging = 'pg_temp.new_dia_source';

/** Columns without which there is no association. */
const needed = ['diaSourceId', 'visit', 'diaObjectId', 'midpointMjdTai'];

/** The columns of a relation, by the names that DiaSource has for them: its own, or the same in snake_case. */
function matchColumns(apdb: Apdb, relation: string): ReadonlyMap<string, string> {
  const names = apdb
    .rows<{ name: string }>(
      `select attname::text as name from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [relation],
    )
    .map(({ name }) => name);
  return new Map(
    apdb.columns('DiaSource').flatMap(({ name }): [string, string][] => {
      const own = [name, snakeCase(name)].find((spelling) => names.includes(spelling));
      return own === undefined ? [] : [[name, own]];
    }),
  );
}

/** The relation's column for one of DiaSource, behind the alias s; NULL of the type where it has none. */
export function given(sources: VisitSources, column: string): string {
  const own = sources.columns.get(column);
  if (own !== undefined) return `s.${q(own)}`;
  const type = sources.apdb.columns('DiaSource').find(({ name }) => name === column)?.type ?? 'float8';
  return `null::${type}`;
}

/** What the rows of a visit satisfy: $1 is the visit, $2 the detector or NULL. */
export const ofVisit = (sources: VisitSources): string =>
  `${given(sources, 'visit')} = $1::int8 and ($2::int4 is null or ${given(sources, 'detector')} = $2::int4)`;

/** Whether a row is to have an object: it is not a solar system object's, and was not withdrawn. */
export const isFree = (sources: VisitSources): string =>
  `coalesce(${given(sources, 'diaObjectId')}, 0) = 0 and coalesce(${given(sources, 'ssObjectId')}, 0) = 0
    and ${given(sources, 'timeWithdrawnMjdTai')} is null`;

/** Parameters $1 and $2 of `ofVisit`. */
export const unitParameters = (sources: VisitSources): [string, number | null] => [
  sources.visit,
  sources.detector,
];

/** Whether the session's staging table has sources of the visit. */
function isStaged(apdb: Apdb, visit: string): boolean {
  const [{ there }] = apdb.rows<{ there: boolean }>('select to_regclass($1) is not null as there', [
    staging,
  ]) as [{ there: boolean }];
  return there && apdb.rows(`select 1 from ${staging} where visit = $1::int8 limit 1`, [visit]).length > 0;
}

/**
 * The sources of a visit: in the relation that is given, else in the staging table where that has any, else stored.
 * @throws ApdbDataError for a relation without the columns that matter
 */
export function visitSources(
  apdb: Apdb,
  visit: bigint | null,
  detector: number | null,
  given: string | null,
): VisitSources {
  if (visit === null)
    throw apdbError('ApdbDataError', 'visit is NULL', { hint: 'Sources are associated a visit at a time.' });
  const text = visit.toString();
  const relation = given ?? (isStaged(apdb, text) ? staging : apdb.table('DiaSource'));
  const columns = matchColumns(apdb, relation);
  const missing = [...needed, ...apdb.options.ra_dec_columns].filter((name) => !columns.has(name));
  if (detector !== null && !columns.has('detector')) missing.push('detector');
  if (missing.length > 0)
    throw apdbError('ApdbDataError', `${relation} does not have the columns of DiaSource`, {
      detail: missing.map((name) => `${name}: missing`).join('\n'),
      hint: 'select apdb.stage() makes a table new_dia_source that has them.',
    });
  const [{ stored }] = apdb.rows<{ stored: boolean }>('select $1::regclass = $2::regclass as stored', [
    relation,
    apdb.table('DiaSource'),
  ]) as [{ stored: boolean }];
  return { apdb, relation, stored, visit: text, detector, columns };
}

/** @throws ApdbDataError for sources without a position, which would be matched with nothing */
export function refuseBadPositions(sources: VisitSources): void {
  const [ra, decl] = sources.apdb.options.ra_dec_columns.map((name) => given(sources, name));
  const [bad] = sources.apdb.rows<{ id: string | null; ra: string | null; decl: string | null }>(
    `select ${given(sources, 'diaSourceId')}::text as id, ${ra}::text as ra, ${decl}::text as decl
     from ${sources.relation} s
     where ${ofVisit(sources)} and (${ra} >= 0 and ${ra} < 360 and ${decl} between -90 and 90
       and ${given(sources, 'diaSourceId')} is not null) is not true
     order by ${given(sources, 'diaSourceId')}
     limit 1`,
    unitParameters(sources),
  );
  if (bad)
    throw apdbError('ApdbDataError', `a source of visit ${sources.visit} has no place on the sky`, {
      detail: `${sources.relation}: diaSourceId ${bad.id ?? 'NULL'}, ra ${bad.ra ?? 'NULL'}, dec ${bad.decl ?? 'NULL'}`,
      hint: 'Positions are degrees, ICRS: ra from 0 to less than 360, dec from -90 to 90.',
    });
}
