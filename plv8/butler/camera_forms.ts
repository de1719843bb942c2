/**
 * The forms in which the geometry of a camera comes, as JSON:
 *
 * - detectors with their corners: `{"detectors": [{"id": 1, "corners_deg": [[x, y], …]}]}` on the tangent plane, or
 *   `corners_field_angle_deg`, `corners_mm`, `corners_fp_mm`; with `plate_scale_arcsec_per_mm` or `radial` for mm;
 * - the policy files of obs_lsst: `{"header": …, "transforms": …, "rafts": …, "raft_files": {"R22": …}}`.
 */
import { Failure } from '../failure.ts';
import { type Camera, type Detector, fieldAngle, type Point } from './camera.ts';

const ARCSEC = Math.PI / 180 / 3600;
const PADDING_PIXELS = 250;

/** Codes of a detector's type, by place. */
const purposes = ['SCIENCE', 'FOCUS', 'GUIDER', 'WAVEFRONT'] as const;

/** Beyond this a place is on no tangent plane that a camera could have [deg]. */
const WIDEST = 60;

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [name: string]: Json | undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(what: string, hint?: string): Failure {
  return new Failure('22023', `invalid camera geometry: ${what}`, hint === undefined ? {} : { hint });
}

/** A reader of one object's members that says where it is when one does not fit. */
class Members {
  readonly object: JsonObject;
  readonly place: string;

  constructor(value: unknown, place: string) {
    if (!isObject(value)) throw invalid(`${place} is not a JSON object`);
    this.object = value;
    this.place = place;
  }

