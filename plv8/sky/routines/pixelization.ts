/** Pixelizations of the sky in SQL: ids of positions, ranges of ids for regions, and pixels as regions. */
import { Failure } from '../../failure.ts';
import { type Routine, routine } from '../../routine.ts';
import { decodeRegion, encodeRegion } from '../codec.ts';
import { htmLevel, htmName, htmTrixel } from '../htm.ts';
import { htmColumn, htmIndexAt } from '../htm_position.ts';
import { mq3cIndex, mq3cLevel, mq3cName, mq3cQuad } from '../mq3c.ts';
import { htmCoverCircle } from '../pixel_cover.ts';
import { positionAt } from '../pixel_position.ts';
import { checkLevel, envelope, interior, type Scheme, universe } from '../pixel_search.ts';
import { q3cIndex, q3cName, q3cQuad } from '../q3c.ts';
import { HALF_PI, RADIANS_PER_DEGREE, type Vec3 } from '../vector.ts';

const inScheme = {
  htm: 'in HTM (Szalay et al. 2007; 8 roots, levels 0 to 24)',
  mq3c: 'in modified Q3C (cube faces, Hilbert curve; levels 0 to 29)',
  q3c: "in sphgeom's Q3C (cube faces, Morton curve; levels 0 to 30), which is not the ipix of the extension q3c",
};

const defaultLevel = ['level', 'int4', '20'] as const;
const noSuchId = 'Error 22023 when no pixel has the id.';

function idRoutine(scheme: Scheme, index: (ra: number, decl: number, level: number) => bigint): Routine {
  return routine(
    {
      args: [['ra', 'float8'], ['decl', 'float8'], defaultLevel],
      returns: 'int8',
      volatility: 'immutable',
      comment:
        `Id of the pixel of a level to which a position belongs, ${inScheme[scheme]}. ` +
        'ra, decl: ICRS [deg]. Error 22023 for what is no position, and for a level that has no int8 ids.',
    },
    (ra, decl, level) => {
      checkLevel(scheme, level);
      return index(ra, decl, level);
    },
  );
}

function rangesRoutine(find: typeof envelope, scheme: Scheme, which: string, limited: string): Routine {
  return routine(
    {
      args: [
        ['region', 'bytea'],
        ['level', 'int4'],
        ['max_ranges', 'int4', '0'],
      ],
      returns: 'int8multirange',
      volatility: 'immutable',
      cost: 1000,
      comment:
        `Ids of the pixels of a level that ${which}, ${inScheme[scheme]}. region: encoded. max_ranges: 0 for no ` +
        `limit, or how many ranges at most (for each operand of a union or intersection), which then ${limited}. ` +
        'Error 22023 for a level that has no int8 ids, 54000 for more than a million ranges.',
    },
    (region, level, maxRanges) => find(scheme, decodeRegion(region), level, maxRanges).toMultirange(),
  );
}

const envelopeRoutine = (scheme: Scheme) =>
  rangesRoutine(envelope, scheme, "a region touches, or nearly (sphgeom's envelope)", 'cover more');

const interiorRoutine = (scheme: Scheme) =>
  rangesRoutine(interior, scheme, "certainly lie within a region (sphgeom's interior)", 'hold less');

function universeRoutine(scheme: Scheme): Routine {
  return routine(
    {
      args: [['level', 'int4']],
      returns: 'int8multirange',
      volatility: 'immutable',
      comment: `Ids of all pixels of a level, ${inScheme[scheme]}. Error 22023 for a level that has no int8 ids.`,
    },
    (level) => universe(scheme, level).toMultirange(),
  );
}

function polygon(vertices: readonly Vec3[]): Uint8Array {
  return encodeRegion({ kind: 'ConvexPolygon', vertices });
}

/** An HTM id as a number, which holds it exactly. */
function htmNumber(id: bigint): number {
  const number = Number(id);
  if (htmLevel(number) < 0) throw new Failure('22023', `${id} is not an HTM id`);
  return number;
}

export const htm_id = idRoutine('htm', (ra, decl, level) => BigInt(htmIndexAt(ra, decl, level)));
export const mq3c_id = idRoutine('mq3c', (ra, decl, level) => mq3cIndex(positionAt(ra, decl), level));
export const q3c_id = idRoutine('q3c', (ra, decl, level) => q3cIndex(positionAt(ra, decl), level));

export const htm_ids = routine(
  {
    args: [['ra', 'plv8_float8array'], ['decl', 'plv8_float8array'], defaultLevel],
    returns: 'int8[]',
    volatility: 'immutable',
    cost: 10000,
    comment:
      `Ids of the pixels of a level to which the positions of two columns belong, in their order, ${inScheme.htm}. ` +
      'ra, decl: ICRS [deg], of one length, without NULL. Error 22023 names the first row that is no position.',
  },
  (ra, decl, level) => {
    checkLevel('htm', level);
    return Array.from(htmColumn(ra, decl, level), BigInt);
  },
);

