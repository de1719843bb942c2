/** `almagest obscore siav2`: a search by the parameters of Simple Image Access 2.0. */
import { Command } from 'commander';
import type pg from 'pg';
import { exportRows } from '../../obscore/export.ts';
import { observationSource } from '../../obscore/source.ts';
import { integer } from '../arguments.ts';
import { callSql, printQuery, type RegistryOptions, withClient } from '../call.ts';
import { databaseOption } from '../options.ts';
import { formatOf, writeOut } from './output.ts';
import { count } from './progress.ts';

/** Parameters of obscore.siav2 but MAXREC, and what each takes. */
const parameters: readonly (readonly [name: string, value: string, help: string])[] = [
  ['pos', '<region>', 'CIRCLE ra dec radius, RANGE ra1 ra2 dec1 dec2, POLYGON ra dec … [deg]'],
  ['band', '<interval>', 'wavelengths [m]'],
  ['time', '<interval>', 'MJD, UTC'],
  ['pol', '<states>', 'polarization states'],
  ['fov', '<interval>', 'field of view [deg]'],
  ['spatres', '<interval>', 'spatial resolution [arcsec]'],
  ['specrp', '<interval>', 'spectral resolving power'],
  ['exptime', '<interval>', 'exposure time [s]'],
  ['timeres', '<interval>', 'temporal resolution [s]'],
  ['id', '<did>', 'identifier given by the publisher'],
  ['collection', '<name>', 'data collection'],
  ['facility', '<name>', 'telescope'],
  ['instrument', '<name>', 'instrument'],
  ['dptype', '<type>', 'image or cube'],
  ['calib', '<level>', 'calibration level, 0 to 4'],
  ['target', '<name>', 'target'],
  ['format', '<type>', 'media type of the data'],
  ['dpsubtype', '<type>', 'finer type of data product'],
];

/** What the server warns with where there are more rows than MAXREC. */
const overflowState = '01OC1';

type Options = RegistryOptions & { readonly maxrec?: number } & Readonly<Record<string, string[]>>;

/** Alternatives as the text of an array, which obscore.siav2 takes. */
function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function given(options: Options): Record<string, string> {
  return Object.fromEntries(
    parameters.flatMap(([name]) => (options[name] === undefined ? [] : [[name, arrayText(options[name])]])),
  );
}

/** The call with its values in it, for COPY, which takes none beside it. */
function literalCall(client: pg.Client, values: Readonly<Record<string, string>>, maxrec?: number): string {
  const list = Object.entries(values).map(
    ([name, value]) => `${client.escapeIdentifier(name)} => ${client.escapeLiteral(value)}`,
  );
  // One more than is wanted tells whether there are more.
  if (maxrec !== undefined) list.push(`maxrec => ${maxrec + 1}`);
  return `select * from obscore.siav2(${list.join(', ')})`;
}

async function toFile(client: pg.Client, file: string, options: Options): Promise<void> {
  const format = formatOf(file, undefined);
  const { maxrec } = options;
  const values = given(options);
  await client.query('begin isolation level repeatable read');
  const source = await observationSource(client, literalCall(client, values, maxrec));
  let rows = 0;
  await writeOut(
    file,
    exportRows(client, source, {
      format,
      limit: maxrec,
      search: parameters
        .flatMap(([name]) => (options[name] ?? []).map((value) => `${name.toUpperCase()}=${value}`))
        .join('; '),
      onProgress: (done) => {
        rows = done;
      },
    }),
  );
  console.log(options.json ? JSON.stringify({ file, format, rows }) : `wrote ${file}: ${count(rows)} rows`);
}

async function toScreen(client: pg.Client, options: Options): Promise<void> {
  let overflow = false;
  client.on('notice', ({ code }) => {
    overflow ||= code === overflowState;
  });
  const { sql, values } = callSql(client, {
    schema: 'obscore',
    name: 'siav2',
    arguments: { ...given(options), maxrec: options.maxrec },
  });
  await printQuery(client, `select * from ${sql}`, values, options);
  if (overflow) console.error(`warning: there are more than ${options.maxrec} rows`);
}

export function siav2Command(): Command {
  const command = databaseOption(new Command('siav2'))
    .option('--json', 'for programs')
    .argument('[file]', 'VOTable, CSV or Parquet to write, as its name says (default: shows the rows)')
    .description('search ivoa.obscore by the parameters of Simple Image Access 2.0')
    .option('--maxrec <n>', 'at most this many rows', integer);

  for (const [name, value, help] of parameters)
    command.option(`--${name} ${value}`, help, (next: string, before: string[] = []) => [...before, next]);
  return command
    .action((file: string | undefined, options: Options) =>
      withClient(options, (client) =>
        file === undefined ? toScreen(client, options) : toFile(client, file, options),
      ),
    )
    .addHelpText(
      'after',
      `
A parameter that is repeated is met by any of its values. An interval is two numbers, '300 600' or '300 +Inf', or one.

Examples:
  almagest obscore siav2 --pos 'CIRCLE 53 -28 1' --band '500e-9 700e-9'
  almagest obscore siav2 found.vot --instrument DECam --instrument HSC --calib 2 --maxrec 1000`,
    );
}
