import { LevinError } from '../../engine/errors/levin-error.ts';
import { decodeValue, encodeValue } from '../../engine/records/value.ts';
import type { AccumulatorDelta } from '../../engine/runtime/task-accumulators.ts';
import type { AccumulatorAlgebra, AccumulatorKind } from '../../engine/types/accumulator.ts';

/** A task of the application, by the number of its stage. */
export interface CountedTask {
  readonly stage: number;
  readonly partition: number;
}

/** What tasks have added: each (stage, partition) counts once, with what the generation that was committed last has added. */
export interface AccumulatorLedger {
  open(accumulator: LedgerAccumulator): void;
  /** What the task has committed takes the place of what it had committed before. */
  count(task: CountedTask, deltas: readonly AccumulatorDelta[]): void;
  /** The driver adds. */
  add(ordinal: number, value: unknown): void;
  /** Merged in the order of stages, of partitions within a stage, then what the driver added. Fails with `ACCUMULATOR_MERGE_FAILED`. */
  state(ordinal: number): unknown;
  /** What tasks of one stage have added. */
  stateOf(ordinal: number, stage: number): unknown;
  isZero(ordinal: number): boolean;
  /** Tasks that have counted before are forgotten, also what they commit when they are made again. */
  reset(ordinal: number): void;
  /** Accumulators that tasks of the stages have added to, ascending. */
  touched(stages: readonly number[]): readonly number[];
}

export interface LedgerAccumulator {
  readonly ordinal: number;
  readonly kind: AccumulatorKind;
  readonly text: string;
  readonly algebra: AccumulatorAlgebra;
}

interface StageCell {
  readonly tasks: Map<number, AccumulatorDelta>;
  /** All of them merged, encoded: a state that is merged may be changed by it. null: not known. */
  merged: Uint8Array | null;
}

interface Cell extends LedgerAccumulator {
  readonly stages: Map<number, StageCell>;
  /** Tasks that counted first before this moment are forgotten. */
  since: number;
  mine: { state: unknown } | null;
}

export function createAccumulatorLedger(): AccumulatorLedger {
  const cells = new Map<number, Cell>();
  /** When each task counted first, and what it has added to. */
  const tasks = new Map<number, Map<number, { readonly first: number; ordinals: readonly number[] }>>();
  let moment = 0;
  const cellOf = (ordinal: number): Cell => {
    const cell = cells.get(ordinal);
    if (cell !== undefined) return cell;
    throw new LevinError({
      code: 'INTERNAL',
      fault: 'internal',
      message: `Accumulator ${ordinal} is not known to the driver. Please report this.`,
    });
  };
  const stageCell = (cell: Cell, stage: number): StageCell => {
    const found = cell.stages.get(stage) ?? { tasks: new Map(), merged: null };
    cell.stages.set(stage, found);
    return found;
  };
  const remove = (ordinals: readonly number[], { stage, partition }: CountedTask): void => {
    for (const ordinal of ordinals) {
      const cell = cellOf(ordinal).stages.get(stage);
      if (cell?.tasks.delete(partition) === true) cell.merged = null;
      if (cell?.tasks.size === 0) cellOf(ordinal).stages.delete(stage);
    }
  };
  return {
    open: (accumulator) => void cells.set(accumulator.ordinal, { ...accumulator, stages: new Map(), since: 0, mine: null }),
    count(task, deltas) {
      const { stage, partition } = task;
      const ofStage = tasks.get(stage) ?? new Map<number, { readonly first: number; ordinals: readonly number[] }>();
      const known = ofStage.get(partition);
      if (known === undefined && deltas.length === 0) return;
      tasks.set(stage, ofStage);
      const counted = known ?? { first: ++moment, ordinals: [] };
      remove(counted.ordinals, task);
      counted.ordinals = deltas.map(([ordinal]) => ordinal);
      ofStage.set(partition, counted);
      for (const delta of deltas) {
        const cell = cellOf(delta[0]);
        if (counted.first < cell.since) continue;
        const at = stageCell(cell, stage);
        at.tasks.set(partition, delta);
        at.merged = null;
      }
    },
    add(ordinal, value) {
      const cell = cellOf(ordinal);
      const mine = cell.mine ?? { state: cell.algebra.zero() };
      mine.state = cell.algebra.add(mine.state, value);
      cell.mine = mine;
    },
    state(ordinal) {
      const cell = cellOf(ordinal);
      return merging(cell, () => {
        let state = cell.algebra.zero();
        for (const stage of ascending(cell.stages)) state = cell.algebra.merge(state, decodeValue(mergedStage(cell, stage)));
        return cell.mine === null ? state : cell.algebra.merge(state, decodeValue(encodeValue(cell.mine.state)));
      });
    },
    stateOf(ordinal, stage) {
      const cell = cellOf(ordinal);
      return merging(cell, () => (cell.stages.has(stage) ? decodeValue(mergedStage(cell, stage)) : cell.algebra.zero()));
    },
    isZero(ordinal) {
      const { stages, mine } = cellOf(ordinal);
      return stages.size === 0 && mine === null;
    },
    reset(ordinal) {
      const cell = cellOf(ordinal);
      cell.stages.clear();
      cell.mine = null;
      cell.since = ++moment;
    },
    touched: (stages) => [...cells.values()].filter((cell) => stages.some((stage) => cell.stages.has(stage))).map(({ ordinal }) => ordinal),
  };
}

function mergedStage({ algebra, stages }: Cell, stage: number): Uint8Array {
  const cell = stages.get(stage) as StageCell;
  if (cell.merged !== null) return cell.merged;
  let state = algebra.zero();
  for (const partition of ascending(cell.tasks)) state = algebra.merge(state, stateOfDelta(cell.tasks.get(partition) as AccumulatorDelta));
  cell.merged = encodeValue(state);
  return cell.merged;
}

function stateOfDelta(delta: AccumulatorDelta): unknown {
  return delta.length === 3 ? { count: delta[1], sum: delta[2] } : decodeValue(delta[1]);
}

function ascending(map: ReadonlyMap<number, unknown>): readonly number[] {
  return [...map.keys()].sort((a, b) => a - b);
}

/** Errors of levin's own say already what they mean. */
function merging<R>({ text }: Cell, merge: () => R): R {
  try {
    return merge();
  } catch (cause) {
    if (cause instanceof LevinError && cause.code.startsWith('ACCUMULATOR_')) throw cause;
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const error = new LevinError({
      code: 'ACCUMULATOR_MERGE_FAILED',
      fault: 'user',
      message: `What tasks have added to ${text} could not be merged: ${what}`,
      cause,
    });
    const frames = cause instanceof Error ? (cause.stack?.search(/^\s+at /m) ?? -1) : -1;
    if (frames >= 0) error.stack = `${error.name}: ${error.message}\n${(cause as Error).stack?.slice(frames)}`;
    throw error;
  }
}
