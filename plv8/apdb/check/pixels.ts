/** Rules of pixels: those of rows are those of their positions. */
import { type Apdb, q } from '../apdb.ts';
import { findings, type Rule } from './rule.ts';

const tables = ['DiaObject', 'DiaObjectLast', 'DiaObjectNightly', 'DiaSource'];

/** Blocks of a table whose pixels are computed at once. */
const blocks = 512;

export function pixelRules(apdb: Apdb): Rule[] {
  return tables
    .filter((table) => apdb.hasColumn(table, apdb.options.htm_index_column))
    .map((table) => pixelRule(apdb, table));
}

function pixelRule(apdb: Apdb, table: string): Rule {
  const relation = apdb.table(table);
  const id = table === 'DiaSource' ? q('diaSourceId') : q('diaObjectId');
  const position = `t.${apdb.ra} >= 0 and t.${apdb.ra} < 360 and t.${apdb.decl} between -90 and 90`;
  const block = (offset: string) => `format('(%s,0)', (b.n + ${offset}) * ${blocks})::tid`;
  const placed = `(
    select u.*
    from generate_series(0, pg_relation_size(${plv8.quote_literal(relation)}) / current_setting('block_size')::int8 / ${blocks}) b (n),
    lateral (
      select array_agg(t.ctid) as places, array_agg(t.${id}) as ids, array_agg(t.${apdb.pixel}) as pixels,
             array_agg(t.${apdb.ra}::float8)::plv8_float8array as ras,
             array_agg(t.${apdb.decl}::float8)::plv8_float8array as decls
      from ${relation} t
      where t.ctid >= ${block('0')} and t.ctid < ${block('1')} and ${position}
    ) a,
    lateral unnest(a.places, a.ids, a.pixels, sky.htm_ids(a.ras, a.decls, ${apdb.options.htm_level})) u (place, id, pixel, right_one)
    where a.ids is not null and u.pixel is distinct from u.right_one
  ) p`;
  return {
    query: [
      findings(
        `a pixel of ${table} is not that of the position`,
        table === 'DiaSource' ? 'null' : 'p.id',
        `format('${table === 'DiaSource' ? 'diaSourceId %s: ' : ''}%s instead of %s', ${table === 'DiaSource' ? 'p.id, ' : ''}p.pixel, p.right_one)`,
        placed,
      ),
      findings(
        `a position of ${table} is none`,
        table === 'DiaSource' ? 'null' : `t.${id}`,
        `format('%s: %s %s', t.${id}, t.${apdb.ra}, t.${apdb.decl})`,
        `${relation} t where (${position}) is not true`,
      ),
    ].join(' union all '),
    repair: [
      `with wrong as materialized (select * from ${placed})
       update ${relation} t set ${apdb.pixel} = wrong.right_one from wrong where t.ctid = wrong.place`,
    ],
  };
}
