/** The demo's catalogues as files that `almagest load` takes, each with the table that it becomes. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deepSkyTable, hipparcosTable } from './celestial.ts';
import { ecsvTable } from './ecsv-table.ts';
import { fitsTable } from './fits-table.ts';
import type { Stars } from './star-tree.ts';

export interface Catalogue {
  readonly file: string;
  readonly table: string;
  readonly key: string;
  readonly comment: string;
}

/** By renaming, so that an interrupted demo leaves no half of a file. */
function write(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

/** The FITS file of the Tycho-2 stars. */
export function tychoFits({ ra, decl, magnitude }: Stars): Buffer {
  return fitsTable({
    name: 'TYCHO2',
    history: ['Positions decoded from the k-d tree of index-tycho2-10.littleendian.fits'],
    columns: [
      {
        ...{ name: 'star_id', form: 'J', ucd: 'meta.id;meta.main' },
        description: 'Number of the star in the index, from 1',
        values: Int32Array.from(ra, (_, row) => row + 1),
      },
      {
        ...{ name: 'ra', form: 'D', unit: 'deg', ucd: 'pos.eq.ra;meta.main' },
        description: 'Right ascension, ICRS',
        values: ra,
      },
      {
        ...{ name: 'dec', form: 'D', unit: 'deg', ucd: 'pos.eq.dec;meta.main' },
        description: 'Declination, ICRS',
        values: decl,
      },
      {
        ...{ name: 'vt_mag', form: 'E', unit: 'mag', ucd: 'phot.mag;em.opt.V' },
        description: 'Tycho V_T magnitude',
        values: magnitude,
      },
    ],
  });
}

/** Writes the three files; the same input gives the same bytes, so that loading them again is a no-op. */
export function writeCatalogues(directory: string, stars: Stars): Catalogue[] {
  mkdirSync(directory, { recursive: true });
  const [tycho, hipparcos, deepSky] = ['tycho2.fits', 'hipparcos.ecsv', 'deep_sky.ecsv'].map((name) =>
    path.join(directory, name),
  );
  write(tycho, tychoFits(stars));
  write(hipparcos, ecsvTable(hipparcosTable()));
  write(deepSky, ecsvTable(deepSkyTable()));
  return [
    {
      ...{ file: tycho, table: 'demo.tycho2', key: 'star_id' },
      comment:
        "Tycho-2 stars: the ten brightest in each cell of about one square degree (Debian's astrometry.net index tycho2-10)",
    },
    {
      ...{ file: hipparcos, table: 'demo.hipparcos', key: 'hip' },
      comment: 'Hipparcos stars with colours and names (npm d3-celestial)',
    },
    {
      ...{ file: deepSky, table: 'demo.deep_sky', key: 'object' },
      comment: 'Galaxies, clusters and nebulae to about magnitude 14 (npm d3-celestial)',
    },
  ];
}
