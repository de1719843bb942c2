/** The reference of the SQL objects, made from the comments that the database holds: what psql shows, as pages. */
import type pg from 'pg';

interface SchemaRow {
  readonly name: string;
  readonly comment: string | null;
}

interface RelationRow {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | null;
}

interface ColumnRow {
  readonly schema: string;
  readonly relation: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** How a value comes that is not given. */
  readonly filled: string | null;
  readonly comment: string | null;
}

interface RoutineRow {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'trigger function';
  readonly arguments: string;
  readonly result: string | null;
  readonly traits: string;
  readonly comment: string | null;
}

interface TypeRow {
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  readonly comment: string | null;
}

interface Catalog {
  readonly schemas: readonly SchemaRow[];
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly routines: readonly RoutineRow[];
  readonly types: readonly TypeRow[];
}

const rooms = `
  select n.oid, n.nspname
  from pg_depend d
  join pg_extension e on e.oid = d.refobjid and e.extname = 'almagest'
  join pg_namespace n on n.oid = d.objid
  where d.refclassid = 'pg_extension'::regclass and d.classid = 'pg_namespace'::regclass and d.deptype = 'e'`;

async function readCatalog(client: pg.Client): Promise<Catalog> {
  const read = async <R extends pg.QueryResultRow>(query: string) =>
    (await client.query<R>(`with room as (${rooms}) ${query}`)).rows;
  return {
    schemas: await read(`
      select nspname as name, obj_description(oid, 'pg_namespace') as comment
      from room
      order by nspname collate "C"`),
    relations: await read(`
      select room.nspname as schema, c.relname as name,
             case when c.relkind in ('v', 'm') then 'view' else 'table' end as kind,
             obj_description(c.oid, 'pg_class') as comment
      from pg_class c
      join room on room.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
      order by 1, c.relname collate "C"`),
    columns: await read(`
      select room.nspname as schema, c.relname as relation, a.attname as name,
             format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
             case when a.attidentity <> '' then 'identity'
                  when a.attgenerated <> '' then 'always ' || pg_get_expr(d.adbin, d.adrelid)
                  else 'default ' || pg_get_expr(d.adbin, d.adrelid) end as filled,
             col_description(c.oid, a.attnum) as comment
      from pg_class c
      join room on room.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
      order by 1, 2, a.attnum`),
    routines: await read(`
      select room.nspname as schema, p.proname as name,
             case when p.prokind = 'p' then 'procedure' when p.prokind = 'a' then 'aggregate'
                  when p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) then 'trigger function'
                  else 'function' end as kind,
             pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result,
             concat_ws(', ',
               case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
               case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
               case when p.proisstrict then 'NULL for a NULL argument' end,
               case when p.prosecdef then 'runs with its owner''s rights' end) as traits,
             obj_description(p.oid, 'pg_proc') as comment
      from pg_proc p
      join room on room.oid = p.pronamespace
      order by 1, p.proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"`),
    types: await read(`
      select room.nspname as schema, t.typname as name,
             case t.typtype
               when 'd' then 'domain over ' || format_type(t.typbasetype, t.typtypmod)
               when 'e' then 'enum (' || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
                                          from pg_enum where enumtypid = t.oid) || ')'
               when 'c' then 'composite type'
               when 'r' then 'range type'
               else 'base type' end as definition,
             obj_description(t.oid, 'pg_type') as comment
      from pg_type t
      join room on room.oid = t.typnamespace
      left join pg_class c on c.oid = t.typrelid
      where t.typtype in ('d', 'e', 'r', 'c', 'b') and t.typelem = 0 and coalesce(c.relkind, 'c') = 'c'
      order by 1, t.typname collate "C"`),
  };
}

/** Schemas, tables, views, columns, routines and types of the extension \`almagest\` that say nothing of themselves. */
export async function undescribed(client: pg.Client): Promise<string[]> {
  const { schemas, relations, columns, routines, types } = await readCatalog(client);
  const silent = ({ comment }: { readonly comment: string | null }) =>
    comment === null || comment.trim() === '';
  return [
    ...schemas.filter(silent).map(({ name }) => `schema ${name}`),
    ...relations.filter(silent).map(({ schema, name, kind }) => `${kind} ${schema}.${name}`),
    ...columns.filter(silent).map(({ schema, relation, name }) => `column ${schema}.${relation}.${name}`),
    ...routines
      .filter(silent)
      .map((routine) => `${routine.kind} ${routine.schema}.${routine.name}(${routine.arguments})`),
    ...types.filter(silent).map(({ schema, name }) => `type ${schema}.${name}`),
  ];
}

/** Names that begin with an underscore are for the functions of their own schema. */
function isPublic({ name }: { readonly name: string }): boolean {
  return !name.startsWith('_');
}

