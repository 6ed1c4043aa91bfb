import { crashLimit, taskOf } from './environment.ts';
import type { RunsOut } from './function-memory.ts';
import type { SimWorld } from './sim-world.ts';

const MB = 1024 * 1024;

/**
 * What tasks need: what the cost model says, or more where the fault `outOfMemory` strikes. Below the largest size it strikes a task, which then
 * needs the next size however often it runs; with the largest it strikes single attempts, as often as a task survives.
 */
export function createMemoryNeeds({ plan, costs, facts }: SimWorld, sizesMb: readonly number[]): RunsOut {
  const needs = new Map<string, number>();
  const needOf = (task: string): number => {
    const known = needs.get(task);
    if (known !== undefined) return known;
    let size = 0;
    while (size < sizesMb.length - 1 && plan.strikes('outOfMemory', `${task} with ${sizesMb[size]} MB`)) size++;
    needs.set(task, sizesMb[size] as number);
    return sizesMb[size] as number;
  };
  return (spec, metrics, memorySizeMb) => {
    const task = taskOf(spec);
    const held = ((metrics.recordsRead + metrics.shuffleRecordsRead) * (costs.heldBytesPerRecord ?? 0)) / MB;
    if (held > 0 && facts.runtimeMb + held > memorySizeMb) return true;
    if (needOf(task) > memorySizeMb) return true;
    return memorySizeMb === sizesMb.at(-1) && plan.strikes('outOfMemory', `${task} ${spec.attemptId}`, [crashLimit(task)]);
  };
}
