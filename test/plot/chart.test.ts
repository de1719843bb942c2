import test from 'ava';
import { chartColours, chartSvg, medians, roundTicks } from '../../src/plot/chart.ts';

test('ticks are round and within the range', (t) => {
  t.deepEqual(roundTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  t.deepEqual(roundTicks(1, 57_000, 6), [10_000, 20_000, 30_000, 40_000, 50_000]);
  t.deepEqual(roundTicks(-0.3, 0.3, 6), [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  t.deepEqual(roundTicks(4, 4, 6), [4]);
});

test('a long series becomes medians, which an outlier does not move', (t) => {
  const points = Array.from({ length: 1000 }, (_, i) => [i, i === 500 ? 1e6 : 2] as const);
  const line = medians(points, 100);
  t.is(line.length, 100);
  t.true(line.every(([, y]) => y === 2));
  t.is(line[0][0], 4.5);
  t.is(medians(points.slice(0, 100), 100).length, 100);
});

const series = (points: readonly (readonly [number, number])[], label = 'store') => ({
  label,
  colour: chartColours.blue,
  points,
});

test('a chart has its title, its axes and a line a series, within the picture', (t) => {
  const svg = chartSvg({
    title: 'a < b & c',
    xLabel: 'visit',
    yLabel: 'seconds',
    wholeX: true,
    series: [
      series([
        [1, 0.5],
        [2, 1],
        [3, 0.25],
      ]),
      series(
        [
          [1, 2],
          [3, 4],
        ],
        'read',
      ),
    ],
  });
  t.regex(svg, /<title>a &lt; b &amp; c<\/title>/);
  t.is(svg.match(/<polyline/g)?.length, 2);
  t.is(svg.match(/<circle/g)?.length, 5);
  t.deepEqual(
    svg.match(/text-anchor="middle">([^<]*)</g)?.map((found) => found.slice(21, -1)),
    ['1', '2', '3', 'visit', 'seconds'],
  );
  const numbers = [...svg.matchAll(/points="([^"]*)"/g)].flatMap(([, points]) =>
    points.split(/[ ,]/).map(Number),
  );
  t.true(numbers.every((number) => number >= 0 && number <= 960));
});

test('a chart of one point, and of none, is a chart', (t) => {
  for (const points of [[], [[7, 3]]] as [number, number][][])
    t.notRegex(chartSvg({ title: '', xLabel: '', yLabel: '', series: [series(points)] }), /NaN|Infinity/);
});

test('many points are drawn as lines alone', (t) => {
  const points = Array.from({ length: 60_000 }, (_, i) => [i, i % 7] as const);
  const svg = chartSvg({ title: '', xLabel: '', yLabel: '', series: [series(points)] });
  t.notRegex(svg, /<circle/);
  t.true(svg.length < 20_000);
});
