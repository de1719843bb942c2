/** Cameras from files: JSON as butler.load_camera takes it, or the YAML policy of a camera of obs_lsst. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { parse } from 'yaml';

/** Which folders hold the parts of a policy: a camera's own comes before what cameras share. */
const shared = {
  header: 'cameraHeader.yaml',
  transforms: 'cameraTransforms.yaml',
  rafts: 'rafts.yaml',
} as const;

/** Anchors that a policy names again and again; more would be a bomb. */
const MAX_ALIASES = 100_000;

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'), {
      // Policies are YAML 1.1 with merge keys, and begin a document after their comments.
      version: '1.1',
      merge: true,
      maxAliasCount: MAX_ALIASES,
      logLevel: 'error',
    });
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function firstPresent(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (
      await stat(file).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The policy of one camera: the parts in its folder, or where they are not there in the folder above. */
async function readPolicy(folder: string): Promise<object> {
  const folders = [folder, path.dirname(path.resolve(folder))];
  const parts: Record<string, unknown> = {};
  for (const [part, name] of Object.entries(shared)) {
    const file = await firstPresent(folders, name);
    if (file !== undefined) parts[part] = await readYaml(file);
    else if (part !== 'transforms')
      throw new Error(`${folder} has no ${name}, and neither has the folder above`);
  }
  const rafts = isObject(parts.rafts) && isObject(parts.rafts.rafts) ? parts.rafts.rafts : {};
  const raftFiles: Record<string, unknown> = {};
  for (const name of (await readdir(folder)).sort()) {
    const raft = path.basename(name, '.yaml');
    if (!name.endsWith('.yaml') || !Object.hasOwn(rafts, raft)) continue;
    const content = await readYaml(path.join(folder, name));
    raftFiles[raft] = isObject(content) ? content[raft] : content;
  }
  return { ...parts, rafts, raft_files: raftFiles };
}

/**
 * The geometry of a camera from a file of JSON, or from the folder of a camera in the policy of obs_lsst
 * (`policy/lsstCam`), as butler.load_camera takes it.
 */
export async function readCameraFile(file: string): Promise<unknown> {
  if ((await stat(file)).isDirectory()) return readPolicy(file);
  if (/\.ya?ml$/.test(file)) return readYaml(file);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${file} is not JSON: ${error.message}`, { cause: error });
  }
}

export interface CameraLoad {
  /** A file of JSON or YAML, or the folder of a camera's policy. */
  readonly file: string;
  readonly name: string;
  /** The instrument that registries know; by default the one that the file names. */
  readonly instrument?: string;
}

/** Loads a camera into a database, and returns how many detectors it has. */
export async function loadCamera(
  client: pg.ClientBase,
  { file, name, instrument }: CameraLoad,
): Promise<number> {
  const geometry = JSON.stringify(await readCameraFile(file));
  const { rows } = await client.query<{ detectors: string }>(
    'select butler.load_camera($1, $2, $3)::text as detectors',
    [name, geometry, instrument ?? null],
  );
  return Number(rows[0].detectors);
}
