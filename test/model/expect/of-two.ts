import type { Step } from '../program/program.ts';
import { defaultPlacement, type Group, groupsOf } from './grouping.ts';
import { anyhow, exactly, isOrdered, type Model, type Placement, rowsOf, samePlacement, somewhere, valuesOf } from './rows.ts';

export type StepOfTwo = Extract<Step, { other: unknown }>;

/** Steps of two inputs. */
export function modelOfTwo(left: Model, right: Model, step: StepOfTwo): Model {
  switch (step.op) {
    case 'union':
      return united(left, right);
    case 'cartesian':
      return crossed(left, right);
    case 'intersection':
      return grouped([asKeys(left), asKeys(right)], step.n, ({ key, values: [a, b] }) => (some(a) && some(b) ? [key] : []), false);
    case 'subtract':
      return subtracted(asKeys(left), asKeys(right), step.n);
    case 'subtractByKey':
      return subtractedByKey(left, right, step.n);
    case 'join':
      return grouped([left, right], step.n, ({ key, values: [a = [], b = []] }) => a.flatMap((v) => b.map((w) => [key, [v, w]])));
    case 'leftOuterJoin':
      return grouped([left, right], step.n, ({ key, values: [a = [], b = []] }) => a.flatMap((v) => orNull(b).map((w) => [key, [v, w]])));
    case 'rightOuterJoin':
      return grouped([left, right], step.n, ({ key, values: [a = [], b = []] }) => orNull(a).flatMap((v) => b.map((w) => [key, [v, w]])));
    case 'fullOuterJoin':
      return grouped([left, right], step.n, ({ key, values: [a = [], b = []] }) =>
        orNull(a).flatMap((v) => orNull(b).map((w) => [key, [v, w]])),
      );
    case 'cogroup':
      return grouped([left, right], step.n, ({ key, values }) => [[key, values]]);
    case 'groupWith':
      return grouped([left, right, left], null, ({ key, values }) => [[key, values]]);
  }
}

function some(values: readonly unknown[] | undefined): boolean {
  return values !== undefined && values.length > 0;
}

function orNull(values: readonly unknown[]): readonly unknown[] {
  return values.length === 0 ? [null] : values;
}

/** Records as keys, and as values: the first of equal ones stands for all. */
function asKeys(model: Model): Model {
  return { ...model, parts: model.parts.map((part) => part.map(({ value, rank }) => ({ value: [value, value], rank }))), placement: null };
}

function grouped(
  inputs: readonly Model[],
  asked: number | null,
  recordsOf: (group: Group) => readonly unknown[],
  keepsPlacement = true,
): Model {
  const placement = defaultPlacement(inputs, asked);
  return anyhow(groupsOf(inputs.map(valuesOf)).flatMap(recordsOf), placement.n, keepsPlacement ? placement : null);
}

function subtracted(left: Model, right: Model, asked: number | null): Model {
  const kept = groupsOf([valuesOf(left), valuesOf(right)]).filter(({ values: [, b] }) => !some(b));
  return anyhow(
    kept.flatMap(({ values: [a = []] }) => a),
    asked ?? (left.n === null ? null : Math.max(1, left.n)),
  );
}

/** What is subtracted from stays where it is when it is placed. */
function subtractedByKey(left: Model, right: Model, asked: number | null): Model {
  const n = asked ?? (left.placement === null ? left.n : null);
  const placement: Placement | null = n === null ? left.placement : { kind: 'hash', n: Math.max(1, n) };
  const pairs = valuesOf(left).map((pair) => [(pair as readonly unknown[])[0], pair]);
  const kept = groupsOf([pairs, valuesOf(right)]).filter(({ values: [, b] }) => !some(b));
  return anyhow(
    kept.flatMap(({ values: [a = []] }) => a),
    placement?.n ?? null,
    placement,
  );
}

/** RDDs that are placed alike keep that: partitions i of both become one. */
function united(left: Model, right: Model): Model {
  if (samePlacement(left.placement, right.placement)) return anyhow([...valuesOf(left), ...valuesOf(right)], left.n, left.placement);
  const n = left.n === null || right.n === null ? null : left.n + right.n;
  const offset = (rowsOf(left).at(-1)?.rank ?? -1) + 1;
  const moved = right.parts.map((part) => part.map(({ value, rank }) => ({ value, rank: rank + offset })));
  if (left.layout && right.layout) return { parts: [...left.parts, ...moved], layout: true, n, placement: null };
  return somewhere([...rowsOf(left), ...moved.flat()], n);
}

/** The partition of left i and right j is number i · partitions of right + j. */
function crossed(left: Model, right: Model): Model {
  const n = left.n === null || right.n === null ? null : left.n * right.n;
  if (left.layout && right.layout && isOrdered(left) && isOrdered(right)) {
    return exactly(left.parts.flatMap((xs) => right.parts.map((ys) => xs.flatMap((x) => ys.map((y) => [x.value, y.value])))));
  }
  return anyhow(
    valuesOf(left).flatMap((x) => valuesOf(right).map((y) => [x, y])),
    n,
  );
}
