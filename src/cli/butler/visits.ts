/** `almagest butler`: instruments, their cameras, and visits. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCamera } from '../../butler/camera.ts';
import { printCall, type RegistryOptions, registryCommand, reportCall, withClient } from '../call.ts';
import { databaseOption } from '../options.ts';

function decimal(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('it is a number');
  return number;
}

function loadCameraCommand(): Command {
  return databaseOption(new Command('load-camera'))
    .argument('<name>', 'of the camera, such as that of its instrument')
    .argument('<file>', 'JSON, or the folder of a camera in the policy of obs_lsst')
    .option('--instrument <name>', 'instrument that registries know (default: as the file says)')
    .option('--json', 'for programs')
    .description('load where the detectors of a camera are, for define-visits')
    .action((name: string, file: string, options: RegistryOptions & { instrument?: string }) =>
      withClient(options, async (client) => {
        const detectors = await loadCamera(client, { file, name, instrument: options.instrument });
        console.log(
          options.json ? JSON.stringify({ name, detectors }) : `${name} has ${detectors} detectors`,
        );
      }),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler load-camera DECam decam_detectors.json`,
    );
}

function registerInstrument(): Command {
  return registryCommand('register-instrument')
    .argument('<instrument>', 'such as DECam')
    .option('--camera <name>', 'whose detectors it has (default: the camera of the instrument)')
    .description('bring an instrument and its detectors into a registry')
    .action((instrument: string, options: RegistryOptions & { camera?: string }) =>
      reportCall<bigint>(
        { name: 'register_instrument', arguments: { instrument, camera: options.camera } },
        options,
        (count) => `${instrument} is registered; ${count} detectors are new`,
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler register-instrument DECam`,
    );
}

interface VisitOptions extends RegistryOptions {
  readonly where?: string;
  readonly group: string;
  readonly camera?: string;
  readonly updateRecords?: boolean;
  readonly incremental?: boolean;
  readonly skipConflicting?: boolean;
  readonly prefilter?: boolean;
  readonly mergeExposures?: boolean;
  readonly padding?: number;
  readonly calibrations?: boolean;
}

function defineVisits(): Command {
  return registryCommand('define-visits')
    .argument('[instrument]', 'default: the only one')
    .option('-w, --where <expression>', 'which exposures, such as "exposure.day_obs=20190401"')
    .addOption(
      new Option('--group <how>', 'how exposures become visits')
        .choices(['one-to-one', 'by-group-metadata', 'one-to-one-and-by-counter'])
        .default('one-to-one-and-by-counter'),
    )
    .option('--camera <name>', 'whose detectors make the regions (default: that of the instrument)')
    .option('--update-records', 'replace visits that differ')
    .option('--incremental', 'add exposures that arrived later to their visits')
    .option('--skip-conflicting', 'leave visits that differ as they are')
    .option('--prefilter', 'look only at exposures that have no visit')
    .option('--merge-exposures', 'regions of all exposures of a visit, not of the first')
    .option(
      '--padding <pixels>',
      'grow detectors by this much on each side (default: as the camera says)',
      decimal,
    )
    .option('--calibrations', 'make visits of exposures that point at the sky without seeing it, too')
    .description('define visits and their regions from exposures')
    .action((instrument: string | undefined, options: VisitOptions) =>
      printCall(
        {
          name: 'define_visits',
          arguments: {
            instrument,
            where: options.where,
            group: options.group,
            camera: options.camera,
            update_records: options.updateRecords,
            incremental: options.incremental,
            skip_conflicting: options.skipConflicting,
            prefilter: options.prefilter,
            merge_exposures: options.mergeExposures,
            padding_pixels: options.padding,
            on_sky_only: options.calibrations ? false : undefined,
          },
        },
        options,
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler define-visits DECam
  almagest butler define-visits --where "instrument='DECam' and exposure.day_obs=20190401" --incremental`,
    );
}

export const visitCommands = (): Command[] => [loadCameraCommand(), registerInstrument(), defineVisits()];
