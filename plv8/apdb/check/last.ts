/** Rules of DiaObjectLast: it has the newest version of each object that is not closed, and nothing else. */
import { type Apdb, q } from '../apdb.ts';
import { end, id, start } from '../store/versions.ts';
import { findings, type Rule } from './rule.ts';
import { versionTablesOf } from './versions.ts';

export function lastRules(apdb: Apdb): Rule[] {
  if (!apdb.hasLast) return [];
  const last = apdb.table('DiaObjectLast');
  const columns = apdb.columns('DiaObjectLast').map(({ name }) => q(name));
  const all = versionTablesOf(apdb)
    .map((table) => `select ${columns.join(', ')}, ${end} from ${table}`)
    .join(' union all ');
  const newest = `(
    select n.* from (select distinct on (o.${id}) o.* from (${all}) o order by o.${id}, o.${start} desc) n
    where n.${end} is null
  ) n`;
  const differs = `(${columns.map((column) => `l.${column}`).join(', ')}) is distinct from (${columns.map((column) => `n.${column}`).join(', ')})`;
  const different = `concat_ws(', ', ${columns
    .map(
      (column) =>
        `case when l.${column} is distinct from n.${column} then ${plv8.quote_literal(column)} || ': ' || coalesce(l.${column}::text, 'NULL') || ' instead of ' || coalesce(n.${column}::text, 'NULL') end`,
    )
    .join(', ')})`;
  return [
    {
      query: findings(
        'DiaObjectLast lacks an object',
        `n.${id}`,
        `format('its newest version is of MJD %s', n.${start})`,
        `${newest} where not exists (select 1 from ${last} l where l.${id} = n.${id})`,
      ),
      repair: [
        `insert into ${last} (${columns.join(', ')})
         select ${columns.map((column) => `n.${column}`).join(', ')} from ${newest}
         on conflict (${id}) do nothing`,
      ],
    },
    {
      query: findings(
        'DiaObjectLast has an object that is not open',
        `l.${id}`,
        `format('of MJD %s', l.${start})`,
        `${last} l where not exists (select 1 from ${newest} where n.${id} = l.${id})`,
      ),
      repair: [`delete from ${last} l where not exists (select 1 from ${newest} where n.${id} = l.${id})`],
    },
    {
      query: findings(
        'DiaObjectLast is not as the newest version',
        `l.${id}`,
        different,
        `${last} l join ${newest} on n.${id} = l.${id} where ${differs}`,
      ),
      repair: [
        `update ${last} l set ${columns.map((column) => `${column} = n.${column}`).join(', ')}
         from ${newest}
         where n.${id} = l.${id} and ${differs}`,
      ],
    },
  ];
}