  private get(name: string): Json | undefined {
    return this.object[name] ?? undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  misfit(name: string, expected: string): Failure {
    const value = this.get(name);
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 80)}`;
    return invalid(`${name} of ${this.place} ${found}, not ${expected}`);
  }

  text(name: string): string | null {
    const value = this.get(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' || value === '') throw this.misfit(name, 'a name');
    return value;
  }

  number(name: string): number | null {
    const value = this.get(name);
    if (value === undefined) return null;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.misfit(name, 'a finite number');
    return value;
  }

  count(name: string, least: number): number | null {
    const value = this.number(name);
    if (value === null) return null;
    if (!Number.isSafeInteger(value) || value < least) throw this.misfit(name, `an integer from ${least}`);
    return value;
  }

  numbers(name: string, length?: number): number[] | null {
    const value = this.get(name);
    if (value === undefined) return null;
    if (
      !Array.isArray(value) ||
      (length !== undefined && value.length !== length) ||
      !value.every((item) => typeof item === 'number' && Number.isFinite(item))
    )
      throw this.misfit(name, `a list of ${length ?? 'finite'} numbers`);
    return value as number[];
  }

  child(name: string): Members {
    if (!this.has(name)) throw this.misfit(name, 'an object');
    return new Members(this.get(name), `${name} of ${this.place}`);
  }

  entries(): [string, Json][] {
    return Object.entries(this.object).filter((entry): entry is [string, Json] => entry[1] != null);
  }

  required<T>(name: string, value: T | null, expected: string): T {
    if (value === null) throw this.misfit(name, expected);
    return value;
  }
}

const cornerKinds = ['corners_deg', 'corners_field_angle_deg', 'corners_mm', 'corners_fp_mm'] as const;
type CornerKind = (typeof cornerKinds)[number];

/** The geometry of a camera from JSON of any of the forms; throws Failure 22023 that says what does not fit. */
export function parseCamera(geometry: unknown): Camera {
  const members = new Members(geometry, 'the camera');
  const camera = members.has('rafts') ? fromPolicy(members) : fromDetectors(members);
  const seen = new Set<number>();
  for (const detector of camera.detectors) {
    if (seen.has(detector.id)) throw invalid(`there are two detectors ${detector.id}`);
    seen.add(detector.id);
    checkCorners(camera, detector);
  }
  return camera;
}

function radialOf(members: Members): number[] {
  const given = members.numbers('radial');
  if (given) {
    if (given.length < 2 || given[1] === 0) throw members.misfit('radial', 'coefficients [0, slope, …]');
    return given;
  }
  const scale = members.number('plate_scale_arcsec_per_mm');
  if (scale === null)
    throw invalid(
      'corners are in mm, and there is no plate scale',
      'Give plate_scale_arcsec_per_mm, or radial: the coefficients of theta(r) [rad; r in mm].',
    );
  if (scale <= 0) throw members.misfit('plate_scale_arcsec_per_mm', 'a positive number');
  return [0, scale * ARCSEC];
}

function fromDetectors(members: Members): Camera {
  const list = members.object.detectors;
  if (!Array.isArray(list) || list.length === 0)
    throw invalid(
      'it has neither detectors nor rafts',
      'Give {"detectors": [{"id": 1, "corners_deg": [[x, y], …]}]}, or the policy files of a camera of obs_lsst.',
    );
  const each = list.map((item, i) => new Members(item, `detector ${item?.id ?? `number ${i + 1}`}`));
  const kind = cornerKinds.find((name) => each.every((detector) => detector.has(name)));
  if (!kind)
    throw invalid(
      `its detectors have no corners of one kind`,
      `Every one needs one of ${cornerKinds.join(', ')}.`,
    );
  const units = kind.endsWith('mm') ? 'mm' : 'deg';
  // Corners as a camera's own software has them, before the parity of its focal plane.
  const flips = kind === 'corners_fp_mm' && members.object.focal_plane_parity === true;
  const xAxis = members.text('x_axis') ?? (kind === 'corners_deg' ? 'east' : 'west');
  if (xAxis !== 'east' && xAxis !== 'west') throw members.misfit('x_axis', "'east' or 'west'");
  return {
    instrument: members.text('instrument') ?? members.text('camera'),
    units,
    radial: units === 'mm' ? radialOf(members) : null,
    xAxis,
    skyAngleOffset: members.number('sky_angle_offset') ?? 0,
    paddingPixels: paddingOf(members),
    detectors: each.map((detector) => detectorOf(detector, kind, flips)),
  };
}

function paddingOf(members: Members): number {
  const padding = members.number('padding_pixels') ?? PADDING_PIXELS;
  if (padding < 0) throw members.misfit('padding_pixels', 'a number from 0');
  return padding;
}

function purposeOf(members: Members): string | null {
  const code = members.count('type', 0);
  if (code === null) return members.text('purpose');
  if (code >= purposes.length) throw members.misfit('type', `a code from 0 to ${purposes.length - 1}`);
  return members.text('purpose') ?? purposes[code];
}

function detectorOf(members: Members, kind: CornerKind, flips: boolean): Detector {
  const corners = members.object[kind];
  if (
    !Array.isArray(corners) ||
    corners.length !== 4 ||
    !corners.every(
      (corner) =>
        Array.isArray(corner) && corner.length === 2 && corner.every((value) => Number.isFinite(value)),
    )
  )
    throw members.misfit(kind, 'four corners [x, y]');
  const width = members.count('nx', 1);
  const height = members.count('ny', 1);
  if ((width === null) !== (height === null)) throw members.misfit(width === null ? 'nx' : 'ny', 'a count');
  return {
    id: members.required('id', members.count('id', 0), 'a number from 0'),
    full_name: members.text('full_name') ?? members.text('name'),
    name_in_raft: members.text('name_in_raft'),
    raft: members.text('raft'),
    purpose: purposeOf(members),
    corners: (corners as Point[]).map(([x, y]) => [flips ? -x : x, y]),
    pixels: width === null || height === null ? null : [width, height],
  };
}

/** Corners make a convex quadrilateral on the tangent plane. */
function checkCorners(camera: Camera, { id, corners }: Detector): void {
  const places = corners.map((corner) => (camera.radial ? fieldAngle(corner, camera.radial) : corner));
  const far = places.find(([x, y]) => !(Math.hypot(x, y) <= WIDEST));
  if (far)
    throw invalid(
      `a corner of detector ${id} is at (${far.join(', ')}) deg on the tangent plane, more than ${WIDEST} from its middle`,
      'Are the units right: deg, or mm and a plate scale?',
    );
  const turns = places.map(([x, y], i) => {
    const [x1, y1] = places[(i + 1) % 4];
    const [x2, y2] = places[(i + 2) % 4];
    return (x1 - x) * (y2 - y1) - (y1 - y) * (x2 - x1);
  });
  if (!turns.every((turn) => turn > 0) && !turns.every((turn) => turn < 0))
    throw invalid(
      `the corners of detector ${id} make no convex quadrilateral`,
      'Give them in order around it.',
    );
}

function rotated([x, y]: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [x * c - y * s, x * s + y * c];
}

/** A camera of rafts: the parts that cameraHeader.yaml, cameraTransforms.yaml, rafts.yaml and a file a raft give. */
function fromPolicy(members: Members): Camera {
  const header = members.child('header');
  const files = members.child('raft_files');
  const rafts = members.child('rafts');
  const transforms = members.has('transforms') ? members.child('transforms') : header;
  const scale = transforms.required('plateScale', transforms.number('plateScale'), 'arcsec per mm');
  const angles = transforms.child('transforms').child('FieldAngle');
  const shape = angles.numbers('coeffs') ?? [0, 1];
  const detectors = rafts
    .entries()
    .filter(([name]) => files.has(name))
    .flatMap(([name]) => raftDetectors(name, rafts.child(name), files.child(name), header));
  if (detectors.length === 0)
    throw invalid('none of its rafts has a file', `Rafts are ${Object.keys(rafts.object).join(', ')}.`);
  return {
    // The header may be one that several cameras share.
    instrument: null,
    units: 'mm',
    radial: shape.map((coefficient) => coefficient * scale * ARCSEC),
    xAxis: 'west',
    skyAngleOffset: 0,
    paddingPixels: PADDING_PIXELS,
    detectors,
  };
}

function raftDetectors(name: string, raft: Members, file: Members, header: Members): Detector[] {
  const type = file.required('detectorType', file.text('detectorType'), 'a type of detectors');
  const first = raft.required('id0', raft.count('id0', 0), 'the id of its first detector');
  const offset = raft.required('offset', raft.numbers('offset', 2), 'two numbers');
  const yaw = raft.number('yaw') ?? 0;
  const ccds = header.child(`RAFT_${type}`).child('ccds');
  const within = file.has('geometryWithinRaft') ? file.child('geometryWithinRaft') : null;
  const purpose = type.endsWith('_G') ? 'GUIDER' : type.endsWith('_WF') ? 'WAVEFRONT' : 'SCIENCE';
  return ccds.entries().map(([slot]) => {
    const ccd = ccds.child(slot);
    const shift = within?.has(slot) ? within.child(slot) : null;
    const [x, y] = ccd.required('offset', ccd.numbers('offset', 2), 'two numbers');
    const [dx, dy] = shift?.numbers('offset', 2) ?? [0, 0];
    const [cx, cy] = rotated([x + dx, y + dy], yaw);
    const turn = yaw + (ccd.number('yaw') ?? 0) + (shift?.number('yaw') ?? 0);
    const [px, py] = ccd.required('refpos', ccd.numbers('refpos', 2), 'two numbers');
    const [sx, sy] = ccd.required('pixelSize', ccd.numbers('pixelSize', 2), 'two numbers');
    const [[x0, y0], [x1, y1]] = boundingBox(ccd);
    return {
      id: first + ccd.required('id', ccd.count('id', 0), 'a number from 0'),
      full_name: `${name}_${slot}`,
      name_in_raft: slot,
      raft: name,
      purpose,
      // Pixels reach half a pixel beyond their centres.
      corners: (
        [
          [x0 - 0.5, y0 - 0.5],
          [x1 + 0.5, y0 - 0.5],
          [x1 + 0.5, y1 + 0.5],
          [x0 - 0.5, y1 + 0.5],
        ] as const
      ).map(([u, v]): Point => {
        const [rx, ry] = rotated([(u - px) * sx, (v - py) * sy], turn);
        return [offset[0] + cx + rx, offset[1] + cy + ry];
      }),
      pixels: [x1 - x0 + 1, y1 - y0 + 1],
    };
  });
}

/** The first and the last pixel of a detector. */
function boundingBox(ccd: Members): [Point, Point] {
  const value = ccd.object.bbox;
  if (
    !Array.isArray(value) ||
    value.length !== 2 ||
    !value.every(
      (corner) => Array.isArray(corner) && corner.length === 2 && corner.every(Number.isSafeInteger),
    ) ||
    !(value[0] as readonly number[]).every((low, i) => low <= (value[1] as readonly number[])[i])
  )
    throw ccd.misfit('bbox', '[[x, y], [x, y]] of its first and last pixel');
  return value as [Point, Point];
}
