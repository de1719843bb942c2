import test from 'ava';
import fc from 'fast-check';
import { type Box, LabelPlacer, overlap, textBox } from '../../src/plot/labels.ts';

const anywhere = () => true;

test('labels never cover each other, however crowded their points are', (t) => {
  const point = fc.tuple(
    fc.double({ min: 0, max: 300, noNaN: true }),
    fc.double({ min: 0, max: 300, noNaN: true }),
  );
  const label = fc.record({ text: fc.string({ minLength: 1, maxLength: 14 }), point });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 60 }), (labels) => {
      const placer = new LabelPlacer(anywhere);
      const boxes: Box[] = [];
      for (const { text, point } of labels) {
        const placed = placer.place(text, point, 3, 12);
        if (placed) boxes.push(placed.box);
      }
      return boxes.every((box, i) => boxes.every((other, j) => i === j || !overlap(box, other)));
    }),
  );
  t.pass();
});

test('a label keeps clear of its own point', (t) => {
  const placed = new LabelPlacer(anywhere).place('Vega', [100, 100], 5, 12)!;
  t.false(overlap(placed.box, [95, 95, 105, 105]));
});

test('a label goes to the other side where one side is taken', (t) => {
  const placer = new LabelPlacer(anywhere);
  placer.reserve([101, 80, 200, 120]);
  const placed = placer.place('Vega', [100, 100], 2, 12)!;
  t.true(placed.box[2] < 100);
});

test('a label without room inside the frame is left out', (t) => {
  const placer = new LabelPlacer(([left]) => left > 1000);
  t.is(placer.place('Vega', [100, 100], 2, 12), undefined);
});

test('a longer text has a wider box', (t) => {
  const [left, , right] = textBox('Betelgeuse', 0, 0, 10);
  t.true(right - left > textBox('Vega', 0, 0, 10)[2]);
});
