/** Cameras in their tables. */
import { Failure } from '../failure.ts';
import type { Camera, Padding, Point } from './camera.ts';

/** Makes a camera, or makes the one of that name anew. */
export function storeCamera(name: string, instrument: string | null, camera: Camera): void {
  plv8.execute(
    `insert into butler.camera (name, instrument, units, radial, x_axis, sky_angle_offset, padding_pixels)
     values ($1, $2, $3, $4::text::float8[], $5, $6, $7)
     on conflict (name) do update set
       instrument = excluded.instrument, units = excluded.units, radial = excluded.radial,
       x_axis = excluded.x_axis, sky_angle_offset = excluded.sky_angle_offset,
       padding_pixels = excluded.padding_pixels, loaded = excluded.loaded`,
    [
      name,
      instrument,
      camera.units,
      camera.radial && `{${camera.radial.join(',')}}`,
      camera.xAxis,
      camera.skyAngleOffset,
      camera.paddingPixels,
    ],
  );
  plv8.execute(`delete from butler.camera_detector where camera = $1`, [name]);
  plv8.execute(
    `insert into butler.camera_detector
       (camera, detector, full_name, name_in_raft, raft, purpose, corners, width_pixels, height_pixels)
     select $1, id, full_name, name_in_raft, raft, purpose,
            array(select value::float8 from json_array_elements_text(corners) with ordinality c (value, place) order by place),
            (pixels ->> 0)::integer, (pixels ->> 1)::integer
     from json_to_recordset($2::text::json) as d (
       id bigint, full_name text, name_in_raft text, raft text, purpose text, corners json, pixels json
     )`,
    [
      name,
      JSON.stringify(camera.detectors.map((detector) => ({ ...detector, corners: detector.corners.flat() }))),
    ],
  );
}

type CameraRow = {
  readonly instrument: string | null;
  readonly units: 'deg' | 'mm';
  readonly radial: number[] | null;
  readonly x_axis: 'east' | 'west';
  readonly sky_angle_offset: number;
  readonly padding_pixels: number;
};

type DetectorRow = {
  readonly detector: bigint;
  readonly full_name: string | null;
  readonly name_in_raft: string | null;
  readonly raft: string | null;
  readonly purpose: string | null;
  readonly corners: number[];
  readonly width_pixels: number | null;
  readonly height_pixels: number | null;
};

/** The camera of a name; its detectors by id. Throws Failure P0002 where there is none. */
export function readCamera(name: string): Camera {
  const [row] = plv8.execute(`select * from butler.camera where name = $1`, [name]) as CameraRow[];
  if (!row) {
    const known = plv8.execute(`select name from butler.camera order by name`) as { name: string }[];
    throw new Failure('P0002', `there is no camera '${name}'`, {
      hint:
        known.length === 0
          ? "Load one: select butler.load_camera('name', geometry)."
          : `There is ${known.map((camera) => camera.name).join(', ')}; butler.load_camera loads others.`,
    });
  }
  const detectors = plv8.execute(`select * from butler.camera_detector where camera = $1 order by detector`, [
    name,
  ]) as DetectorRow[];
  return {
    instrument: row.instrument,
    units: row.units,
    radial: row.radial,
    xAxis: row.x_axis,
    skyAngleOffset: row.sky_angle_offset,
    paddingPixels: row.padding_pixels,
    detectors: detectors.map(({ detector, corners, width_pixels, height_pixels, ...names }) => ({
      ...names,
      id: Number(detector),
      corners: [0, 2, 4, 6].map((i): Point => [corners[i], corners[i + 1]]),
      pixels: width_pixels === null || height_pixels === null ? null : [width_pixels, height_pixels],
    })),
  };
}

/** The camera of an instrument: the one of that name, else the only one that says it belongs to it. */
export function cameraOfInstrument(instrument: string): string {
  const cameras = plv8.execute(
    `select name from butler.camera where name = $1 or instrument = $1 order by name <> $1, name`,
    [instrument],
  ) as { name: string }[];
  const [first] = cameras;
  if (first && (first.name === instrument || cameras.length === 1)) return first.name;
  throw new Failure('P0002', `no camera is named like the instrument ${instrument}`, {
    hint:
      cameras.length > 0
        ? `Choose one: camera => ${cameras.map(({ name }) => `'${name}'`).join(' or ')}.`
        : `Load it: select butler.load_camera('${instrument}', geometry); or name another: camera => 'name'.`,
  });
}

/** How far regions go beyond detectors: degrees where they are given, else pixels. Throws Failure 22023 for less than 0. */
export function paddingOf(camera: Camera, deg: number | null, pixels: number | null): Padding {
  for (const [name, value] of [
    ['padding_deg', deg],
    ['padding_pixels', pixels],
  ] as const)
    if (value !== null && !(value >= 0 && value < Infinity))
      throw new Failure('22023', `${name} is ${value}, not a number from 0`);
  return { deg: deg ?? 0, pixels: pixels ?? (deg === null ? camera.paddingPixels : 0) };
}
