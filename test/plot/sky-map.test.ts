import test from 'ava';
import { type SkyMap, skyMap } from '../../src/plot/sky-map.ts';
import { starColour, starRadius } from '../../src/plot/symbols.ts';

const arcturus = {
  position: [213.918, 19.187],
  magnitude: -0.05,
  colourIndex: 1.239,
  name: 'Arcturus',
} as const;
const sirius = {
  position: [101.287, -16.716],
  magnitude: -1.44,
  colourIndex: 0.009,
  name: 'Sirius',
} as const;

const sky: SkyMap = {
  title: 'Two stars & <three> objects',
  subtitle: 'for a test',
  stars: [sirius, arcturus],
  objects: [
    { position: [10.68, 41.27], kind: 'spiral galaxy', majorArcmin: 189, minorArcmin: 62, name: 'M 31' },
    { position: [250.42, 36.46], kind: 'globular cluster', majorArcmin: 20, minorArcmin: 20, name: null },
    { position: [192.5, -62.5], kind: 'dark nebula', majorArcmin: 430, minorArcmin: 300, name: 'Coalsack' },
  ],
  counts: [],
  countsLabel: 'stars per square degree',
  galacticPlane: Array.from({ length: 37 }, (_, i) => [i * 10, 0] as const),
  ecliptic: Array.from({ length: 37 }, (_, i) => [i * 10, 20] as const),
  galacticCentre: [266.4, -28.9],
};

/** Names of elements left open, or closed out of order: none in a well-formed document. */
function misnested(svg: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, empty] of svg.matchAll(
    /<(\/?)([a-zA-Z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g,
  )) {
    if (closing && open.pop() !== name) return [name];
    if (!closing && !empty) open.push(name);
  }
  return open;
}

function starsOf(svg: string): string[] {
  const [, stars] = /<g class="stars">([\s\S]*?)<\/g>/.exec(svg)!;
  return stars.match(/<circle [^>]*>/g) ?? [];
}

test('every star is a disk and every element is closed', (t) => {
  const svg = skyMap(sky);
  t.deepEqual(misnested(svg), []);
  t.is(svg.match(/</g)!.length, svg.match(/>/g)!.length);
  t.is(starsOf(svg).length, 2);
});

test('a star lies where its right ascension and declination say, east to the left', (t) => {
  const [, siriusDisk] = /(<circle [^>]*>)/.exec(starsOf(skyMap(sky))[0])!;
  const cx = Number(/cx="([\d.]+)"/.exec(siriusDisk)![1]);
  const cy = Number(/cy="([\d.]+)"/.exec(siriusDisk)![1]);
  t.true(cx < 900 - 300, 'Sirius is east of 0h, to the left of the centre');
  t.true(cy > 542, 'and south of the equator');
});

test('text is escaped', (t) => {
  t.regex(skyMap(sky), />Two stars &amp; &lt;three&gt; objects</);
});

test('stars and objects with names are labelled; kinds without a symbol are not drawn', (t) => {
  const svg = skyMap(sky);
  for (const name of ['Arcturus', 'Sirius', 'M 31', 'galactic centre'])
    t.true(svg.includes(`>${name}<`), name);
  t.false(svg.includes('Coalsack'));
  const [, objects] = /<g class="objects">([\s\S]*?)<\/g>/.exec(svg)!;
  t.is(objects.match(/<(ellipse|path|circle|rect) /g)!.length, 2);
});

test('brighter stars are larger, and bluer ones bluer', (t) => {
  t.true(starRadius(0, 6) > starRadius(1, 6));
  const [red, , blue] = [1, 3, 5].map((at) => Number.parseInt(starColour(-0.3).slice(at, at + 2), 16));
  t.true(blue > red);
  const [hotRed, , hotBlue] = [1, 3, 5].map((at) => Number.parseInt(starColour(2.5).slice(at, at + 2), 16));
  t.true(hotRed > hotBlue);
  t.regex(starColour(null), /^#[0-9a-f]{6}$/);
});
