/** What is wrong with rows that could not be stored: the first of them, by table, id and column. */
import { type Apdb, q } from '../apdb.ts';
import { apdbError } from '../errors.ts';
import { isPosition } from './look.ts';
import { filledColumns, given, type Relation } from './relation.ts';
import { versionTables } from './versions.ts';
import { idColumns, type Visit } from './visit.ts';

/** @throws ApdbDataError for rows that no APDB could hold */
export function refuseBadRows(apdb: Apdb, relations: readonly Relation[]): void {
  for (const relation of relations) {
    refuseNulls(apdb, relation);
    refusePositions(apdb, relation);
    refuseDuplicates(apdb, relation);
  }
}

const named = (relation: Relation, id: unknown) =>
  `${relation.table}: ${id === null ? 'a row without an id' : `the row with ${idColumns[relation.table]} ${String(id)}`}`;

function refuseNulls(apdb: Apdb, relation: Relation): void {
  const needed = apdb
    .columns(relation.table)
    .filter(
      ({ name, notNull }) =>
        notNull &&
        relation.columns.has(name) &&
        !filledColumns.includes(name) &&
        name !== apdb.options.htm_index_column,
    )
    .map(({ name }) => name);
  const [bad] = apdb.rows<{ id: string | null; column: string }>(
    `select ${given(relation, idColumns[relation.table])}::text as id,
            case ${needed.map((name) => `when ${given(relation, name)} is null then ${plv8.quote_literal(name)}`).join(' ')} end as column
     from ${relation.name} s
     where ${needed.map((name) => `${given(relation, name)} is null`).join(' or ')}
     order by 1
     limit 1`,
  );
  if (bad)
    throw apdbError('ApdbDataError', `${named(relation, bad.id)} has no ${bad.column}`, {
      detail: `${relation.table}.${q(bad.column)} is never NULL.`,
      hint: `Give ${q(bad.column)} a value in every row.`,
    });
}

function refusePositions(apdb: Apdb, relation: Relation): void {
  const [ra, decl] = apdb.options.ra_dec_columns;
  const [bad] = apdb.rows<{ id: string; ra: string; decl: string }>(
    `select ${given(relation, idColumns[relation.table])}::text as id, ${given(relation, ra)}::text as ra,
            ${given(relation, decl)}::text as decl
     from ${relation.name} s
     where (${isPosition(apdb, relation)}) is not true
     order by 1
     limit 1`,
  );
  if (bad)
    throw apdbError('ApdbDataError', `${named(relation, bad.id)} is nowhere on the sky`, {
      detail: `${ra} is ${bad.ra}, ${decl} ${bad.decl}.`,
      hint: `ICRS degrees: ${ra} from 0 to 360, which is 0 again, ${decl} from -90 to 90.`,
    });
}

function refuseDuplicates(apdb: Apdb, relation: Relation): void {
  const key =
    relation.table === 'DiaForcedSource' ? ['diaObjectId', 'visit', 'detector'] : [idColumns[relation.table]];
  const [bad] = apdb.rows<{ key: string; n: string }>(
    `select concat_ws(', ', ${key.map((name) => given(relation, name)).join(', ')}) as key, count(*)::text as n
     from ${relation.name} s
     group by ${key.map((name) => given(relation, name)).join(', ')}
     having count(*) > 1
     order by 1
     limit 1`,
  );
  if (bad)
    throw apdbError('ApdbDataError', `${relation.table}: ${bad.n} rows have ${key.join(', ')} ${bad.key}`, {
      hint: 'A visit has each of them once.',
    });
}

/** @throws ApdbStateError for rows that are there already */
export function refuseKnownRows(visit: Visit): void {
  for (const [table, { relation }] of visit.rows) {
    const key =
      table === 'DiaObject'
        ? ['diaObjectId']
        : table === 'DiaSource'
          ? ['diaSourceId']
          : ['diaObjectId', 'visit', 'detector'];
    const same = key.map((name) => `o.${q(name)} = ${given(relation, name)}`);
    if (table === 'DiaObject') same.push(`o.${q('validityStartMjdTai')} = $1::float8`);
    else same.push('$1::float8 is not null');
    const tables = table === 'DiaObject' ? versionTables(visit) : [visit.apdb.table(table)];
    const [bad] = visit.apdb.rows<{ key: string }>(
      `select concat_ws(', ', ${key.map((name) => given(relation, name)).join(', ')}) as key
       from ${relation.name} s
       where ${tables.map((name) => `exists (select 1 from ${name} o where ${same.join(' and ')})`).join(' or ')}
       order by 1
       limit 1`,
      [visit.time],
    );
    if (bad)
      throw apdbError(
        'ApdbStateError',
        table === 'DiaObject'
          ? `${table}: object ${bad.key} has a version of MJD ${visit.time} already`
          : `${table}: the row with ${key.join(', ')} ${bad.key} is there already`,
        { hint: "on_conflict => 'skip' leaves rows that are there as they are, 'update' overwrites them." },
      );
  }
}
