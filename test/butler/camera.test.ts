/** Geometry of cameras: forms in which it comes, places on the sky, padding. */
import test from 'ava';
import { directions, fieldAngle, type Padding, planeCorners } from '../../plv8/butler/camera.ts';
import { parseCamera } from '../../plv8/butler/camera_forms.ts';
import { DEGREES_PER_RADIAN, fromDegrees, latitudeOf, longitudeOf } from '../../plv8/sky/vector.ts';
import { apart, rectangle, toyCamera, toyGeometry } from './camera_support.ts';

const none: Padding = { pixels: 0, deg: 0 };
const degrees = (places: readonly number[]) => places.map((value) => value * DEGREES_PER_RADIAN);
const closeTo = (places: readonly number[], expected: readonly number[]) =>
  places.length === expected.length && places.every((value, i) => Math.abs(value - expected[i]) < 1e-12);

const square = { id: 7, corners_deg: rectangle([-1, -1, 1, 1]) };
const camera = (more: object, detector: object = {}) =>
  parseCamera({ ...more, detectors: [{ ...square, ...detector }] });

test('at sky_angle 0 y points north and x east, or west where the camera says so', (t) => {
  for (const [xAxis, ra] of [
    ['east', 10.1],
    ['west', 9.9],
  ] as const) {
    const plate = { ...toyCamera, xAxis };
    const [x, y] = directions(plate, [0.1 / DEGREES_PER_RADIAN, 0, 0, 0.1 / DEGREES_PER_RADIAN], {
      ra: 10,
      decl: 0,
      skyAngle: 0,
    });
    t.true(apart(x, fromDegrees(ra, 0)) < 0.01);
    t.true(apart(y, fromDegrees(10, 0.1)) < 0.01);
  }
});

test('with growing sky_angle x turns to the north', (t) => {
  for (const xAxis of ['east', 'west'] as const) {
    const [x] = directions({ ...toyCamera, xAxis }, [0.01, 0], { ra: 0, decl: 0, skyAngle: 90 });
    t.true(apart(x, fromDegrees(0, Math.atan(0.01) * DEGREES_PER_RADIAN)) < 1e-6);
  }
  const [turned] = directions({ ...toyCamera, skyAngleOffset: 60 }, [0.01, 0.02], {
    ra: 0,
    decl: 0,
    skyAngle: 30,
  });
  const [plain] = directions(toyCamera, [0.01, 0.02], { ra: 0, decl: 0, skyAngle: 90 });
  t.true(apart(turned, plain) < 1e-9);
});

test('the middle of the plane is where the camera points: at both poles, and across RA 0', (t) => {
  for (const [ra, decl] of [
    [0, 90],
    [123, -90],
    [0, 0],
    [359.99, 10],
    [360, -45],
  ]) {
    const [middle, east] = directions(toyCamera, [0, 0, 0.01, 0], { ra, decl, skyAngle: 0 });
    t.true(apart(middle, fromDegrees(ra % 360, decl)) < 1e-6);
    t.true(Math.abs(apart(middle, east) - Math.atan(0.01) * DEGREES_PER_RADIAN * 3600) < 1e-6);
  }
  const [, east] = directions(toyCamera, [0, 0, 0.01, 0], { ra: 359.9, decl: 0, skyAngle: 0 });
  t.true(longitudeOf(east) * DEGREES_PER_RADIAN < 1);
  t.true(Math.abs(latitudeOf(east)) < 1e-12);
});

test('padding in degrees moves each edge outwards by it, whichever way the corners go round', (t) => {
  const padded = degrees(planeCorners(toyCamera, toyCamera.detectors[0], { pixels: 0, deg: 0.01 }));
  t.true(closeTo(padded, [-0.96, -0.31, -0.64, -0.31, -0.64, -0.14, -0.96, -0.14]));
  const back = { ...toyCamera.detectors[0], corners: [...toyCamera.detectors[0].corners].reverse() };
  const reversed = degrees(planeCorners(toyCamera, back, { pixels: 0, deg: 0.01 }));
  t.true(closeTo(reversed, [-0.96, -0.14, -0.64, -0.14, -0.64, -0.31, -0.96, -0.31]));
});

test('padding in pixels goes by the size of the detector, and by nothing where that is not known', (t) => {
  const known = camera({}, { nx: 100, ny: 200 });
  const padded = degrees(planeCorners(known, known.detectors[0], { pixels: 10, deg: 0 }));
  t.true(closeTo(padded, [-1.2, -1.1, 1.2, -1.1, 1.2, 1.1, -1.2, 1.1]));
  t.true(
    closeTo(
      degrees(planeCorners(camera({}), camera({}).detectors[0], { pixels: 10, deg: 0 })),
      [-1, -1, 1, -1, 1, 1, -1, 1],
    ),
  );
});

test('field angles follow the radial polynomial, at the axis its slope', (t) => {
  const radial = [0, 1e-4, 0, 1e-10];
  t.deepEqual(fieldAngle([0, 0], radial), [0, 0]);
  const [x, y] = fieldAngle([30, 40], radial);
  const theta = (1e-4 * 50 + 1e-10 * 50 ** 3) * DEGREES_PER_RADIAN;
  t.true(Math.abs(x - 0.6 * theta) < 1e-12 && Math.abs(y - 0.8 * theta) < 1e-12);
});

