/** Rules of versions: each object has one after the other, without overlap and without gap, and one open at most. */
import type { Apdb } from '../apdb.ts';
import { end, id, start } from '../store/versions.ts';
import { findings, type Rule } from './rule.ts';

export const versionTablesOf = (apdb: Apdb): string[] => [
  apdb.table('DiaObject'),
  ...(apdb.options.dia_object_nightly ? [apdb.table('DiaObjectNightly')] : []),
];

/** Every version, with the begin of the next one. */
function versions(apdb: Apdb): string {
  const all = versionTablesOf(apdb)
    .map((table) => `select ${id} as id, ${start} as start, ${end} as "end" from ${table}`)
    .join(' union all ');
  return `(select v.*, lead(v.start) over (partition by v.id order by v.start) as next from (${all}) v) v`;
}

const wrongEnd = `v."end" > v.next or v."end" is null and v.next is not null or v."end" <= v.start`;

export function versionRules(apdb: Apdb): Rule[] {
  const seen = versions(apdb);
  const at = `format('valid from MJD %s to %s, the next one from %s', v.start, coalesce(v."end"::text, 'now'), coalesce(v.next::text, 'never'))`;
  return [
    {
      query: findings('two versions begin at the same time', 'v.id', at, `${seen} where v.next = v.start`),
      repair: [],
    },
    {
      query: [
        findings(
          'a version is open, and a newer one follows',
          'v.id',
          at,
          `${seen} where v."end" is null and v.next > v.start`,
        ),
        findings('versions overlap', 'v.id', at, `${seen} where v."end" > v.next and v.next > v.start`),
        findings('a version ends before it begins', 'v.id', at, `${seen} where v."end" <= v.start`),
      ].join(' union all '),
      repair: versionTablesOf(apdb).map(
        (table) => `update ${table} o set ${end} = v.next
          from ${seen}
          where o.${id} = v.id and o.${start} = v.start and (${wrongEnd})
            and (v.next > v.start or v.next is null)`,
      ),
    },
    {
      query: findings(
        'versions leave a gap',
        'v.id',
        at,
        `${seen} where v."end" < v.next and v."end" > v.start`,
      ),
      repair: [],
    },
  ];
}
