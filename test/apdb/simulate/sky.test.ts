import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { angleBetween, dot, fromDegrees, norm, type Vec3 } from '../../../plv8/sky/vector.ts';
import { mjdOf, pointingOf, VisitTimes } from '../../../src/apdb/simulate/night.ts';
import { readPositions, writePositions } from '../../../src/apdb/simulate/npy.ts';
import { Random } from '../../../src/apdb/simulate/random.ts';
import { frameAt, positionsOf, randomCone, randomSphere } from '../../../src/apdb/simulate/sphere.ts';
import { makeVariables, Variables } from '../../../src/apdb/simulate/variables.ts';

const vectors = (xyz: Float64Array): Vec3[] =>
  Array.from({ length: xyz.length / 3 }, (_, i) => [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]]);

const axes: readonly Vec3[] = [
  [0, 0, 1],
  [0, 0, -1],
  fromDegrees(0, 0),
  fromDegrees(359.999, -12),
  fromDegrees(77, -89.9999999),
  fromDegrees(200, 89.9999999),
];

test('the same seeds give the same numbers, others or another order different ones', (t) => {
  const first = (...seeds: number[]) => new Random(...seeds).uniform();
  t.is(first(1, 2, 3), first(1, 2, 3));
  const all = [first(1, 2), first(2, 1), first(1), first(1, 2, 0), first(1, 2, 2 ** 40), first(0), first()];
  t.is(new Set(all).size, all.length);
});

test('uniform, normal and Poisson numbers have their moments', (t) => {
  const random = new Random(7);
  const moments = (draw: () => number, count: number) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) {
      const value = draw();
      sum += value;
      squares += value * value;
    }
    return { mean: sum / count, variance: squares / count - (sum / count) ** 2 };
  };
  const close = (value: number, expected: number, tolerance: number) =>
    t.true(Math.abs(value - expected) < tolerance, `${value}, not ${expected}`);
  const uniform = moments(() => random.uniform(), 100_000);
  close(uniform.mean, 0.5, 0.005);
  close(uniform.variance, 1 / 12, 0.002);
  const normal = moments(() => random.normal(), 100_000);
  close(normal.mean, 0, 0.015);
  close(normal.variance, 1, 0.03);
  for (const mean of [0.3, 4, 1234]) {
    const poisson = moments(() => random.poisson(mean), 3000);
    close(poisson.mean, mean, 5 * Math.sqrt(mean / 3000));
    close(poisson.variance, mean, 0.15 * mean);
  }
  t.is(random.poisson(0), 0);
});

test('a frame is orthonormal and right-handed everywhere, at both poles too', (t) => {
  for (const axis of axes) {
    const { x, y } = frameAt(axis);
    for (const [a, b, product] of [
      [x, x, 1],
      [y, y, 1],
      [x, y, 0],
      [x, axis, 0],
      [y, axis, 0],
    ] as const)
      t.true(Math.abs(dot(a, b) - product) < 1e-14);
    t.true(
      x[0] * (y[1] * axis[2] - y[2] * axis[1]) -
        x[1] * (y[0] * axis[2] - y[2] * axis[0]) +
        x[2] * (y[0] * axis[1] - y[1] * axis[0]) >
        0.999,
    );
  }
});

test('positions in a circle lie in it and are spread evenly, at both poles too', (t) => {
  for (const axis of axes) {
    const found = vectors(randomCone(new Random(3), axis, 3.5, 4000)).map((v) => angleBetween(v, axis));
    t.true(found.every((angle) => angle <= (1.75 * Math.PI) / 180 + 1e-12));
    const inner = found.filter((angle) => angle < (1.75 * Math.PI) / 180 / Math.SQRT2).length;
    t.true(Math.abs(inner - 2000) < 160);
  }
});

test('positions on the sphere fill it, or one half', (t) => {
  const random = new Random(5);
  const all = vectors(randomSphere(random, 6000, 'both'));
  t.true(all.every((v) => Math.abs(norm(v) - 1) < 1e-14));
  t.true(Math.abs(all.filter((v) => v[2] > 0.5).length - 1500) < 170);
  t.true(vectors(randomSphere(random, 500, 'south')).every((v) => v[2] <= 0));
  t.true(vectors(randomSphere(random, 500, 'north')).every((v) => v[2] >= 0));
});

