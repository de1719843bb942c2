/** `almagest apdb gen-sources`: positions of variable sources for simulations. */
import { Command, Option } from 'commander';
import { writePositions } from '../../apdb/simulate/npy.ts';
import type { Hemisphere } from '../../apdb/simulate/sphere.ts';
import { makeVariables } from '../../apdb/simulate/variables.ts';
import { integer, positive } from '../arguments.ts';

interface Options {
  readonly counts: number;
  readonly hemisphere: Hemisphere;
  readonly seed: number;
}

export function genSourcesCommand(): Command {
  return new Command('gen-sources')
    .argument('<file>', 'numpy file to write, such as sources.npy')
    .option('-n, --counts <n>', 'sources in a field of view of 3.5 degrees, on average', positive, 10_000)
    .addOption(
      new Option('-H, --hemisphere <part>', 'of the sky').choices(['both', 'south', 'north']).default('both'),
    )
    .option('--seed <n>', 'another number, other sources', integer, 1)
    .description('make variable sources all over the sky, for simulate')
    .action((file: string, { counts, hemisphere, seed }: Options) => {
      const xyz = makeVariables({ perVisit: counts, hemisphere, seed });
      writePositions(file, xyz);
      console.log(`wrote ${file}: ${(xyz.length / 3).toLocaleString('en-US')} sources`);
    })
    .addHelpText(
      'after',
      `
The file is numpy's: float64 of shape (N, 3), unit vectors. A source's row is the id of its object.

Examples:
  almagest apdb gen-sources sources.npy
  almagest apdb gen-sources few.npy -n 100 --hemisphere south`,
    );
}
