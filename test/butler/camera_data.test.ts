/** Cameras against the sky: their geometry from files, where real images and registries say that detectors look. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseCamera } from '../../plv8/butler/camera_forms.ts';
import { FocalPlane, regionText } from '../../plv8/butler/visit_regions.ts';
import { decodeRegion } from '../../plv8/sky/codec.ts';
import type { ConvexPolygon } from '../../plv8/sky/region.ts';
import { add, DEGREES_PER_RADIAN, fromDegrees, normalized, scale, type Vec3 } from '../../plv8/sky/vector.ts';
import { loadCamera, readCameraFile } from '../../src/butler/camera.ts';
import { database } from '../support/database.ts';
import { dataPath, dataTest as test } from '../support/fixtures.ts';
import { apart, vertexDistance } from './camera_support.ts';

const cameraFile = (...parts: string[]) => readCameraFile(dataPath('butler/camera', ...parts));

/** Cards of a header that was dumped as a list of [keyword, type, value, comment]. */
function cards(file: string): (keyword: string) => number {
  const text = readFileSync(dataPath('butler/headers', file), 'utf8');
  return (keyword) => Number(new RegExp(`^- \\[${keyword}, Double, ([^,]+),`, 'm').exec(text)![1]);
}

test('DECam: S29 is where the coordinates of an image say, at sky_angle 90', async (t) => {
  const camera = parseCamera(await cameraFile('decam_detectors_derived.json'));
  t.is(camera.detectors.length, 62);
  const card = cards('fitsheader-decam-calexp-0412037_10.yaml');
  const [ra, decl] = [card('CRVAL1'), card('CRVAL2')];
  const plane = new FocalPlane(camera, { pixels: 0, deg: 0 });
  const { visit, detectors } = plane.regions([{ ra, decl, skyAngle: 90 }]);
  /** Gnomonic projection by the header. */
  const direction = (x: number, y: number): Vec3 => {
    const [dx, dy] = [x - card('CRPIX1'), y - card('CRPIX2')];
    const xi = (card('CD1_1') * dx + card('CD1_2') * dy) / DEGREES_PER_RADIAN;
    const eta = (card('CD2_1') * dx + card('CD2_2') * dy) / DEGREES_PER_RADIAN;
    const east = fromDegrees(ra + 90, 0);
    const north = decl > 0 ? fromDegrees(ra + 180, 90 - decl) : fromDegrees(ra, 90 + decl);
    return normalized(add(add(fromDegrees(ra, decl), scale(east, xi)), scale(north, eta)));
  };
  const image = [
    direction(0.5, 0.5),
    direction(2048.5, 0.5),
    direction(2048.5, 4096.5),
    direction(0.5, 4096.5),
  ];
  const s29 = detectors[camera.detectors.findIndex(({ full_name }) => full_name === 'S29')].vertices;
  t.true(vertexDistance(image, s29) < 20, `${vertexDistance(image, s29)}`);
  const middle = normalized(s29.reduce((sum, vertex) => add(sum, vertex)));
  t.true(apart(middle, direction(1024.5, 2048.5)) < 5, `${apart(middle, direction(1024.5, 2048.5))}`);
  // The field has a diameter of 2.2 degrees.
  const reach = visit.vertices.map((vertex) => apart(vertex, fromDegrees(ra, decl)) / 3600);
  t.true(Math.max(...reach) > 1.05 && Math.max(...reach) < 1.15, `${Math.max(...reach)}`);
});

interface Exposure {
  readonly id: number;
  readonly tracking_ra: number;
  readonly tracking_dec: number;
  readonly sky_angle: number;
}

interface DetectorRegion {
  readonly visit: number;
  readonly detector: number;
  readonly region: { readonly encoded: string };
}

