import type { PlanNode } from '../../plan/stage-plan.ts';
import { createKeyTable, type KeyTable } from '../../records/key-table.ts';
import type { TaskContext } from '../task-context.ts';
import { type BatchTransform, batchStream } from './batch-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { MAX_BATCH, type RecordStream } from './record-stream.ts';
import type { Quota } from './strata.ts';
import { binomialNumber } from './urn-numbers.ts';

export interface DrawStrataOptions {
  readonly node: Extract<PlanNode, { kind: 'drawStrata' }>;
  readonly records: RecordStream;
  /** Those of all partitions. */
  readonly quotas: RecordStream;
  readonly task: TaskContext;
  readonly partition: number;
}

/** What is still to be drawn of a key, and from how many pairs. */
interface Rest {
  take: number;
  count: number;
}

/** Exactly as many pairs of each key as the partition's quotas say, in order; every choice is equally likely. */
export function drawStrata({ node, records, quotas, task, partition }: DrawStrataOptions): RecordStream {
  const random = task.deps.random.seeded(`${node.seed}/${partition}`);
  const rests = createKeyTable();
  let known: Promise<void> | null = null;
  let ready = false;
  const transform: BatchTransform = (batch) => {
    const out: unknown[] = [];
    for (const record of batch) for (let n = copiesOf(pairOf(record, REF, task.place)); n > 0; n -= 1) out.push(record);
    return out;
  };
  const copiesOf = ([key]: Pair): number => {
    const rest = rests.values[rests.find(key)] as Rest | undefined;
    if (rest === undefined || rest.take === 0 || rest.count === 0) return 0;
    const hits = node.withReplacement ? binomialNumber(rest.take, 1 / rest.count, random()) : random() * rest.count < rest.take ? 1 : 0;
    rest.take -= hits;
    rest.count -= 1;
    return hits;
  };
  const stream = batchStream(records, transform);
  const learn = (): Promise<void> => {
    known ??= readQuotas(quotas, rests, (id) => id % node.numPartitions === partition).then(() => {
      ready = true;
    });
    return known;
  };
  return {
    async prepare() {
      await learn();
      await stream.prepare();
    },
    pull: (max) => (ready ? stream.pull(max) : learn().then(() => stream.pull(max))),
    async close() {
      await quotas.close();
      await stream.close();
    },
  };
}

const REF = { operation: 'sampleByKeyExact', site: null } as const;

async function readQuotas(quotas: RecordStream, rests: KeyTable, isOurs: (uniqueId: number) => boolean): Promise<void> {
  for (let batch = await quotas.pull(MAX_BATCH); batch !== null; batch = await quotas.pull(MAX_BATCH)) {
    for (const [uniqueId, key, take, count] of batch as readonly Quota[]) {
      if (isOurs(uniqueId)) rests.insert(key, { take, count } satisfies Rest);
    }
  }
}
