/** What a load is to do, as the command line or a program says it. */
import { z } from 'zod';

/** `column=value`: that value of the file's column (`*`: of every scalar column) is NULL in the table. */
export interface NullRule {
  readonly column: string;
  /** The value as written: a number, a text, 'nan', or nothing for empty text. */
  readonly value: string;
}

const pair = (what: string) => (text: string, context: z.RefinementCtx) => {
  const at = text.indexOf('=');
  if (at > 0) return { left: text.slice(0, at), right: text.slice(at + 1) };
  context.addIssue({ code: 'custom', message: `"${text}" is not of the form ${what}` });
  return z.NEVER;
};

const names = z.array(z.string().min(1));

export const loadOptionsSchema = z.object({
  /** Schema-qualified or found by the search path. */
  table: z.string().min(1),
  /** Make the table from the file's columns where it does not exist. */
  create: z.boolean().default(false),
  /** The file's columns to load, all without it. */
  columns: names.optional(),
  /** file's name=table's name. */
  rename: z
    .array(
      z
        .string()
        .transform(pair('file_column=table_column'))
        .refine(({ right }) => right !== '', 'a column must be renamed to something'),
    )
    .default([])
    .transform((pairs) => new Map(pairs.map(({ left, right }) => [left, right]))),
  /** Number or name of the file's table. */
  hdu: z.string().min(1).optional(),
  whereNull: z
    .array(z.string().transform(pair('column=value')))
    .default([])
    .transform((pairs) =>
      pairs.flatMap(({ left, right }): NullRule[] =>
        right.split(',').map((value) => ({ column: left, value: value.trim() })),
      ),
    ),
  onConflict: z.enum(['error', 'skip', 'update']).default('error'),
  /** Columns of the table that tell rows apart; its primary key without it. */
  key: names.optional(),
  /** Files loaded at the same time, each by a connection of its own. */
  jobs: z.coerce.number('it must be a whole number from 1 to 64').int().min(1).max(64).default(1),
  dryRun: z.boolean().default(false),
  /** Rows that may be left out of a file before the whole file is refused. */
  maxRefused: z.coerce.number('it must be a whole number').int().min(0).default(0),
  /** Load even what the log says is loaded. */
  force: z.boolean().default(false),
});

export type LoadOptions = z.infer<typeof loadOptionsSchema>;
export type LoadOptionsInput = z.input<typeof loadOptionsSchema>;
