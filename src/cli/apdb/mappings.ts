/** `almagest apdb mappings`: the mappings of files that come with Almagest. */
import { Command } from 'commander';
import { findMapping, shippedNames, shippedText } from '../../apdb/mapping/shipped.ts';
import { formatResult } from '../../db/result-table.ts';

export function mappingsCommand(): Command {
  return new Command('mappings')
    .description('list the mappings of files to tables that come with Almagest, or print one')
    .option('--show <name>', 'print its YAML, to begin one of your own')
    .action(({ show }: { show?: string }) => {
      if (show !== undefined) {
        process.stdout.write(shippedText(show));
        return;
      }
      const rows = shippedNames().map((name) => {
        const { description, tables } = findMapping(name);
        const [sentence] = description.split(/(?<=\.) /);
        return [name, [...new Set(tables.map(({ into }) => into))].join(', '), sentence!];
      });
      const columns = ['mapping', 'tables', 'description'].map((name) => ({ name, rightAligned: false }));
      console.log(formatResult({ columns, rows }));
    })
    .addHelpText(
      'after',
      `
Examples:
  almagest apdb mappings
  almagest apdb mappings --show ztf_alerts > mine.yaml`,
    );
}
