/** Cameras in SQL: loading their geometry, and where their detectors look. */
import { Failure } from '../../failure.ts';
import { changes, type Routine, routine } from '../../routine.ts';
import { parseCamera } from '../camera_forms.ts';
import { paddingOf, readCamera, storeCamera } from '../camera_tables.ts';
import { FocalPlane, regionText } from '../visit_regions.ts';

export const load_camera: Routine = routine(
  {
    args: [
      ['name', 'text'],
      ['geometry', 'json'],
      ['instrument', 'text', 'null'],
    ],
    returns: 'int8',
    ...changes,
    strict: false,
    comment:
      'Loads the geometry of a camera, in place of any of that name, and returns how many detectors it has. ' +
      'geometry: {"detectors": [{"id", "name", "raft", "name_in_raft", "purpose", "nx", "ny", "corners_deg"}]} with ' +
      'four corners [x, y] in order around each detector, in degrees on the tangent plane (corners_deg: x to the ' +
      'east and y to the north at sky_angle 0; corners_field_angle_deg: x to the west) or in mm on the focal plane ' +
      '(corners_mm, corners_fp_mm), with "plate_scale_arcsec_per_mm" or "radial", the coefficients of the field ' +
      'angle theta(r) [rad; r in mm], and optionally "x_axis" (east or west), "focal_plane_parity", ' +
      '"sky_angle_offset" [deg], "padding_pixels" [pixel]; or the policy files of a camera of obs_lsst: {"header", ' +
      '"transforms", "rafts", "raft_files"}, of which rafts without a file are left out. instrument: the one that ' +
      'registries know; else what the geometry says. SQLSTATE 22023 names the detector and what does not fit.',
  },
  (name, geometry, instrument) => {
    if (!name) throw new Failure('22023', 'a camera needs a name');
    const camera = parseCamera(geometry);
    storeCamera(name, instrument ?? camera.instrument, camera);
    return BigInt(camera.detectors.length);
  },
);

export const camera_detector_regions: Routine = routine(
  {
    args: [
      ['camera', 'text'],
      ['ra', 'float8'],
      ['decl', 'float8'],
      ['sky_angle', 'float8'],
      ['padding_deg', 'float8', 'null'],
      ['padding_pixels', 'float8', 'null'],
    ],
    returns: {
      table: [
        ['detector', 'int8'],
        ['region', 'text'],
      ],
    },
    volatility: 'stable',
    strict: false,
    usesSql: true,
    rows: 100,
    comment:
      'Where the detectors of a camera look that points at ra, decl (ICRS, degrees) with its focal plane turned by ' +
      'sky_angle (degrees, as in records of exposures): the convex polygon of each in base64, as registries store ' +
      'regions. padding_deg: by how much regions go beyond detectors on each side [deg]; padding_pixels: the same in ' +
      "pixels, where the camera has them; by default the camera's padding_pixels. No row where ra, decl or sky_angle " +
      'is NULL. SQLSTATE P0002 where there is no such camera.',
  },
  (name, ra, decl, skyAngle, paddingDeg, paddingPixels) => {
    const camera = readCamera(name ?? '');
    if (ra === null || decl === null || skyAngle === null) return [];
    const plane = new FocalPlane(camera, paddingOf(camera, paddingDeg, paddingPixels));
    const { detectors } = plane.regions([{ ra, decl, skyAngle }]);
    return camera.detectors.map(({ id }, i) => ({
      detector: BigInt(id),
      region: regionText(detectors[i]),
    }));
  },
);
