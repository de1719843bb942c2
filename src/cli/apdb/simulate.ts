/** `almagest apdb simulate`: a survey that fills an APDB, visit after visit. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Fill } from '../../apdb/simulate/fill.ts';
import { type Field, firstNight, mjdOf } from '../../apdb/simulate/night.ts';
import { readPositions } from '../../apdb/simulate/npy.ts';
import { simulate } from '../../apdb/simulate/run.ts';
import { nextVisit, openTarget } from '../../apdb/simulate/target.ts';
import { tileCount } from '../../apdb/simulate/tiles.ts';
import { TimingLog } from '../../apdb/simulate/timings.ts';
import { Variables } from '../../apdb/simulate/variables.ts';
import { type ForcedRule, rowOptionsOf, skyOf } from '../../apdb/simulate/visit.ts';
import { connectClient } from '../../db/client.ts';
import { fraction, integer, measure, positive } from '../arguments.ts';
import { databaseUrl, UsageError } from '../options.ts';
import { type ApdbOptions, apdbCommand } from './call.ts';
import { visitProgress } from './visit_progress.ts';

interface Options extends ApdbOptions {
  readonly numVisits: number;
  readonly append?: boolean;
  readonly generation: '2017' | 'today';
  readonly fov?: number;
  readonly padding?: number;
  readonly field?: Field[];
  readonly dither: number;
  readonly interval: number;
  readonly startTime: number;
  readonly startVisit: number;
  readonly transients: number;
  readonly falsePositives: number;
  readonly detectionFraction: number;
  readonly scatter: number;
  readonly match: 'index' | 'position';
  readonly radius: number;
  readonly forced?: ForcedRule;
  readonly forcedCutoff: number;
  readonly fill: Fill;
  readonly divide: number;
  readonly connections?: number;
  readonly reconnect?: boolean;
  readonly update: boolean;
  readonly readDutyCycle: number;
  readonly readPeriod: number;
  readonly randomDelay: number;
  readonly seed: number;
  readonly log?: string;
}

/** What each generation of the prototype had. */
const generations = {
  '2017': { fov: 3.5, padding: 0, forced: 'known' },
  today: { fov: 3.52, padding: 52, forced: 'detected-again' },
} as const;

/** Tiles that are processed at a time where nobody says otherwise. */
const usualConnections = 4;

function field(value: string, before: readonly Field[] = []): Field[] {
  const [ra, decl, ...rest] = value
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (rest.length > 0 || !Number.isFinite(ra) || !(Math.abs(decl) <= 90))
    throw new InvalidArgumentError('it is right ascension and declination in degrees, such as 150.1,-2.2');
  return [...before, [ra, decl]];
}

function time(value: string): number {
  const mjd = mjdOf(value);
  if (mjd === undefined) throw new InvalidArgumentError('it is a time such as 2020-01-01T20:00:00');
  return mjd;
}

function division(value: string): number {
  const number = Number(value);
  // A detector's number has 16 bits.
  if (!Number.isInteger(number) || number === 0 || number < -39 || number > 100)
    throw new InvalidArgumentError('it is a whole number from -39 to 100, not 0');
  return number;
}

const help = `
Each visit points to a field, detects the variable sources there and some noise, and processes every tile as a pipeline
does: read the latest objects, match, read the histories of these objects, store. Everything follows from the seed, so
that the same command again does what is missing: after a crash it goes on where it was, with tiles that were stored
left as they are. --append adds visits after the last that is there, whatever made that.

--generation 2017 is a field of 3.5 degrees without padding where every known object has a new version and a forced
source; today's is 3.52 degrees with 52 arcsec around each tile, and forced sources only of what is detected again.

Examples:
  almagest apdb gen-sources sources.npy
  almagest apdb simulate sources.npy -n 100 --log night.jsonl
  almagest apdb simulate sources.npy -n 30 --field 10,-30 --field 120,-60 --field 359.9,-89 --fill all
  almagest apdb simulate sources.npy -n 10 --divide 3 --connections 8
  almagest apdb simulate sources.npy -n 10 --field 10,-30 --match position --scatter 0.1
  almagest apdb report night.jsonl --svg night.svg`;

