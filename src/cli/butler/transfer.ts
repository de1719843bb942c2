/** `almagest butler import` and `export`: the Data Butler's own files. */
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { exportRegistry } from '../../butler/export.ts';
import { ExportFileError, readExportFile } from '../../butler/export_file.ts';
import { type ImportCounts, importFile } from '../../butler/import.ts';
import { names } from '../arguments.ts';
import { type RegistryOptions, registryCommand, withClient } from '../call.ts';

const counted = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';

function report(path: string, counts: ImportCounts): string {
  return [
    `${path}:`,
    `  records: ${counted(counts.records)}`,
    `  collections: ${counts.collections}`,
    `  datasets: ${counted(counts.datasets)}`,
    `  associations: ${counts.associations}`,
  ].join('\n');
}

function importCommand(): Command {
  return registryCommand('import')
    .argument('<files...>', 'YAML exports of a Data Butler')
    .option('--datastore <name>', 'whose files the paths are', 'FileDatastore@<butlerRoot>')
    .option('--no-files', 'leave the paths of the files out')
    .description('bring exports of a Data Butler into a registry; a file comes in whole or not at all')
    .action(async (files: string[], options: RegistryOptions & { datastore: string; files: boolean }) => {
      await withClient(options, async (client) => {
        for (const path of files) {
          try {
            const counts = await importFile(client, readExportFile(await readFile(path, 'utf8')), {
              registry: options.registry,
              datastore: options.files ? options.datastore : null,
            });
            if (options.json)
              console.log(
                JSON.stringify({
                  path,
                  ...counts,
                  records: Object.fromEntries(counts.records),
                  datasets: Object.fromEntries(counts.datasets),
                }),
              );
            else console.log(report(path, counts));
          } catch (error) {
            if (error instanceof ExportFileError)
              throw new ExportFileError(`${path}: ${error.message}`, error.hint);
            throw error;
          }
        }
      });
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest butler import export.yaml
  almagest butler import calib.yaml skymaps.yaml --registry deep --json`,
    );
}

function exportCommand(): Command {
  return registryCommand('export')
    .argument('[file]', 'where to (default: standard output)')
    .option('-c, --collections <names>', 'names and globs (default: all)', names)
    .option('--dataset-types <names>', 'names and globs (default: all)', names)
    .description('write a registry as a YAML export of a Data Butler')
    .action(
      async (
        file: string | undefined,
        options: RegistryOptions & { collections?: string[]; datasetTypes?: string[] },
      ) => {
        await withClient(options, async (client) => {
          const text = exportRegistry(client, options);
          if (file === undefined) {
            for await (const piece of text) process.stdout.write(piece);
            return;
          }
          const partial = `${file}.partial`;
          try {
            await pipeline(text, createWriteStream(partial));
            await rename(partial, file);
          } catch (error) {
            await rm(partial, { force: true });
            throw error;
          }
          console.log(options.json ? JSON.stringify({ file }) : `wrote ${file}`);
        });
      },
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler export deep.yaml
  almagest butler export bias.yaml --collections 'DEEP/*/calib/bias' --dataset-types bias`,
    );
}

export const transferCommands = (): Command[] => [importCommand(), exportCommand()];