/** Text of a comment as Markdown: what Markdown or a browser would take for markup stays text. */
function prose(text: string | null): string {
  return (text ?? '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function columnTable(columns: readonly ColumnRow[]): string[] {
  const rows = columns.map(({ name, type, required, filled, comment }) => {
    const remarks = [required ? 'not null' : '', filled ?? ''].filter(Boolean).join(', ');
    return `| ${code(name)} | ${cell(code(type))} | ${cell(prose(remarks))} | ${cell(prose(comment))} |`;
  });
  return ['| column | type | | description |', '| --- | --- | --- | --- |', ...rows];
}

function relationPart(relation: RelationRow, columns: readonly ColumnRow[]): string[] {
  const own = columns.filter(
    ({ schema, relation: name }) => schema === relation.schema && name === relation.name,
  );
  return [
    `### ${relation.schema}.${relation.name}`,
    '',
    prose(relation.comment),
    '',
    ...columnTable(own),
    '',
  ];
}

function signature({ schema, name, arguments: list, result }: RoutineRow): string {
  const parts = splitArguments(list).map((part) => part.replace(' DEFAULT ', ' default '));
  const head = `${schema}.${name}`;
  const tail =
    result === null
      ? ''
      : ` returns ${result.toLowerCase().startsWith('table(') ? `table${result.slice(5)}` : result}`;
  const line = `${head}(${parts.join(', ')})${tail}`;
  if (line.length <= 100) return line;
  return `${head}(\n${parts.map((part) => `    ${part}`).join(',\n')})\n${tail.trim()}`;
}

/** Arguments end at commas outside brackets and quotes: a default may hold either. */
function splitArguments(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let inQuotes = false;
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    const character = list[i];
    if (character === "'") inQuotes = !inQuotes;
    else if (!inQuotes && '([{'.includes(character)) depth++;
    else if (!inQuotes && ')]}'.includes(character)) depth--;
    else if (!inQuotes && depth === 0 && character === ',') {
      parts.push(list.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = list.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}

function routineParts(routines: readonly RoutineRow[]): string[] {
  const names = [...new Set(routines.map(({ name }) => name))];
  return names.flatMap((name) => {
    const overloads = routines.filter((routine) => routine.name === name);
    const parts = overloads.flatMap((routine) => [
      '```sql',
      signature(routine),
      '```',
      '',
      prose(routine.comment),
      '',
      `*${routine.traits}*`,
      '',
    ]);
    return [`### ${overloads[0].schema}.${name}`, '', ...parts];
  });
}

/** Names with the beginnings of their descriptions, to find one's way by. */
function routineIndex(routines: readonly RoutineRow[]): string[] {
  const first = routines.filter(
    ({ name }, i) => routines.findIndex((routine) => routine.name === name) === i,
  );
  const rows = first.map(({ schema, name, comment }) => {
    return `| [${schema}.${name}](#${schema}${name}) | ${cell(prose(beginning(comment ?? '')))} |`;
  });
  return ['| function | what it gives |', '| --- | --- |', ...rows, ''];
}

/** A comment up to its first full stop, semicolon or colon that is not in brackets. */
function beginning(comment: string): string {
  let depth = 0;
  for (let i = 0; i < comment.length; i++) {
    if ('([{'.includes(comment[i])) depth++;
    else if (')]}'.includes(comment[i])) depth--;
    else if (depth === 0 && /^[.;:](\s|$)/.test(comment.slice(i, i + 2))) return comment.slice(0, i);
  }
  return comment;
}

function typeTable(types: readonly TypeRow[]): string[] {
  const rows = types.map(({ schema, name, definition, comment }) => {
    return `| ${code(`${schema}.${name}`)} | ${cell(definition)} | ${cell(prose(comment))} |`;
  });
  return ['| type | what it is | description |', '| --- | --- | --- |', ...rows, ''];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines];
}

function schemaPage(schema: SchemaRow, catalog: Catalog): string {
  const inRoom = <R extends { readonly schema: string; readonly name: string }>(rows: readonly R[]) =>
    rows.filter((row) => row.schema === schema.name && isPublic(row));
  const relations = inRoom(catalog.relations);
  const routines = inRoom(catalog.routines).filter(({ kind }) => kind !== 'trigger function');
  const types = inRoom(catalog.types);
  const parts = (kind: RelationRow['kind']) =>
    relations
      .filter((relation) => relation.kind === kind)
      .flatMap((relation) => relationPart(relation, catalog.columns));
  const lines = [
    `# ${schema.name}`,
    '',
    prose(schema.comment),
    '',
    ...section('Tables', parts('table')),
    ...section('Views', parts('view')),
    ...section(
      'Functions',
      routines.length === 0 ? [] : [...routineIndex(routines), ...routineParts(routines)],
    ),
    ...section('Types', types.length === 0 ? [] : typeTable(types)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The pages by file name, one a schema and an index, of a database with the extension \`almagest\`. */
export async function referencePages(client: pg.Client): Promise<Map<string, string>> {
  const catalog = await readCatalog(client);
  const index = [
    '# Reference',
    '',
    'One page a schema, made from the comments in the database by `make docs`: `\\d+`, `\\df+` and `\\dn+` of psql show',
    'the same. A unit stands in brackets, and after a semicolon the UCD: `[deg; pos.eq.ra]`.',
    '',
    '| schema | what it is for |',
    '| --- | --- |',
    ...catalog.schemas.map(({ name, comment }) => `| [${name}](${name}.md) | ${cell(prose(comment))} |`),
  ];
  const pages = new Map([['README.md', `${index.join('\n')}\n`]]);
  for (const schema of catalog.schemas) pages.set(`${schema.name}.md`, schemaPage(schema, catalog));
  return pages;
}
