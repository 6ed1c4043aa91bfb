import { hash } from 'node:crypto';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { encodeShuffleIndex } from '../../engine/runtime/sources/shuffle-index.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { FilePartition, LeafInput, MapOutputSlice, TaskInput } from '../../engine/types/task.ts';
import { taskInputs } from '../planner/resolve-stage.ts';
import type { StageTable } from './stage-table.ts';

/** A location in a payload takes about this many bytes (key, numbers). */
const BYTES_PER_SLICE = 160;
/** Above this a reducer reads its locations from the stage's index object. */
const MAX_INLINE_BYTES = 65_536;

export interface TaskInputProviderOptions {
  readonly appId: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
}

export interface TaskInputProvider {
  inputsOf(stage: number, partition: number): Promise<readonly TaskInput[]>;
  /** No task of the stage will be launched again. */
  forget(stage: number): void;
}

interface Prepared {
  /** Of the parents, when the inputs were derived. */
  readonly versions: string;
  readonly inputsOf: (partition: number) => readonly TaskInput[];
  /** Keys of written index objects by leaf. */
  readonly indexes: Map<number, Promise<string>>;
}

/** What each task reads, derived from its parents' committed outputs; derived again when one of them was made anew. */
export function createTaskInputProvider(options: TaskInputProviderOptions): TaskInputProvider {
  const { appId, table, objects, splits } = options;
  const prepared = new Map<number, Prepared>();

  const prepare = (stage: number): Prepared => {
    const { draft } = table.get(stage);
    const versions = draft.parents.map((parent) => table.get(parent).version).join();
    const known = prepared.get(stage);
    if (known !== undefined && known.versions === versions) return known;
    const inputsOf = taskInputs(draft, {
      splits,
      dataKeyOf: (dataHash) => objectKeys.data(appId, dataHash),
      stageIdOf: table.stageIdOf,
      outputsOf: table.resultsOf,
    });
    const fresh: Prepared = { versions, inputsOf, indexes: new Map() };
    prepared.set(stage, fresh);
    return fresh;
  };
  const writeIndex = async (stage: number, leaf: number, { inputsOf }: Prepared): Promise<string> => {
    const { plan } = table.get(stage).draft;
    const rows: (readonly MapOutputSlice[])[] = [];
    for (let partition = 0; partition < plan.numPartitions; partition++) {
      for (const { leaf: at, partition: row, input } of inputsOf(partition)) {
        if (at === leaf && input.kind === 'shuffle') rows[row] = input.slices;
      }
    }
    const bytes = encodeShuffleIndex(Array.from(rows, (slices) => slices ?? []));
    const key = objectKeys.shuffleIndex(appId, table.stageIdOf(stage), hash('sha256', bytes, 'hex').slice(0, 32));
    await objects.put(key, bytes, { ifAbsent: true });
    return key;
  };
  const slim = async (stage: number, input: TaskInput, stageInputs: Prepared): Promise<TaskInput> => {
    if (input.input.kind !== 'shuffle' || input.input.slices.length * BYTES_PER_SLICE <= MAX_INLINE_BYTES) return input;
    let index = stageInputs.indexes.get(input.leaf);
    if (index === undefined) {
      index = writeIndex(stage, input.leaf, stageInputs);
      stageInputs.indexes.set(input.leaf, index);
      // The next attempt tries again.
      index.catch(() => stageInputs.indexes.delete(input.leaf));
    }
    const indexed: LeafInput = { kind: 'shuffleIndex', indexKey: await index, partition: input.partition };
    return { ...input, input: indexed };
  };
  return {
    async inputsOf(stage, partition) {
      const stageInputs = prepare(stage);
      return await Promise.all(stageInputs.inputsOf(partition).map((input) => slim(stage, input, stageInputs)));
    },
    forget: (stage) => void prepared.delete(stage),
  };
}