export function simulateCommand(): Command {
  return apdbCommand('simulate')
    .argument('<sources>', 'variable sources, as gen-sources makes them')
    .option('-n, --num-visits <n>', 'visits that there are to be', positive, 1)
    .option('--append', 'that many more, after the last that there is')
    .addOption(
      new Option('--generation <which>', 'of the prototype, for --fov, --padding and --forced')
        .choices(Object.keys(generations))
        .default('today'),
    )
    .option('--fov <degrees>', 'diameter of the field of view', measure)
    .option('--padding <arcsec>', 'around a tile, where known objects are read too', measure)
    .option(
      '--field <ra,dec>',
      'visit this field; repeat it for more (default: anywhere in the south)',
      field,
    )
    .option('--dither <degrees>', 'point up to this far from a field', measure, 0)
    .option(
      '-i, --interval <seconds>',
      'between visits, of which none begins from 06:00 to 20:00',
      measure,
      45,
    )
    .option('--start-time <time>', 'TAI (default: 2020-01-01T20:00:00)', time, firstNight)
    .option('--start-visit <id>', 'number of the first visit', integer, 1)
    .option('--transients <n>', 'detections of a visit that are never seen again, on average', measure, 100)
    .option('--false-positives <n>', 'the same, of noise', measure, 5050)
    .option('--detection-fraction <f>', 'of the variable sources, that a visit detects', fraction, 1)
    .option('--scatter <arcsec>', 'standard deviation of positions', measure, 0)
    .addOption(
      new Option('--match <how>', 'by the source that a detection is of, or by position in the database')
        .choices(['index', 'position'])
        .default('index'),
    )
    .option('--radius <arcsec>', 'within which positions match', measure, 1)
    .addOption(
      new Option('--forced <rule>', 'which objects have forced sources').choices(['detected-again', 'known']),
    )
    .option('--forced-cutoff <days>', 'without a detection, after which there are no more', measure, 30)
    .addOption(
      new Option('--fill <columns>', 'with random values').choices(['required', 'all']).default('required'),
    )
    .option(
      '--divide <n>',
      'the field into n×n tiles; -n: the detectors of a camera of 5×5 rafts of n×n',
      division,
      1,
    )
    .option(
      '--connections <n>',
      `tiles processed at a time (default: all, at most ${usualConnections})`,
      positive,
    )
    .option('-R, --reconnect', 'a new connection for each tile')
    .option('-U, --no-update', 'store nothing, only read')
    .option('--read-duty-cycle <f>', 'part of the visits that read histories', fraction, 1)
    .option('--read-period <visits>', 'of which that is a part', positive, 1000)
    .option('--random-delay <seconds>', 'wait up to this long before each tile', measure, 0)
    .option('--seed <n>', 'another number, another survey', integer, 1)
    .option('--log <file>', 'add what each step took, one JSON line a tile, for report')
    .description('simulate visits: what difference imaging finds, matched and stored')
    .action(run)
    .addHelpText('after', help);
}

/** What a server that went away looks like; codes 57P01 to 57P03 are an administrator's, a crash, a start. */
function isLost(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    /^(57P0[123]|08\d{3}|ECONNRESET|EPIPE)$/.test(code) ||
    /connection terminated|not queryable/i.test(message)
  );
}

async function run(file: string, options: Options): Promise<void> {
  try {
    await runSimulation(file, options);
  } catch (error) {
    if (!isLost(error)) throw error;
    const { message } = error as Error;
    throw new UsageError(
      `the connection to the server was lost: ${message}`,
      'The same command goes on where this one was, once the server is back.',
    );
  }
}

async function runSimulation(file: string, options: Options): Promise<void> {
  const generation = generations[options.generation];
  const {
    fov = generation.fov,
    padding = generation.padding,
    forced = generation.forced,
    field: fields,
    divide,
    seed,
  } = options;
  if (!(fov > 0 && fov < 120)) throw new UsageError('--fov: it is above 0 and below 120 degrees');
  const xyz = readPositions(file);
  const connect = () => connectClient(databaseUrl(options));
  const client = await connect();
  try {
    const target = await openTarget(client, options.apdb);
    const next = options.append ? await nextVisit(client, target) : undefined;
    const passOver = next === undefined ? 0 : Math.max(0, Number(next) - options.startVisit);
    const log = options.log === undefined ? undefined : new TimingLog(options.log);
    const progress = visitProgress(target.apdb);
    const since = performance.now();
    try {
      const summary = await simulate(
        connect,
        target,
        {
          sky: skyOf({
            variables: new Variables(xyz),
            fields,
            fov,
            dither: options.dither,
            startTime: options.startTime,
            interval: options.interval,
            noise: options.transients + options.falsePositives,
            detectionFraction: options.detectionFraction,
            scatterArcsec: options.scatter,
            seed,
          }),
          rows: rowOptionsOf({
            fill: options.fill,
            forced,
            forcedCutoffDays: options.forcedCutoff,
            firstVisit: BigInt(options.startVisit),
            seed,
          }),
          matching:
            options.match === 'index' ? { by: 'index' } : { by: 'position', radiusArcsec: options.radius },
          visits: options.numVisits,
          passOver,
          divide,
          padding,
          connections: options.connections ?? Math.min(usualConnections, tileCount(divide)),
          readDutyCycle: options.readDutyCycle,
          readPeriod: options.readPeriod,
          readOnly: !options.update,
          reconnect: options.reconnect ?? false,
          randomDelay: options.randomDelay,
        },
        { timed: (timing) => log?.write(timing), progressed: progress.progressed },
      );
      const seconds = (performance.now() - since) / 1000;
      progress.close();
      if (options.json)
        console.log(JSON.stringify({ apdb: target.apdb, ...summary, seconds: Number(seconds.toFixed(3)) }));
      else {
        const there = summary.skipped === 0 ? '' : `, ${summary.skipped} had been stored before`;
        console.log(
          `${target.apdb}: ${summary.processed} visits processed, ${summary.rows.toLocaleString('en-US')} rows stored in ${seconds.toFixed(1)} s${there}`,
        );
      }
    } finally {
      progress.close();
    }
  } finally {
    await client.end();
  }
}
