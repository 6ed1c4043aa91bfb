import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { FilePartition, TaskInput } from '../../engine/types/task.ts';
import { type PlannedInput, taskInputs } from '../planner/resolve-stage.ts';
import { createShuffleLocator } from './shuffle-locator.ts';
import type { StageTable } from './stage-table.ts';

export interface TaskInputProviderOptions {
  readonly appId: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
}

export interface TaskInputProvider {
  inputsOf(stage: number, partition: number): Promise<readonly TaskInput[]>;
  /** No task of the stage will be launched again, or what it read is to be written again. */
  forget(stage: number): void;
}

interface Prepared {
  /** Of the parents, when the inputs were derived. */
  readonly versions: string;
  readonly inputsOf: (partition: number) => readonly PlannedInput[];
}

/** What each task reads, derived from its parents' committed outputs; derived again when one of them was made anew. */
export function createTaskInputProvider(options: TaskInputProviderOptions): TaskInputProvider {
  const { appId, table, objects, splits } = options;
  const prepared = new Map<number, Prepared>();
  const locator = createShuffleLocator({ appId, table, objects });

  const prepare = (stage: number): Prepared => {
    const { draft } = table.get(stage);
    const versions = draft.parents.map((parent) => table.get(parent).version).join();
    const known = prepared.get(stage);
    if (known !== undefined && known.versions === versions) return known;
    const inputsOf = taskInputs(draft, {
      splits,
      dataKeyOf: (dataHash) => objectKeys.data(appId, dataHash),
      countsOf: table.resultsOf,
    });
    const fresh: Prepared = { versions, inputsOf };
    prepared.set(stage, fresh);
    return fresh;
  };
  const located = async (stage: number, { leaf, partition, input }: PlannedInput): Promise<TaskInput> => ({
    leaf,
    partition,
    input:
      input.kind === 'shuffle' ? await locator.inputOf({ reader: stage, leaf, from: input.stage, groups: input.groups }, partition) : input,
  });
  return {
    inputsOf: async (stage, partition) =>
      await Promise.all(
        prepare(stage)
          .inputsOf(partition)
          .map((input) => located(stage, input)),
      ),
    forget(stage) {
      prepared.delete(stage);
      locator.forget(stage);
    },
  };
}
