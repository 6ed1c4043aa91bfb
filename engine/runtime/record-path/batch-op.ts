import type { NarrowOp } from '../../plan/stage-plan.ts';
import { compareKeys } from '../../records/compare-keys.ts';
import { decodeConstant } from '../../records/constant.ts';
import { estimateRegisters } from '../../records/hyper-log-log.ts';
import type { TaskContext } from '../task-context.ts';
import type { BatchTransform } from './batch-stream.ts';
import { fractionsByKey } from './fractions-by-key.ts';
import { type Pair, pairOf } from './pairs.ts';
import { poissonNumber } from './poisson-number.ts';

/** Operations whose function is ours. */
export type BatchOp = Extract<NarrowOp, { kind: 'sample' | 'sampleRange' | 'sampleByKey' | 'keyInRange' | 'estimateValues' }>;

/** How often a record is given on. */
type Copies = (record: unknown) => number;

/** The function of one partition; random numbers are the same ones whenever the task runs again. */
export function batchOp(op: BatchOp, task: TaskContext, partition: number): BatchTransform {
  switch (op.kind) {
    case 'sample': {
      const random = randomOf(op.seed, task, partition);
      const draw = drawing(op.withReplacement, random);
      return op.withReplacement ? repeating(() => draw(op.fraction)) : (batch) => batch.filter(() => random() < op.fraction);
    }
    case 'sampleRange': {
      const random = randomOf(op.seed, task, partition);
      return (batch) =>
        batch.filter(() => {
          const x = random();
          return x >= op.lower && x < op.upper;
        });
    }
    case 'sampleByKey': {
      const fractionOf = fractionsByKey('sampleByKey', op.fractions, task);
      const draw = drawing(op.withReplacement, randomOf(op.seed, task, partition));
      return repeating((record) => draw(fractionOf(pairOf(record, { operation: 'sampleByKey', site: null }, task.place)[0])));
    }
    case 'estimateValues':
      return (batch) => batch.map((pair) => [(pair as Pair)[0], Math.round(estimateRegisters((pair as Pair)[1] as Uint8Array))]);
    case 'keyInRange': {
      const [lower, upper] = [decodeConstant(op.lower), decodeConstant(op.upper)];
      return (batch) =>
        batch.filter((record) => {
          const [key] = pairOf(record, { operation: 'filterByRange', site: null }, task.place);
          return compareKeys(lower, key) <= 0 && compareKeys(key, upper) <= 0;
        });
    }
  }
}

function randomOf(seed: number, task: TaskContext, partition: number): () => number {
  return task.deps.random.seeded(`${seed}/${partition}`);
}

function drawing(withReplacement: boolean, random: () => number): (fraction: number) => number {
  return withReplacement ? (fraction) => poissonNumber(fraction, random) : (fraction) => (random() < fraction ? 1 : 0);
}

function repeating(copies: Copies): BatchTransform {
  return (batch) => {
    const out: unknown[] = [];
    for (const record of batch) for (let n = copies(record); n > 0; n -= 1) out.push(record);
    return out;
  };
}