test('right ascensions of positions stay below 360', (t) => {
  const { ra, decl } = positionsOf(Float64Array.of(1, -1e-300, 0, 0, 0, 1, 0, 0, -1, 0, -1, 0));
  t.deepEqual([...ra], [0, 0, 0, 270]);
  t.deepEqual([...decl], [0, 90, -90, 0]);
});

test('sources are as many as their density says, and looked up as by looking at each', (t) => {
  const xyz = makeVariables({ perVisit: 40, seed: 9 });
  t.is(xyz.length / 3, Math.floor((40 * 4 * Math.PI) / (Math.PI * ((1.75 * Math.PI) / 180) ** 2)));
  const variables = new Variables(xyz);
  for (const axis of axes)
    for (const fov of [3.52, 30, 200]) {
      const expected = vectors(xyz).flatMap((v, i) =>
        dot(v, axis) > Math.cos((fov * Math.PI) / 360) ? [i] : [],
      );
      t.deepEqual([...variables.inside(axis, fov)], expected);
    }
});

test('visits keep the interval, and none begins by day', (t) => {
  const times = new VisitTimes(mjdOf('2020-01-01T20:00:00')!, 45);
  t.is(times.at(0), 58849 + 20 / 24);
  t.is(times.at(799), 58850 + (6 * 3600 - 45) / 86400);
  t.is(times.at(800), 58850 + 20 / 24);
  t.is(times.at(8000), 58859 + 20 / 24);
  t.is(new VisitTimes(mjdOf('2020-01-01T12:00')!, 45).at(0), 58849 + 20 / 24);
  t.throws(() => new VisitTimes(58849.5, 86400).at(0), { message: /by day/ });
  t.throws(() => new VisitTimes(58849.5, 0));
  t.is(mjdOf('1970-01-02'), 40588);
  t.is(mjdOf('yesterday'), undefined);
});

test('visits return to their fields in turn, or point anywhere in the south', (t) => {
  const fields = [
    [0, 90],
    [359.9, -30],
  ] as const;
  const fixed = { fields, dither: 0, seed: 1 };
  t.deepEqual(pointingOf(fixed, 3), fromDegrees(359.9, -30));
  const dithered = { ...fixed, dither: 0.1 };
  t.deepEqual(pointingOf(dithered, 2), pointingOf(dithered, 2));
  t.notDeepEqual(pointingOf(dithered, 2), pointingOf(dithered, 0));
  t.true(angleBetween(pointingOf(dithered, 2), [0, 0, 1]) <= (0.1 * Math.PI) / 180);
  for (let visit = 0; visit < 50; visit++)
    t.true(pointingOf({ fields: [], dither: 0, seed: 1 }, visit)[2] <= 0);
});

test('positions go to a numpy file and come back bit for bit', (t) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-npy-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'sources.npy');
  const xyz = randomSphere(new Random(1), 1000, 'both');
  writePositions(file, xyz);
  t.deepEqual(readPositions(file), xyz);
  t.is(readFileSync(file).length % 64, (24 * 1000) % 64);
  writePositions(file, new Float64Array(0));
  t.is(readPositions(file).length, 0);
});

test('what is no numpy file of positions is refused', (t) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-npy-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'sources.npy');
  writePositions(file, new Float64Array(30));
  const whole = readFileSync(file);
  for (const [bytes, message] of [
    [Buffer.alloc(0), /no numpy file/],
    [Buffer.from('SIMPLE  =                    T'), /no numpy file/],
    [whole.subarray(0, 60), /header of the numpy file ends/],
    [whole.subarray(0, whole.length - 1), /ends too early/],
    [Buffer.from(whole.toString('latin1').replace('<f8', '<f4'), 'latin1'), /something else/],
    [Buffer.from(whole.toString('latin1').replace('(10, 3)', '(30,)  '), 'latin1'), /something else/],
  ] as const) {
    writeFileSync(file, bytes);
    t.throws(() => readPositions(file), { message });
  }
});

function hasNumpy(): boolean {
  try {
    execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

(hasNumpy() ? test : test.skip)('numpy reads the file, and its own is read', (t) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'almagest-npy-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const [ours, theirs] = ['ours.npy', 'theirs.npy'].map((name) => path.join(directory, name));
  const xyz = randomSphere(new Random(2), 10, 'both');
  writePositions(ours, xyz);
  execFileSync('python3', [
    '-c',
    'import numpy, sys; a = numpy.load(sys.argv[1]); assert a.shape == (10, 3); numpy.save(sys.argv[2], a)',
    ours,
    theirs,
  ]);
  t.deepEqual(readPositions(theirs), xyz);
});