export const htm_envelope = envelopeRoutine('htm');
export const mq3c_envelope = envelopeRoutine('mq3c');
export const q3c_envelope = envelopeRoutine('q3c');

export const htm_cone = routine(
  {
    args: [
      ['ra0', 'float8'],
      ['decl0', 'float8'],
      ['radius_arcsec', 'float8'],
      defaultLevel,
      ['max_ranges', 'int4', '8'],
    ],
    returns: 'int8multirange',
    volatility: 'immutable',
    comment:
      'Few ranges of ids of a level that hold every position in a cone, rounding included, with the least excess ' +
      `that their number allows, ${inScheme.htm}. For searches of a column of ids; the exact test comes after. ` +
      'ra0, decl0: ICRS [deg]. Error 22023 for what is no position, radius, level or number of ranges.',
  },
  (ra, decl, radiusArcsec, level, maxRanges) => {
    checkLevel('htm', level);
    if (!(maxRanges >= 1)) throw new Failure('22023', `max_ranges is ${maxRanges}: it is 1 or more`);
    if (Number.isNaN(radiusArcsec)) throw new Failure('22023', 'the radius is not a number');
    const [x, y, z] = positionAt(ra, decl);
    const half = (radiusArcsec / 7200) * RADIANS_PER_DEGREE;
    const squaredChord = half < 0 ? -1 : half < HALF_PI ? 4 * Math.sin(half) ** 2 : 4;
    const ranges = htmCoverCircle(x, y, z, squaredChord, level, maxRanges);
    let text = '';
    for (let i = 0; i < ranges.length; i += 2) text += `${i > 0 ? ',' : ''}[${ranges[i]},${ranges[i + 1]})`;
    return `{${text}}`;
  },
);

export const htm_interior = interiorRoutine('htm');
export const mq3c_interior = interiorRoutine('mq3c');
export const q3c_interior = interiorRoutine('q3c');

export const htm_universe = universeRoutine('htm');
export const mq3c_universe = universeRoutine('mq3c');
export const q3c_universe = universeRoutine('q3c');

export const htm_triangle = routine(
  {
    args: [['id', 'int8']],
    returns: 'bytea',
    volatility: 'immutable',
    comment: `Pixel with an id, as an encoded ConvexPolygon, ${inScheme.htm}. ${noSuchId}`,
  },
  (id) => polygon(htmTrixel(htmNumber(id))),
);

export const mq3c_quad = routine(
  {
    args: [['id', 'int8']],
    returns: 'bytea',
    volatility: 'immutable',
    comment: `Pixel with an id, as an encoded ConvexPolygon, ${inScheme.mq3c}. ${noSuchId}`,
  },
  (id) => polygon(mq3cQuad(id)),
);

export const q3c_quad = routine(
  {
    args: [
      ['id', 'int8'],
      ['level', 'int4'],
    ],
    returns: 'bytea',
    volatility: 'immutable',
    comment: `Pixel with an id of a level, as an encoded ConvexPolygon, ${inScheme.q3c}. ${noSuchId}`,
  },
  (id, level) => {
    checkLevel('q3c', level);
    return polygon(q3cQuad(id, level));
  },
);

export const htm_level = routine(
  {
    args: [['id', 'int8']],
    returns: 'int4',
    volatility: 'immutable',
    comment: `Level of an id, NULL when no pixel has it, ${inScheme.htm}.`,
  },
  (id) => {
    const level = htmLevel(Number(id));
    return level < 0 ? null : level;
  },
);

export const mq3c_level = routine(
  {
    args: [['id', 'int8']],
    returns: 'int4',
    volatility: 'immutable',
    comment: `Level of an id, NULL when no pixel has it, ${inScheme.mq3c}.`,
  },
  (id) => {
    const level = mq3cLevel(id);
    return level < 0 ? null : level;
  },
);

export const htm_name = routine(
  {
    args: [['id', 'int8']],
    returns: 'text',
    volatility: 'immutable',
    comment: `Name of an id from its root down, such as N3210, ${inScheme.htm}. ${noSuchId}`,
  },
  (id) => htmName(htmNumber(id)),
);

export const mq3c_name = routine(
  {
    args: [['id', 'int8']],
    returns: 'text',
    volatility: 'immutable',
    comment: `Name of an id from its face down, such as +X2103, ${inScheme.mq3c}. ${noSuchId}`,
  },
  (id) => mq3cName(id),
);

export const q3c_name = routine(
  {
    args: [
      ['id', 'int8'],
      ['level', 'int4'],
    ],
    returns: 'text',
    volatility: 'immutable',
    comment: `Name of an id of a level from its face down, such as +X2103, ${inScheme.q3c}. ${noSuchId}`,
  },
  (id, level) => {
    checkLevel('q3c', level);
    return q3cName(id, level);
  },
);
