/** PL/v8 modules of one schema → one script, and the thin SQL functions that reach into it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Argument, Returns, Routine, Signature } from '../../plv8/routine.ts';
import { literal, quoteIdentifier } from './quote.ts';

/** A function by its name, with the statements that make it. */
export interface FunctionScript {
  readonly name: string;
  readonly sql: string;
}

/** What makes the PL/v8 functions of one schema, the bundle's first. */
export async function bundleSchema(directory: string, schema: string): Promise<FunctionScript[]> {
  const entry = path.join(directory, schema, 'index.ts');
  const script = await bundle(entry, schema);
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 12);
  const module: Record<string, Routine> = await import(pathToFileURL(entry).href);
  const routines = Object.entries(module).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    { name: '_bundle', sql: bundleFunction(schema, script, hash) },
    ...routines.map(([name, { signature }]) => ({ name, sql: wrapper(schema, name, signature, hash) })),
  ];
}

/** Schemas that have PL/v8 code. */
export function bundledSchemas(directory: string): string[] {
  return readdirSync(directory).filter((name) => existsSync(path.join(directory, name, 'index.ts')));
}

async function bundle(entry: string, schema: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: `almagest_${schema}`,
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'error',
  });
  return result.outputFiles[0].text;
}

/** Where the bundle lives once it has run: a property of the session's global object that names its content. */
const globalName = (schema: string, hash: string) => `almagest_${schema}_${hash}`;

function bundleFunction(schema: string, script: string, hash: string): string {
  const body = `${script}
return globalThis.${globalName(schema, hash)} = Object.freeze({ ...almagest_${schema} });`;
  return `create or replace function ${schema}._bundle()
returns void
language plv8 immutable parallel safe
as ${dollarQuote(body, hash)};

comment on function ${schema}._bundle() is
${literal(`The JavaScript of the schema ${schema}, which its functions load once a session; not for calling.`)};
`;
}

function wrapper(schema: string, name: string, signature: Signature, hash: string): string {
  const names = signature.args.map(([argument]) => argument);
  const key = globalName(schema, hash);
  const body = `return (globalThis.${key} ?? plv8.find_function('${schema}._bundle()')()).${name}(${names.join(', ')});`;
  const types = signature.args.map(([, type]) => type).join(', ');
  return `create or replace function ${schema}.${name}(${signature.args.map(argumentSql).join(', ')})
returns ${returnsSql(signature.returns)}
${attributes(signature)}
as ${dollarQuote(body, hash)};

comment on function ${schema}.${name}(${types}) is
${literal(signature.comment)};
`;
}

function argumentSql([name, type, defaultSql]: Argument): string {
  return `${quoteIdentifier(name)} ${type}${defaultSql === undefined ? '' : ` default ${defaultSql}`}`;
}

function returnsSql(returns: Returns): string {
  if (typeof returns === 'string') return returns;
  if ('setof' in returns) return `setof ${returns.setof}`;
  return `table (${returns.table.map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(', ')})`;
}

function attributes(signature: Signature): string {
  return [
    'language plv8',
    signature.volatility,
    ...(signature.strict === false ? [] : ['strict']),
    `parallel ${signature.parallel ?? 'safe'}`,
    ...(signature.cost === undefined ? [] : [`cost ${signature.cost}`]),
    ...(signature.rows === undefined ? [] : [`rows ${signature.rows}`]),
    ...(signature.usesSql ? ['set search_path = pg_catalog, pg_temp'] : []),
  ].join(' ');
}

/** Quotes with a tag that carries the content's hash. */
function dollarQuote(body: string, hash: string): string {
  const tag = `$js_${hash}$`;
  if (body.includes(tag)) throw new Error(`the text contains its own quote ${tag}`);
  return `${tag}${body}${tag}`;
}
