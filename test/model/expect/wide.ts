import { keyFunctions, mergeFunctions } from '../program/functions.ts';
import type { Step } from '../program/program.ts';
import { weigh } from '../program/values.ts';
import { defaultPlacement, groupsOf } from './grouping.ts';
import type { Pair } from './narrow.ts';
import { keyText, order } from './order.ts';
import { anyhow, expand, isOrdered, type Model, type Placement, type Row, rowsOf, samePlacement, somewhere, valuesOf } from './rows.ts';

export type WideStep = Extract<
  Step,
  {
    op:
      | 'repartition'
      | 'partitionBy'
      | 'repartitionAndSort'
      | 'distinct'
      | 'groupByKey'
      | 'groupBy'
      | 'reduceByKey'
      | 'aggregateByKey'
      | 'combineByKey'
      | 'foldByKey'
      | 'sortBy'
      | 'sortByKey';
  }
>;

let sorts = 0;

/** Steps of one input that move records. */
export function modelWide(model: Model, step: WideStep): Model {
  switch (step.op) {
    case 'repartition':
      return dealt(model, step.n);
    case 'partitionBy':
      return placed(model, { kind: step.custom ? 'custom' : 'hash', n: step.n });
    case 'repartitionAndSort': {
      const moved = placed(model, defaultPlacement([model], step.n));
      const sorted = anyhow(valuesOf(moved), moved.n, moved.placement);
      return { ...sorted, also: { kind: 'sortedWithin', ascending: step.ascending } };
    }
    case 'distinct': {
      const pairs = expand(model, (x) => [[x, null]]);
      return expand(
        combined(pairs, step.n, (group) => group.key),
        (x) => [(x as Pair)[0]],
      );
    }
    case 'groupByKey':
      return combined(model, step.n, ({ values }) => values[0]);
    case 'groupBy':
      return combined(
        expand(model, (x) => [[keyFunctions[step.fn](x), x]]),
        step.n,
        ({ values }) => values[0],
      );
    case 'reduceByKey': {
      const { fn } = step;
      if (fn === 'add') return combined(model, step.n, ({ values: [all] }) => (all as number[]).reduce((a, b) => a + b));
      if (fn === 'concat') return combined(model, step.n, ({ values: [all] }) => (all as string[]).join(''));
      return combined(model, step.n, ({ values: [all] }) => (all as unknown[]).reduce(mergeFunctions[fn]));
    }
    case 'aggregateByKey':
    case 'combineByKey':
      return combined(model, step.n, ({ values: [all = []] }) => (step.fn === 'list' ? all : sumOf(all.map(weigh))));
    case 'foldByKey':
      return folded(model, step);
    case 'sortBy':
      return sorted(model, { ...step, keyOf: keyFunctions[step.fn], placed: false });
    case 'sortByKey': {
      const { fn } = step;
      return sorted(model, {
        ...step,
        keyOf: (x) => (fn === null ? (x as Pair)[0] : keyFunctions[fn]((x as Pair)[0])),
        placed: fn === null,
      });
    }
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function dealt(model: Model, n: number): Model {
  const moved = anyhow(valuesOf(model), n);
  return model.n === null ? moved : { ...moved, also: { kind: 'dealt', inputs: model.n } };
}

/** Nothing moves where it is so already. */
function placed(model: Model, placement: Placement): Model {
  if (samePlacement(model.placement, placement)) return { ...model, parts: model.parts };
  return anyhow(valuesOf(model), placement.n, placement);
}

function combined(model: Model, asked: number | null, resultOf: (group: ReturnType<typeof groupsOf>[number]) => unknown): Model {
  const placement = defaultPlacement([model], asked);
  return anyhow(
    groupsOf([valuesOf(model)]).map((group) => [group.key, resultOf(group)]),
    placement.n,
    placement,
  );
}

/** A zero that is not neutral counts once for each key of each partition that has it. */
function folded(model: Model, step: Extract<Step, { op: 'foldByKey' }>): Model {
  const weights = expand(model, (x) => [[(x as Pair)[0], weigh((x as Pair)[1])]], true);
  return combined(weights, step.n, ({ key, values: [all] }) => {
    const partitions = weights.parts.filter((part) => part.some(({ value }) => keyText((value as Pair)[0]) === keyText(key))).length;
    return sumOf(all as number[]) + step.zero * partitions;
  });
}

interface Sort {
  readonly keyOf: (record: unknown) => unknown;
  readonly ascending: boolean;
  readonly n: number | null;
  readonly placed: boolean;
}

/** Records with equal keys may change places, unless they were in order before: then they stay so. */
function sorted(model: Model, { keyOf, ascending, n: asked, placed: keeps }: Sort): Model {
  const rows = rowsOf(model).map(({ value }) => ({ value, key: keyOf(value) }));
  rows.sort((a, b) => (ascending ? order(a.key, b.key) : order(b.key, a.key)));
  const stable = isOrdered(model);
  let rank = 0;
  const ranked = rows.map(({ value, key }, i): Row => {
    const before = rows[i - 1];
    if (before !== undefined && (stable || order(before.key, key) !== 0)) rank += 1;
    return { value, rank };
  });
  const n = asked ?? (model.n === null ? null : Math.max(1, model.n));
  return somewhere(ranked, n, keeps && n !== null ? { kind: 'range', n, sort: ++sorts } : null);
}
