import type { Aggregator, ClosureIndex } from '../../plan/stage-plan.ts';
import type { Combiner } from '../../ports/exchange.ts';
import { decodeConstant, decodeConstantLoading } from '../../records/constant.ts';
import { addToRegisters, mergeRegisters } from '../../records/hyper-log-log.ts';
import type { TaskContext } from '../task-context.ts';
import type { UserFunction } from '../user-function.ts';
import { guardedFunction } from './guarded-function.ts';
import { refOf } from './step.ts';

const identity = (value: unknown): unknown => value;
const first = (combined: unknown): unknown => combined;

/** The functions of an aggregator. Combined values belong to the table that holds them: `group` appends in place. */
export async function combinerOf(aggregator: Aggregator, task: TaskContext): Promise<Combiner> {
  const guarded = (fn: ClosureIndex): UserFunction => closureOf(fn, task);
  switch (aggregator.kind) {
    case 'first':
      return { create: identity, mergeValue: first, mergeCombiners: first };
    case 'group':
      return { create: (value) => [value], mergeValue: appendValue, mergeCombiners: appendAll };
    case 'count':
      return { create: () => 1, mergeValue: addOne, mergeCombiners: addCounts };
    case 'sketch': {
      const { precision } = aggregator;
      return {
        create: (value) => addToRegisters(new Uint8Array(2 ** precision), precision, value),
        mergeValue: (registers, value) => addToRegisters(registers as Uint8Array, precision, value),
        mergeCombiners: (a, b) => mergeRegisters(a as Uint8Array, b as Uint8Array),
      };
    }
    case 'aggregate': {
      const [seq, comb, zero] = [guarded(aggregator.seq), guarded(aggregator.comb), await zeroOf(aggregator.zero, task)];
      return { create: (value) => seq(zero(), value), mergeValue: seq, mergeCombiners: comb };
    }
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

/** Copies of a zero value: the function that gets one may change it. */
async function zeroOf(constant: string, task: TaskContext): Promise<() => unknown> {
  const value = await decodeConstantLoading(constant, task.deps.prepare ?? (async () => undefined));
  return typeof value === 'object' && value !== null ? () => decodeConstant(constant) : () => value;
}

/** A closure that is called outside of a fused loop. */
export function closureOf(fn: ClosureIndex, task: TaskContext): UserFunction {
  return guardedFunction(task.deps.closures[fn] as UserFunction, refOf(fn, task.infos), task.place);
}

function addOne(count: unknown): unknown {
  return (count as number) + 1;
}

function addCounts(a: unknown, b: unknown): unknown {
  return (a as number) + (b as number);
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
