/** Footprints in SQL: regions decoded many at a time, and what searches ask of them. */

import { openRegistry } from '../../butler/registry.ts';
import { Failure } from '../../failure.ts';
import { type Routine, routine } from '../../routine.ts';
import { decodeRegion, encodeRegion } from '../../sky/codec.ts';
import { overlaps } from '../../sky/relate.ts';
import { serverRadians } from '../../sky/routines/server_degrees.ts';
import { regionFromText } from '../../sky/s_region.ts';
import { searchFor } from '../cells.ts';
import { cover } from '../cover.ts';
import { obscoreError } from '../errors.ts';
import { footprintOf, sphereLiterals } from '../footprint.ts';
import { dropFootprints, prepareFootprints, pruneFootprints } from '../footprints.ts';

export const _decode_footprints: Routine = routine(
  {
    args: [['regions', 'text[]']],
    returns: {
      table: [
        ['kind', 'text'],
        ['x', 'float8'],
        ['y', 'float8'],
        ['z', 'float8'],
        ['rho', 'float8'],
        ['fov', 'float8'],
        ['s_region', 'text'],
        ['region', 'bytea'],
        ['edges', 'float8[]'],
        ['cells', 'float8[]'],
        ['complaint', 'text'],
      ],
    },
    volatility: 'immutable',
    cost: 10000,
    rows: 1000,
    comment:
      'Footprints of regions in base64, in their order: kind, centre of the bounding circle as a unit vector with ' +
      'its distance from the axis, diameter [deg], s_region, the region encoded where its text is not simply that, normals of the edges of a polygon, cells that cover the region; ' +
      'or a complaint and NULLs for what cannot be decoded.',
  },
  (regions) =>
    regions.map((base64) => {
      const footprint = base64 === null ? { complaint: 'no region' } : footprintOf(base64);
      if ('complaint' in footprint)
        return {
          kind: null,
          x: null,
          y: null,
          z: null,
          rho: null,
          fov: null,
          s_region: null,
          region: null,
          edges: null,
          cells: null,
          complaint: footprint.complaint,
        };
      const { kind, center, fov, text, region, edges, cells } = footprint;
      return {
        kind,
        x: center[0],
        y: center[1],
        z: center[2],
        rho: Math.sqrt(center[0] * center[0] + center[1] * center[1]),
        fov,
        s_region: text,
        region,
        edges: edges ?? null,
        cells,
        complaint: null,
      };
    }),
);

export const _sphere_literals: Routine = routine(
  {
    args: [['regions', 'bytea[]']],
    returns: {
      table: [
        ['spoly', 'text'],
        ['spoint', 'text'],
      ],
    },
    volatility: 'immutable',
    usesSql: true,
    cost: 10000,
    rows: 1000,
    comment:
      "pgSphere's literals [rad] of regions, in their order: the polygon, NULL for other kinds, and the centre of the " +
      'bounding circle; NULLs for no region.',
  },
  (regions) =>
    regions.map((bytes) => {
      if (bytes === null) return { spoly: null, spoint: null };
      const [spoly, spoint] = sphereLiterals(decodeRegion(bytes), serverRadians);
      return { spoly, spoint };
    }),
);

export const _prune_footprints: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'int8',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Removes footprints of a registry that no dimension record and no row of an ObsCore table refers to any more, ' +
      'and returns how many. Those that other sessions are about to refer to stay.',
  },
  (registry) => BigInt(pruneFootprints(openRegistry(registry))),
);

export const _prepare_footprints: Routine = routine(
  {
    args: [
      ['registry', 'name'],
      ['pgsphere', 'boolean', 'false'],
    ],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Makes the footprints of a registry, adds what is missing, and has triggers keep them; obscore.create does. ' +
      "pgsphere: as pgSphere's types, too. ObsCoreStateError where pgSphere is not installed.",
  },
  (registry, pgsphere) => {
    prepareFootprints(openRegistry(registry), { pgsphere });
    return undefined;
  },
);

export const _drop_footprints: Routine = routine(
  {
    args: [['registry', 'name']],
    returns: 'void',
    volatility: 'volatile',
    parallel: 'unsafe',
    usesSql: true,
    comment:
      'Takes the footprints of a registry and their triggers away; with its last ObsCore table they go.',
  },
  (registry) => {
    dropFootprints(openRegistry(registry));
    return undefined;
  },
);

/** Cells that a region which is searched for is covered by, at most: each costs a range of an index. */
const SEARCH_CELLS = 24;

export const _search_cells: Routine = routine(
  {
    args: [['region', 'bytea']],
    returns: {
      table: [
        ['ancestors', 'int8[]'],
        ['lows', 'int8[]'],
        ['highs', 'int8[]'],
      ],
    },
    volatility: 'immutable',
    rows: 1,
    comment:
      'What to look for in almagest_footprint_pixel to find all that may touch a region: the cells around it, and ' +
      'ranges, both ends included, of those in it. Error 22P03 for a malformed encoding.',
  },
  (bytes) => {
    const { ancestors, lows, highs } = searchFor(cover(decodeRegion(bytes), SEARCH_CELLS));
    return [{ ancestors: ancestors.map(BigInt), lows: lows.map(BigInt), highs: highs.map(BigInt) }];
  },
);

export const _overlapping: Routine = routine(
  {
    args: [
      ['footprints', 'uuid[]'],
      ['regions', 'bytea[]'],
      ['searched', 'bytea'],
    ],
    returns: 'uuid[]',
    volatility: 'immutable',
    cost: 10000,
    comment:
      'Those keys of footprints whose regions, given in the same order, have a point in common with a region, or of ' +
      'which that is not known.',
  },
  (footprints, regions, searched) => {
    const target = decodeRegion(searched);
    return footprints.filter((_, i) => {
      const region = regions[i];
      return region !== null && overlaps(decodeRegion(region), target) !== false;
    });
  },
);

export const _region_of: Routine = routine(
  {
    args: [['pos', 'text']],
    returns: 'bytea',
    volatility: 'immutable',
    comment:
      "The region of SIAv2's POS or of s_region text [deg, ICRS]; a polygon is what its edges enclose. " +
      'ObsCoreQueryError for text that is no region.',
  },
  (pos) => {
    try {
      return encodeRegion(regionFromText(pos));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw obscoreError('ObsCoreQueryError', error.message, {
        hint: 'Write a region in degrees: CIRCLE 150.1 2.2 0.5, RANGE 150 151 2 3, POLYGON 150 2 151 2 151 3.',
      });
    }
  },
);
