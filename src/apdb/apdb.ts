/** An APDB as the driver sees it: which tables it has, and how it finds pixels. */
import type pg from 'pg';
import { z } from 'zod';
import { LoadError } from '../load/errors.ts';
import type { Placing } from './pixels.ts';

export interface ApdbDescription {
  readonly name: string;
  /** What the names of its tables begin with. */
  readonly prefix: string;
  readonly placing: Placing;
}

/** Options that were frozen when the APDB was made, as far as they concern positions. */
const frozen = z.object({
  htm_level: z.int().default(20),
  htm_index_column: z.string().default('pixelId'),
  ra_dec_columns: z.tuple([z.string(), z.string()]).default(['ra', 'dec']),
});

/**
 * The APDB of a name, or the one that the session works in.
 * @throws LoadError where there is none
 */
export async function describeApdb(client: pg.Client, name: string | undefined): Promise<ApdbDescription> {
  const { rows } = await client.query<{ name: string; prefix: string }>(
    'select name::text as name, prefix from apdb.database where name = coalesce($1::name, apdb.current_apdb())',
    [name ?? null],
  );
  const [found] = rows;
  if (found === undefined)
    throw new LoadError(name === undefined ? 'no APDB is named' : `there is no APDB "${name}"`, {
      hint: 'almagest apdb list shows those of the database; almagest apdb create NAME makes one.',
    });
  const metadata = `${client.escapeIdentifier(found.name)}.${client.escapeIdentifier(`${found.prefix}metadata`)}`;
  const { rows: kept } = await client.query<{ value: string }>(
    `select value from ${metadata} where name = 'config:apdb-sql.json'`,
  );
  const options = frozen.parse(JSON.parse(kept[0]?.value ?? '{}'));
  const [ra, decl] = options.ra_dec_columns;
  return { ...found, placing: { level: options.htm_level, pixel: options.htm_index_column, ra, decl } };
}
