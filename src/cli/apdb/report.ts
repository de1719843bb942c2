/** `almagest apdb report`: what the visits of a simulation took. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import {
  reportColumns,
  reportCsv,
  reportSvg,
  shortColumns,
  visitReports,
} from '../../apdb/simulate/report.ts';
import { readTimings } from '../../apdb/simulate/timings.ts';
import { UsageError } from '../options.ts';

interface Options {
  readonly csv?: string;
  readonly svg?: string;
  readonly short?: boolean;
  readonly title?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .argument('<log...>', 'timings that simulate wrote')
    .option('--csv <file>', 'write the table there (default: standard output, where there is no --svg)')
    .option('--svg <file>', 'draw the times of reading and of storing against visits')
    .option('-s, --short', 'only the times of whole visits')
    .option('--title <text>', 'of the picture (default: the name of the first file)')
    .description('show what the visits of a simulation took: as CSV, as a picture')
    .action((files: string[], { csv, svg, short, title }: Options) => {
      const logs = files.map((file) => ({ file, ...readTimings(file) }));
      for (const { file, spoilt } of logs)
        if (spoilt > 0) console.error(`${file}: ${spoilt} lines are no timings, and are left out`);
      const reports = visitReports(logs.flatMap(({ timings }) => timings));
      if (reports.length === 0)
        throw new UsageError(
          `${files.join(', ')}: no visits`,
          'almagest apdb simulate --log FILE writes them.',
        );
      const table = reportCsv(reports, short ? shortColumns : reportColumns);
      if (csv !== undefined) writeFileSync(csv, table);
      else if (svg === undefined) process.stdout.write(table);
      if (svg !== undefined) writeFileSync(svg, reportSvg(reports, title ?? basename(files[0])));
    })
    .addHelpText(
      'after',
      `
A line a visit. Times are in seconds: by the wall (_real) and on a CPU (_cpu: of the server; for generate, visit_proc
and visit with this program's). Those of steps are means over the detectors, which work side by side; numbers of rows
are sums. What is not known is empty.

Examples:
  almagest apdb report night.jsonl > night.csv
  almagest apdb report night.jsonl --svg night.svg --title 'Three fields'`,
    );
}
