/** The Hipparcos stars and the deep-sky objects of the npm package d3-celestial, as tables. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { EcsvTable } from './ecsv-table.ts';

const manifest = createRequire(import.meta.url).resolve('d3-celestial/package.json');
const dataDirectory = path.join(path.dirname(manifest), 'data');

function features<P extends z.ZodType, I extends z.ZodType>(id: I, properties: P) {
  const geometry = z.object({ coordinates: z.tuple([z.number().min(-180).max(180), z.number()]) });
  return z.object({ features: z.array(z.object({ id, properties, geometry })) });
}

/** A number, a number's text, or an empty text for none. */
const measure = z
  .union([z.number(), z.string()])
  .transform((value) => (value === '' || !Number.isFinite(Number(value)) ? null : Number(value)));

const starFile = features(z.number().int(), z.object({ mag: z.number(), bv: measure }));

const starNameFile = z.record(
  z.string(),
  z.object({ name: z.string().optional(), desig: z.string().optional(), c: z.string().optional() }),
);

const deepSkyFile = features(
  z.string(),
  z.object({ desig: z.string(), type: z.string(), morph: z.string(), mag: measure, dim: z.string() }),
);

const deepSkyNameFile = z.record(z.string(), z.object({ name: z.string().optional() }));

/** The kinds of deep-sky object, by the package's code. */
const kinds: Readonly<Record<string, string>> = {
  gg: 'galaxy cluster',
  g: 'galaxy',
  s: 'spiral galaxy',
  s0: 'lenticular galaxy',
  sd: 'dwarf spheroidal galaxy',
  i: 'irregular galaxy',
  e: 'elliptical galaxy',
  oc: 'open cluster',
  gc: 'globular cluster',
  dn: 'dark nebula',
  bn: 'bright nebula',
  sfr: 'star-forming region',
  rn: 'reflection nebula',
  en: 'emission nebula',
  pn: 'planetary nebula',
  snr: 'supernova remnant',
};

function read<S extends z.ZodType>(file: string, schema: S): z.infer<S> {
  return schema.parse(JSON.parse(readFileSync(path.join(dataDirectory, file), 'utf8')));
}

/** The package keeps longitudes in -180..180; the sum with 360 is rounded to the digits that it gives. */
function rightAscension(longitude: number): number {
  return longitude < 0 ? Number((longitude + 360).toFixed(6)) : longitude;
}

function isOnSky({ geometry }: { geometry: { coordinates: [number, number] } }): boolean {
  return Math.abs(geometry.coordinates[1]) <= 90;
}

const orNull = (text: string | undefined): string | null => text || null;

const positionColumns = [
  {
    name: 'ra',
    datatype: 'float64',
    unit: 'deg',
    ucd: 'pos.eq.ra;meta.main',
    description: 'Right ascension, ICRS',
  },
  {
    name: 'dec',
    datatype: 'float64',
    unit: 'deg',
    ucd: 'pos.eq.dec;meta.main',
    description: 'Declination, ICRS',
  },
] as const;

/** The 118,216 Hipparcos stars with their colours, and names where they have one. */
export function hipparcosTable(): EcsvTable {
  const names = read('starnames.json', starNameFile);
  return {
    description: 'Hipparcos stars: positions, V magnitudes, colours and names (npm d3-celestial)',
    columns: [
      { name: 'hip', datatype: 'int32', ucd: 'meta.id;meta.main', description: 'Hipparcos number' },
      ...positionColumns,
      {
        name: 'v_mag',
        datatype: 'float32',
        unit: 'mag',
        ucd: 'phot.mag;em.opt.V',
        description: 'Johnson V magnitude',
      },
      {
        name: 'b_v',
        datatype: 'float32',
        unit: 'mag',
        ucd: 'phot.color;em.opt.B;em.opt.V',
        description: 'Colour index B-V',
      },
      { name: 'name', datatype: 'string', ucd: 'meta.id', description: 'Proper name' },
      {
        name: 'designation',
        datatype: 'string',
        ucd: 'meta.id',
        description: 'Bayer letter, Flamsteed number or variable name',
      },
      {
        name: 'constellation',
        datatype: 'string',
        ucd: 'meta.id.parent',
        description: 'IAU constellation, three letters',
      },
    ],
    rows: read('stars.14.json', starFile).features.map(({ id, properties, geometry }) => {
      const [longitude, latitude] = geometry.coordinates;
      const { name, desig, c } = names[id] ?? {};
      return [
        id,
        rightAscension(longitude),
        latitude,
        properties.mag,
        properties.bv,
        orNull(name),
        orNull(desig),
        orNull(c),
      ];
    }),
  };
}

/** Both axes of a size in arcminutes: '189.1x61.7', '55' for a round object, or nothing. */
function axes(size: string): [number | null, number | null] {
  if (size === '') return [null, null];
  const [major, minor = major] = size.split('x').map(Number);
  return [major, minor];
}

/** 15,807 galaxies, clusters and nebulae to about magnitude 14. */
export function deepSkyTable(): EcsvTable {
  const names = read('dsonames.json', deepSkyNameFile);
  return {
    description: 'Galaxies, clusters and nebulae to about magnitude 14 (npm d3-celestial)',
    columns: [
      {
        name: 'object',
        datatype: 'string',
        ucd: 'meta.id;meta.main',
        description: 'NGC, IC, PGC or other catalogue number',
      },
      ...positionColumns,
      { name: 'kind', datatype: 'string', ucd: 'src.class', description: 'What the object is' },
      {
        name: 'mag',
        datatype: 'float32',
        unit: 'mag',
        ucd: 'phot.mag;em.opt',
        description: 'Total visual or photographic magnitude',
      },
      {
        name: 'major_arcmin',
        datatype: 'float32',
        unit: 'arcmin',
        ucd: 'phys.angSize.smajAxis',
        description: 'Apparent length',
      },
      {
        name: 'minor_arcmin',
        datatype: 'float32',
        unit: 'arcmin',
        ucd: 'phys.angSize.sminAxis',
        description: 'Apparent width',
      },
      {
        name: 'morphology',
        datatype: 'string',
        ucd: 'src.morph.type',
        description: 'Class within its kind, such as the Hubble type',
      },
      {
        name: 'designation',
        datatype: 'string',
        ucd: 'meta.id',
        description: 'Best-known designation: Messier or Caldwell number before others',
      },
      { name: 'name', datatype: 'string', ucd: 'meta.id', description: 'Proper name' },
    ],
    // Two supernova remnants of the package have their size where the declination should be.
    rows: read('dsos.14.json', deepSkyFile)
      .features.filter(isOnSky)
      .map(({ id, properties, geometry }) => {
        const { desig, type, morph, mag, dim } = properties;
        const [longitude, latitude] = geometry.coordinates;
        return [
          id,
          rightAscension(longitude),
          latitude,
          kinds[type] ?? type,
          mag === null || mag > 99 ? null : mag,
          ...axes(dim),
          orNull(morph),
          orNull(desig),
          orNull(names[id]?.name),
        ];
      }),
  };
}
