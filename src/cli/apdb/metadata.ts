/** `almagest apdb metadata`: keys and values that clients of an APDB read. */
import { Command } from 'commander';
import { printQuery, reportCall, withClient } from '../call.ts';
import { type ApdbOptions, apdbCall, apdbCommand } from './call.ts';

function show(): Command {
  return apdbCommand('show')
    .description('all keys and values')
    .action((options: ApdbOptions) =>
      withClient(options, async (client) => {
        const { rows } = await client.query<{ metadata: string }>(
          `select format('select name, value from %I.%I order by name', name, prefix || 'metadata') as metadata
           from apdb.database
           where name = coalesce($1::name, apdb.current_apdb())`,
          [options.apdb ?? null],
        );
        await printQuery(client, rows[0].metadata, [], options);
      }),
    );
}

function get(): Command {
  return apdbCommand('get')
    .argument('<key>')
    .description('the value of a key')
    .action((key: string, options: ApdbOptions) =>
      reportCall<string | null>(apdbCall('get_metadata', { key }, options), options, (value) => value ?? ''),
    );
}

function set(): Command {
  return apdbCommand('set')
    .argument('<key>')
    .argument('<value>')
    .option('--force', 'also where the key is there already')
    .description('give a key a value')
    .action((key: string, value: string, options: ApdbOptions & { force?: boolean }) =>
      reportCall(
        apdbCall('set_metadata', { key, value, force: options.force }, options),
        options,
        () => `${key} is set`,
      ),
    );
}

function remove(): Command {
  return apdbCommand('delete')
    .argument('<key>')
    .description('take a key away')
    .action((key: string, options: ApdbOptions) =>
      reportCall(apdbCall('delete_metadata', { key }, options), options, () => `${key} is gone`),
    );
}

export function metadataCommand(): Command {
  const metadata = new Command('metadata')
    .description('what clients must know of an APDB: versions, frozen configuration, and keys of your own')
    .addHelpText(
      'after',
      `
Examples:
  almagest apdb metadata show
  almagest apdb metadata set instrument DECam --apdb survey`,
    );
  for (const command of [show(), get(), set(), remove()]) metadata.addCommand(command);
  return metadata;
}
