/** Rules of collections: chains without cycles, flat as they should be; runs with their rows. */
import type { Registry } from '../registry.ts';
import { type Finding, findings } from './finding.ts';

export function checkCollections(registry: Registry): Finding[] {
  const collection = registry.table('collection');
  const chain = registry.table('collection_chain');
  const run = registry.table('run');
  const cycles = findings(
    registry,
    'chain contains itself',
    'collection_chain',
    `select array_to_string(path, ' > ') from butler._chain_cycles($1)`,
    [registry.name],
  );
  return [
    ...cycles,
    ...(cycles.length > 0 ? [] : flatDifferences(registry)),
    ...findings(
      registry,
      'collection is of no type',
      'collection',
      `select format('%s: %s', name, type) from ${collection} where type not between 1 and 4`,
    ),
    ...findings(
      registry,
      'only a chain has children',
      'collection_chain',
      `select format('%s, of type %s', c.name, c.type) from ${collection} c
       where c.type <> 3 and c.collection_id in (select parent from ${chain})`,
    ),
    ...findings(
      registry,
      'chain holds a child twice',
      'collection_chain',
      `select format('%s: %s', p.name, c.name)
       from (select parent, child from ${chain} group by parent, child having count(*) > 1) twice
       join ${collection} p on p.collection_id = twice.parent
       join ${collection} c on c.collection_id = twice.child`,
    ),
    ...findings(
      registry,
      'position is taken twice',
      'collection_chain',
      `select format('%s: %s', p.name, twice.position)
       from (select parent, position from ${chain} group by parent, position having count(*) > 1) twice
       join ${collection} p on p.collection_id = twice.parent`,
    ),
    ...findings(
      registry,
      'run without its row',
      'run',
      `select c.name from ${collection} c
       where c.type = 1 and not exists (select from ${run} r where r.collection_id = c.collection_id)`,
    ),
    ...findings(
      registry,
      'row of a run that is none',
      'run',
      `select format('%s, of type %s', c.name, c.type) from ${run} r
       join ${collection} c using (collection_id) where c.type <> 1`,
    ),
  ];
}

interface Link {
  readonly parent: string;
  readonly child: string;
  readonly is_chain: boolean;
}

/** Compares with chains that are flattened by other means than those that keep the table. */
function flatDifferences(registry: Registry): Finding[] {
  const links = registry.rows<Link>(
    `select l.parent::text as parent, l.child::text as child, c.type = 3 as is_chain
     from ${registry.table('collection_chain')} l
     join ${registry.table('collection')} c on c.collection_id = l.child
     order by l.parent, l.position`,
  );
  const children = new Map<string, Link[]>();
  for (const link of links) {
    const siblings = children.get(link.parent);
    if (siblings) siblings.push(link);
    else children.set(link.parent, [link]);
  }
  const flattened = new Map<string, readonly string[]>();
  const flatten = (chain: string): readonly string[] => {
    const known = flattened.get(chain);
    if (known) return known;
    const members = [
      ...new Set(
        (children.get(chain) ?? []).flatMap(({ child, is_chain }) => (is_chain ? flatten(child) : [child])),
      ),
    ];
    flattened.set(chain, members);
    return members;
  };
  for (const chain of children.keys()) flatten(chain);
  const kept = registry.rows<{ chain: string; name: string; members: string[]; ranks: number[] }>(
    `select f.parent::text as chain, coalesce(max(c.name), 'collection ' || f.parent) as name,
            array_agg(f.child::text order by f.rank) as members, array_agg(f.rank order by f.rank) as ranks
     from ${registry.table('collection_flat')} f
     left join ${registry.table('collection')} c on c.collection_id = f.parent
     group by f.parent`,
  );
  const wrong = kept
    .filter(({ chain, members, ranks }) => {
      const wanted = flattened.get(chain) ?? [];
      return (
        wanted.length !== members.length ||
        wanted.some((member, rank) => member !== members[rank] || rank !== ranks[rank])
      );
    })
    .map(({ name }) => name);
  const known = new Set(kept.map(({ chain }) => chain));
  const missing = [...flattened].filter(([chain, members]) => members.length > 0 && !known.has(chain));
  const names = registry.rows<{ name: string }>(
    `select name from ${registry.table('collection')} where collection_id = any($1::text[]::int8[])`,
    [missing.map(([chain]) => chain)],
  );
  return [...wrong, ...names.map(({ name }) => name)].sort().map((name) => ({
    problem: 'collection_flat is not what the chain says',
    object: 'collection_flat',
    detail: name,
  }));
}