test('corners in mm take a plate scale, and the parity of the focal plane turns x', (t) => {
  const detectors = [{ id: 1, name: 'S1', type: 2, corners_fp_mm: rectangle([0, 0, 10, 20]) }];
  const plain = parseCamera({
    camera: 'Cam',
    plate_scale_arcsec_per_mm: 20,
    focal_plane_parity: false,
    detectors,
  });
  t.like(plain, { instrument: 'Cam', units: 'mm', xAxis: 'west', paddingPixels: 250 });
  t.like(plain.detectors[0], { full_name: 'S1', purpose: 'GUIDER', pixels: null });
  t.true(Math.abs(degrees(planeCorners(plain, plain.detectors[0], none))[2] - 200 / 3600) < 1e-12);
  const turned = parseCamera({ plate_scale_arcsec_per_mm: 20, focal_plane_parity: true, detectors });
  t.deepEqual(turned.detectors[0].corners[1], [-10, 0]);
});

test('a raft of a policy is turned with its detectors, and rafts without a file are left out', (t) => {
  const ccd = {
    id: 1,
    offset: [10, 0],
    refpos: [49.5, 99.5],
    bbox: [
      [0, 0],
      [99, 199],
    ],
    pixelSize: [0.01, 0.01],
  };
  const policy = parseCamera({
    header: { RAFT_X: { ccds: { S00: ccd } } },
    transforms: { plateScale: 20, transforms: { FieldAngle: { coeffs: [0, 1, 0, 1e-8] } } },
    rafts: { R00: { offset: [100, 0], id0: 5, yaw: 90 }, R01: { offset: [0, 0], id0: 9 } },
    raft_files: { R00: { detectorType: 'X' } },
  });
  t.is(policy.detectors.length, 1);
  t.like(policy.detectors[0], {
    id: 6,
    full_name: 'R00_S00',
    name_in_raft: 'S00',
    raft: 'R00',
    pixels: [100, 200],
  });
  const expected = [101, 9.5, 101, 10.5, 99, 10.5, 99, 9.5];
  t.true(closeTo(policy.detectors[0].corners.flat(), expected), `${policy.detectors[0].corners}`);
  t.true(Math.abs(policy.radial![3] - (20 * 1e-8 * Math.PI) / 180 / 3600) < 1e-20);
});

test('geometry that does not fit is refused with the detector and what is wrong', (t) => {
  for (const [geometry, pattern] of [
    [null, /the camera is not a JSON object/],
    [{}, /neither detectors nor rafts/],
    [{ detectors: [] }, /neither detectors nor rafts/],
    [{ detectors: [{ id: 1 }] }, /no corners of one kind/],
    [{ detectors: [square, { id: 8, corners_mm: rectangle([0, 0, 1, 1]) }] }, /no corners of one kind/],
    [{ detectors: [{ corners_deg: square.corners_deg }] }, /id of detector number 1 is missing/],
    [{ detectors: [{ ...square, id: 1.5 }] }, /id of detector 1.5 is 1.5, not an integer/],
    [{ detectors: [square, square] }, /two detectors 7/],
    [
      {
        detectors: [
          {
            id: 1,
            corners_deg: [
              [0, 0],
              [1, 0],
              [1, 1],
            ],
          },
        ],
      },
      /of detector 1 .*not four corners/,
    ],
    [
      {
        detectors: [
          {
            id: 1,
            corners_deg: [
              [0, 0],
              [1, 1],
              [1, 0],
              [0, 1],
            ],
          },
        ],
      },
      /no convex quadrilateral/,
    ],
    [{ detectors: [{ id: 1, corners_deg: rectangle([0, 0, 0, 1]) }] }, /no convex quadrilateral/],
    [{ detectors: [{ id: 1, corners_deg: rectangle([0, 0, 1, 99]) }] }, /more than 60 from its middle/],
    [{ detectors: [{ id: 1, corners_mm: rectangle([0, 0, 1, 1]) }] }, /no plate scale/],
    [
      { plate_scale_arcsec_per_mm: 0, detectors: [{ id: 1, corners_mm: rectangle([0, 0, 1, 1]) }] },
      /a positive number/,
    ],
    [{ radial: [0], detectors: [{ id: 1, corners_mm: rectangle([0, 0, 1, 1]) }] }, /coefficients/],
    [{ detectors: [{ ...square, nx: 5 }] }, /ny of detector 7 is missing/],
    [{ detectors: [{ ...square, nx: 0, ny: 1 }] }, /nx of detector 7 is 0/],
    [{ detectors: [{ ...square, type: 4 }] }, /type of detector 7 is 4/],
    [{ x_axis: 'up', detectors: [square] }, /'east' or 'west'/],
    [{ padding_pixels: -1, detectors: [square] }, /padding_pixels/],
    [{ rafts: {} }, /header of the camera is missing/],
  ] as const)
    t.throws(() => parseCamera(geometry), { message: pattern });
  t.notThrows(() => parseCamera(toyGeometry));
});