/** Vertices of visits' detectors in an export, with those that a camera gives them: the largest distance [arcsec]. */
function compare(file: string, geometry: unknown): { regions: number; distance: number } {
  const { data } = parse(readFileSync(dataPath('butler/registry', file), 'utf8'), { logLevel: 'error' }) as {
    data: { element?: string; records?: unknown[] }[];
  };
  const records = <T>(element: string) =>
    data.filter((block) => block.element === element).flatMap((block) => block.records as T[]);
  const camera = parseCamera(geometry);
  const plane = new FocalPlane(camera, { pixels: camera.paddingPixels, deg: 0 });
  const exposures = new Map(records<Exposure>('exposure').map((exposure) => [exposure.id, exposure]));
  let [regions, distance] = [0, 0];
  for (const { visit, detector, region } of records<DetectorRegion>('visit_detector_region')) {
    const { tracking_ra, tracking_dec, sky_angle } = exposures.get(visit)!;
    const all = plane.regions([{ ra: tracking_ra, decl: tracking_dec, skyAngle: sky_angle }]).detectors;
    const ours = all[camera.detectors.findIndex(({ id }) => id === detector)].vertices;
    const theirs = decodeRegion(Buffer.from(region.encoded, 'hex')) as ConvexPolygon;
    distance = Math.max(distance, vertexDistance(theirs.vertices, ours));
    regions++;
  }
  return { regions, distance };
}

test('HSC: regions of a registry, with the distortion of the corrector', async (t) => {
  const geometry = (await cameraFile('hsc_detectors_derived.json')) as object;
  t.is(parseCamera(geometry).detectors.length, 112);
  // Fitted to vertices of these regions; the plate scale alone is off by some 100 arcsec at the edge.
  const radial = [0, 5.42690958e-5, 0, -2.40008568e-11, 0, -5.08920593e-17];
  const { regions, distance } = compare('dax_obscore__hsc_gen3.yaml', { ...geometry, radial });
  t.is(regions, 33);
  t.true(distance < 0.5, `${distance}`);
});

test('LSSTCam: regions of a registry, by the policy of the camera', async (t) => {
  const policy = (await cameraFile('obs_lsst/policy/lsstCam')) as { raft_files: object };
  t.is(parseCamera(policy).detectors.length, 9);
  const geometry = { ...policy, raft_files: { R02: { detectorType: 'ITL' } } };
  const { regions, distance } = compare('lsstcam-subset.yaml', geometry);
  t.is(regions, 4);
  t.true(distance < 0.5, `${distance}`);
});

test('a camera of one raft takes its own parts of the policy before those that cameras share', async (t) => {
  const camera = parseCamera(await cameraFile('obs_lsst/policy/comCam'));
  t.deepEqual(
    camera.detectors.map(({ id }) => id),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  t.true(Math.abs(camera.radial![1] * DEGREES_PER_RADIAN * 3600 - 20.018130891688713) < 1e-12);
  await t.throwsAsync(cameraFile('decam'), { message: /has no cameraHeader.yaml/ });
});

test('cameras go from files into a database, and look where their files say', async (t) => {
  await using db = await database();
  for (const [name, file, detectors] of [
    ['DECam', 'decam_detectors_derived.json', 62],
    ['HSC', 'hsc_detectors_derived.json', 112],
    ['ComCam', 'obs_lsst/policy/comCam', 9],
  ] as const) {
    t.is(
      await loadCamera(db.client, { file: dataPath('butler/camera', file), name, instrument: `${name}!` }),
      detectors,
    );
    const camera = parseCamera(await cameraFile(file));
    const plane = new FocalPlane(camera, { pixels: 250, deg: 0 });
    const { detectors: expected } = plane.regions([{ ra: 359.9, decl: -89.5, skyAngle: 33 }]);
    const rows = await db.query<{ detector: bigint; region: string }>(
      'select * from butler.camera_detector_regions($1, 359.9, -89.5, 33)',
      [name],
    );
    t.deepEqual(
      rows.map(({ detector, region }) => [Number(detector), region]),
      camera.detectors
        .map(({ id }, i) => [id, regionText(expected[i])] as const)
        .sort(([a], [b]) => a - b)
        .map(([id, region]) => [id, region]),
    );
  }
  t.deepEqual(await db.query(`select name, instrument, units from butler.camera order by name`), [
    { name: 'ComCam', instrument: 'ComCam!', units: 'mm' },
    { name: 'DECam', instrument: 'DECam!', units: 'deg' },
    { name: 'HSC', instrument: 'HSC!', units: 'mm' },
  ]);
});
