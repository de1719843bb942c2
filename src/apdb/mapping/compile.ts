/** An expression of a mapping file as a function of a record. */
import type { Records } from './records.ts';
import type { Block, Expression, VisitPlace } from './schema.ts';
import { BadValue, convert, divided, hashOf, numberOf, remainderOf, shown, type Value } from './values.ts';

type Get = (item: number) => Value;

/** The paths that an expression reads. */
export function pathsOf({ from, count, sum, hash, of, negative_if: negative }: Expression): string[] {
  return [
    ...(from ?? []),
    ...(count === undefined ? [] : [count]),
    ...(sum ?? []),
    ...(hash ?? []),
    ...(of === undefined ? [] : [of]),
    ...(negative ? [negative.from] : []),
  ];
}

export function placePaths(place: VisitPlace): string[] {
  return [place.visit, place.detector, place.time].flatMap(pathsOf);
}

/** All paths that a block reads, with those of its visit. */
export function blockPaths(block: Block, place: VisitPlace | undefined): string[] {
  const present = block.present === undefined ? [] : pathsOf(block.present);
  return [
    ...present,
    ...Object.values(block.columns).flatMap(pathsOf),
    ...(place === undefined ? [] : placePaths(place)),
  ];
}

const same = (a: Value, b: Value): boolean =>
  a === b || (a !== null && b !== null && String(a) === String(b)) || (Number.isNaN(a) && Number.isNaN(b));

function source(expression: Expression, records: Records, file: string): Get {
  const { from, value, hash } = expression;
  if (value !== undefined) return () => value;
  if (from !== undefined) {
    const readers = from.map((path) => records.reader(path));
    const [only] = readers;
    if (readers.length === 1) return only!;
    return (item) => {
      for (const read of readers) {
        const found = read(item);
        if (found !== null) return found;
      }
      return null;
    };
  }
  if (hash !== undefined) {
    const readers = hash.map((path) => records.reader(path));
    return (item) => hashOf(readers.map((read) => read(item)));
  }
  if (expression.count !== undefined) return records.counter(expression.count);
  if (expression.sum !== undefined) {
    const readers = expression.sum.map((path) => records.reader(path));
    return (item) => readers.reduce((sum, read) => sum + numberOf(read(item) ?? 0), 0);
  }
  const named = new RegExp(expression.file!).exec(file);
  if (named === null) throw new BadValue(`the file's name ${file} is not of the form ${expression.file}`);
  const text = named[1] ?? named[0];
  return () => text;
}

/** What turns a value that is not NULL into the next, in the order in which an expression's parts apply. */
function steps(expression: Expression, records: Records): ((value: Value, item: number) => Value)[] {
  const {
    null_if: nulls,
    map,
    as,
    of,
    negative_if: negative,
    scale,
    add,
    round,
    divide,
    remainder,
  } = expression;
  const made: ((value: Value, item: number) => Value)[] = [];
  if (nulls !== undefined) made.push((value) => (nulls.some((each) => same(each, value)) ? null : value));
  if (map !== undefined)
    made.push((value) => {
      if (Object.hasOwn(map, String(value))) return map[String(value)]!;
      throw new BadValue(
        `${shown(value)} is none of ${Object.keys(map).join(', ')}, which the mapping knows`,
      );
    });
  if (as !== undefined) {
    const ofRead = of === undefined ? () => null : records.reader(of);
    made.push((value, item) => convert(as, value, ofRead(item)));
  }
  if (scale !== undefined) made.push((value) => numberOf(value) * scale);
  if (add !== undefined) made.push((value) => numberOf(value) + add);
  if (round === true) made.push((value) => Math.round(numberOf(value)));
  if (divide !== undefined) made.push((value) => divided(value, divide));
  if (remainder !== undefined) made.push((value) => remainderOf(value, remainder));
  if (negative !== undefined) {
    const read = records.reader(negative.from);
    made.push((value, item) =>
      negative.is.some((each) => same(each, read(item))) ? -numberOf(value) : value,
    );
  }
  return made;
}

/** @param file its name, without the directory */
export function compile(expression: Expression, records: Records, file: string): Get {
  const get = source(expression, records, file);
  const made = steps(expression, records);
  const otherwise = expression.default;
  if (made.length === 0 && otherwise === undefined) return get;
  return (item) => {
    let value = get(item);
    for (const step of made) {
      if (value === null) break;
      value = step(value, item);
    }
    return value ?? otherwise ?? null;
  };
}
