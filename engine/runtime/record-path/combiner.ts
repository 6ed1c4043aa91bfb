import type { Aggregator, ClosureIndex } from '../../plan/stage-plan.ts';
import type { Combiner } from '../../ports/exchange.ts';
import type { TaskContext } from '../task-context.ts';
import type { UserFunction } from '../user-function.ts';
import { guardedFunction } from './guarded-function.ts';
import { refOf } from './step.ts';

const identity = (value: unknown): unknown => value;
const first = (combined: unknown): unknown => combined;

/** The functions of an aggregator. Combined values belong to the table that holds them: `group` appends in place. */
export function combinerOf(aggregator: Aggregator, task: TaskContext): Combiner {
  const guarded = (fn: ClosureIndex): UserFunction => closureOf(fn, task);
  switch (aggregator.kind) {
    case 'first':
      return { create: identity, mergeValue: first, mergeCombiners: first };
    case 'group':
      return { create: (value) => [value], mergeValue: appendValue, mergeCombiners: appendAll };
    case 'reduce': {
      const merge = guarded(aggregator.fn);
      return { create: identity, mergeValue: merge, mergeCombiners: merge };
    }
    case 'combine':
      return {
        create: guarded(aggregator.create),
        mergeValue: guarded(aggregator.mergeValue),
        mergeCombiners: guarded(aggregator.mergeCombiners),
      };
  }
}

/** A closure that is called outside of a fused loop. */
export function closureOf(fn: ClosureIndex, task: TaskContext): UserFunction {
  return guardedFunction(task.deps.closures[fn] as UserFunction, refOf(fn, task.infos), task.place);
}

function appendValue(group: unknown, value: unknown): unknown {
  (group as unknown[]).push(value);
  return group;
}

function appendAll(group: unknown, more: unknown): unknown {
  const all = group as unknown[];
  for (const value of more as readonly unknown[]) all.push(value);
  return all;
}
