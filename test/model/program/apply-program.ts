import type { RDD } from 'levin';
import type { Key } from '../../../driver/api/types.ts';
import { applySource, applySteps, type Pairs, type Place } from './apply-step.ts';
import { add, concat, keyFunctions, mergeFunctions } from './functions.ts';
import type { Action, Outcome, Program } from './program.ts';
import { show, weigh } from './values.ts';

/** Runs a program on levin. */
export async function applyProgram(program: Program, place: Place): Promise<Outcome> {
  try {
    const rdd = applySteps(applySource(program.source, place), program.steps, place);
    const value = await act(rdd, program.action);
    return { value, numPartitions: await rdd.getNumPartitions() };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: code ?? 'NO_CODE', message };
  }
}

async function act(rdd: RDD<unknown>, action: Action): Promise<unknown> {
  const pairs = rdd as Pairs;
  switch (action.kind) {
    case 'collect':
      return await rdd.collect();
    case 'glom':
      return await rdd.glom().collect();
    case 'count':
      return await rdd.count();
    case 'first':
      return await rdd.first();
    case 'isEmpty':
      return await rdd.isEmpty();
    case 'toLocalIterator':
      return await Array.fromAsync(rdd.toLocalIterator());
    case 'collectAsMap':
      return [...(await pairs.collectAsMap())];
    case 'countByKey':
      return [...(await pairs.countByKey())];
    case 'countByValue':
      return [...(await rdd.countByValue())];
    case 'sumOfWeights':
      return await rdd.map(weigh).sum();
    case 'take':
      return await rdd.take(action.n);
    case 'takeOrdered':
      return await rdd.takeOrdered(action.n, keyOf(action.fn));
    case 'top':
      return await rdd.top(action.n, keyOf(action.fn));
    case 'max':
      return await rdd.max(keyOf(action.fn));
    case 'min':
      return await rdd.min(keyOf(action.fn));
    case 'reduce':
      return await rdd.reduce(mergeFunctions[action.fn]);
    case 'reduceByKeyLocally':
      return [...(await pairs.reduceByKeyLocally(mergeFunctions[action.fn]))];
    case 'concat':
      return await rdd.map(show).reduce(concat);
    case 'fold':
      return await rdd.map(weigh).fold(action.zero, add);
    case 'aggregate':
      return await rdd.aggregate(0, (sum, x) => sum + weigh(x), add);
    case 'treeReduce':
      return await rdd.treeReduce(mergeFunctions[action.fn], action.depth);
    case 'treeAggregate':
      return await rdd.treeAggregate(action.zero, (sum, x) => sum + weigh(x), add, action.depth);
    case 'lookup':
      return await pairs.lookup(action.key as Key);
  }
}

function keyOf(name: keyof typeof keyFunctions | null): ((x: unknown) => Key) | undefined {
  return name === null ? undefined : keyFunctions[name];
}
