import { errorCode } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import { type BlockHeader, parseArrivedBlocks } from '../../records/block-format.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { decodeBodyLoading } from '../../records/decode-body.ts';
import { objectKeys } from '../../types/keys.ts';
import { type Batch, bufferOnPrepare, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { openPieceFile, PIECE_BYTES } from './block-data.ts';

type Cached = Extract<PlanNode, { kind: 'cached' }>;

/** A partition on its way into the object store. */
export interface StoringBlock {
  add(records: Batch): void;
  /** The partition is whole: stores it, so that the task's commit makes it real. Gives its key; null where the disk had no room for it. */
  finish(): Promise<string | null>;
}

/** Writes a partition as an object of this attempt. Its records wait on disk until all are there, so that they need no memory. */
export function storeBlock(task: TaskContext, { rdd, print }: Cached, partition: number): StoringBlock {
  const { deps, spec } = task;
  const name = task.spill.newFile();
  const file = openPieceFile({ file: name, scratch: deps.scratch });
  const writer = createBlockWriter();
  let full = false;
  const append = (): void => {
    const piece = writer.finish();
    if (full) return;
    try {
      file.append(piece);
    } catch (error) {
      if (errorCode(error) !== 'SCRATCH_FULL') throw error;
      full = true;
    }
  };
  return {
    add(records) {
      for (const record of records) {
        writer.push(record);
        if (writer.byteLength >= PIECE_BYTES) append();
      }
    },
    async finish() {
      if (writer.recordCount > 0) append();
      if (full) return null;
      const { borders, bytes: length } = file.data();
      const key = objectKeys.block(spec.appId, rdd, partition, spec.attemptId);
      const pieces = function* (): Iterable<Uint8Array> {
        for (let i = 0; i + 1 < borders.length; i++) yield deps.scratch.read(name, borders[i] as number, borders[i + 1] as number);
      };
      await deps.objects.put(key, { byteLength: length, [Symbol.iterator]: () => pieces()[Symbol.iterator]() }, { signal: deps.signal });
      deps.scratch.drop(name);
      task.storedBlocks.push({ rdd, partition, print, key, length });
      return key;
    },
  };
}

/** The records of a stored partition; null: it is not there as it was written, not even at a second look, and has to be computed. */
export async function readStoredBlock(task: TaskContext, key: string): Promise<RecordStream | null> {
  const { deps } = task;
  for (let look = 0; look < 2; look++) {
    try {
      const bytes = await deps.objects.get(key, { signal: deps.signal });
      const { blocks } = parseArrivedBlocks(bytes, 0);
      return bufferOnPrepare(blocksStream(task, bytes, blocks), task.spill);
    } catch (error) {
      if (!LOST.includes(errorCode(error))) throw error;
    }
  }
  return null;
}

const LOST: readonly unknown[] = ['OBJECT_NOT_FOUND', 'CORRUPT_DATA'];

function blocksStream({ deps }: TaskContext, bytes: Uint8Array, blocks: readonly BlockHeader[]): RecordStream {
  let at = 0;
  return {
    prepare: async () => undefined,
    async pull() {
      const block = blocks[at];
      at += 1;
      return block === undefined ? null : await decodeBodyLoading(bytes, block, { prepare: deps.prepare ?? (async () => undefined) });
    },
    async close() {
      at = blocks.length;
    },
  };
}
