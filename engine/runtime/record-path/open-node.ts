import type { PlanNode } from '../../plan/stage-plan.ts';
import type { TaskContext } from '../task-context.ts';
import type { UserFunction } from '../user-function.ts';
import { type KernelState, kernelFor, kernelState, type Terminal } from './kernel.ts';
import { type NodeStreamOptions, nodeStream } from './node-stream.ts';
import type { RecordStream } from './record-stream.ts';
import { runSegment } from './run-segment.ts';
import { createSegment, type Segment, type SegmentInput, type SegmentOptions, segmentStream } from './segment.ts';
import { isRecordOp, type RecordOp, type Step, stepsOf } from './step.ts';
import { windowStream } from './window-stream.ts';

/** Steps of one loop at most: V8 does not optimize functions without end. */
const MAX_STEPS = 200;
/** Loops in a loop at most. */
const MAX_DEPTH = 8;

export interface ChainEnd {
  readonly terminal: Terminal;
  /** Steps after the node's own: the function of foreach. */
  readonly steps: readonly Step[];
  readonly state: Partial<KernelState>;
}

/**
 * Opens a node's partition with its records going to `end`.
 *
 * ```
 *   leaf or group or mapPartitions ─▶ segment ─▶ segment ─▶ window ─▶ segment ─▶ end
 *                                     └─ at most 200 steps ─┘   └─ concurrency > 1
 * ```
 */
export function openChain(task: TaskContext, node: number, partition: number, end: ChainEnd): Segment {
  const { base, steps } = resolve(task, node, partition);
  const parts = cut([...steps, ...end.steps]);
  const last = parts.pop() as readonly Step[];
  let input = base;
  for (const part of parts) input = { kind: 'stream', stream: openPart(task, input, part) };
  const state = stateFor(task, input, end.state);
  return createSegment(segmentOptions(task, { input, steps: last, terminal: end.terminal, state }));
}

/** A node's partition as a stream. */
export function openNode(task: TaskContext, node: number, partition: number): RecordStream {
  const { base, steps } = resolve(task, node, partition);
  let input = base;
  for (const part of cut(steps)) {
    if (part.length > 0 || input.kind === 'range') input = { kind: 'stream', stream: openPart(task, input, part) };
  }
  if (input.kind === 'stream') return input.stream;
  throw new Error('a range has no stream of its own');
}

interface Chain {
  readonly base: Base;
  readonly steps: readonly Step[];
}

type Base = SegmentInput & { readonly start?: number; readonly step?: number };

/** Walks down to where records come from, with an explicit loop: chains are as long as users make them. */
function resolve(task: TaskContext, root: number, rootPartition: number): Chain {
  const ops: RecordOp[] = [];
  let node = root;
  let partition = rootPartition;
  for (;;) {
    const at = task.plan.nodes[node] as PlanNode;
    if (at.kind === 'narrow' && isRecordOp(at.op)) {
      ops.push(at.op);
      node = at.parent;
    } else if (at.kind === 'union') {
      const p = partition;
      const i = at.starts.findLastIndex((start) => start <= p);
      node = at.parents[i] as number;
      partition -= at.starts[i] as number;
    } else {
      const first = ops.at(-1);
      const crossed = first?.kind === 'crossValues' ? (first.outer ?? 'none') : null;
      const steps = ops.reverse().flatMap((op) => stepsOf(op, task.infos));
      return { base: openBase(task, { node, partition, at, crossed }), steps };
    }
  }
}

interface Place {
  readonly node: number;
  readonly partition: number;
  readonly at: PlanNode;
  readonly crossed: NodeStreamOptions['crossed'];
}

function openBase(task: TaskContext, { node, partition, at, crossed }: Place): Base {
  if (at.kind === 'range') {
    const [from, to] = rangeOf(partition, at.count, at.numPartitions);
    const onRead = (records: number): void => {
      task.counters.recordsRead += records;
    };
    return { kind: 'range', from, to, start: at.start, step: at.step, onRead };
  }
  const feed = async (parent: number, write: (record: unknown) => void): Promise<void> => {
    await runSegment(openChain(task, parent, partition, { terminal: { kind: 'call' }, steps: [], state: { w: write } }), task.deps);
  };
  return { kind: 'stream', stream: nodeStream(at, { task, node, partition, feed, crossed, open: (other, p) => openNode(task, other, p) }) };
}

/** Partition p of n holds the indexes [floor(p·count/n), floor((p+1)·count/n)), exactly. */
function rangeOf(partition: number, count: number, numPartitions: number): readonly [number, number] {
  const border = (p: number): number => {
    const product = p * count;
    if (Number.isSafeInteger(product)) return Math.floor(product / numPartitions);
    return Number((BigInt(p) * BigInt(count)) / BigInt(numPartitions));
  };
  return [border(partition), border(partition + 1)];
}

/** Pieces for one loop each; a step that may have several promises in flight stands alone. */
function cut(steps: readonly Step[]): (readonly Step[])[] {
  const parts: Step[][] = [];
  let part: Step[] = [];
  let depth = 0;
  const close = (): void => {
    parts.push(part);
    part = [];
    depth = 0;
  };
  for (const step of steps) {
    const loop = step.kind === 'flatten' || step.kind === 'flattenValue' || step.kind === 'cross';
    if (isWindow([step])) {
      if (part.length > 0) close();
      part.push(step);
      close();
      continue;
    }
    if (part.length >= MAX_STEPS || (loop && depth >= MAX_DEPTH)) close();
    depth += loop ? 1 : 0;
    part.push(step);
  }
  close();
  return parts;
}

function isWindow(part: readonly Step[]): boolean {
  const [step] = part;
  return step !== undefined && 'fn' in step && step.concurrency > 1;
}

function openPart(task: TaskContext, input: Base, part: readonly Step[]): RecordStream {
  const [step] = part;
  if (step !== undefined && 'fn' in step && step.concurrency > 1) {
    const stream = input.kind === 'stream' ? input.stream : openPart(task, input, []);
    const fn = task.deps.closures[step.fn] as UserFunction;
    const { place, spill, badRecords } = task;
    return windowStream(stream, { step, fn, place, signal: task.deps.signal, spill, badRecords });
  }
  const state = stateFor(task, input, {});
  return segmentStream(segmentOptions(task, { input, steps: part, terminal: { kind: 'push' }, state }));
}

interface Part {
  readonly input: Base;
  readonly steps: readonly Step[];
  readonly terminal: Terminal;
  readonly state: KernelState;
}

function segmentOptions(task: TaskContext, { input, steps, terminal, state }: Part): SegmentOptions {
  const { closures } = task.deps;
  const base = input.kind === 'stream' ? 'batch' : input.start === 0 && input.step === 1 ? 'zeroRange' : 'range';
  // A loop that begins with what a function gave in a window may meet an asynchronous generator.
  const async = isFlatten(steps[0]) || steps.some((step) => 'fn' in step && isAsync(closures[step.fn]));
  const skips = task.badRecords !== null;
  return { kernel: kernelFor(closures, { base, steps, terminal, skips }), state, input, async, spill: task.spill };
}

function stateFor(task: TaskContext, { start = 0, step = 1 }: Base, init: Partial<KernelState>): KernelState {
  return kernelState(task.place, { start, step, leaveOut: task.badRecords?.leaveOut ?? null, ...init });
}

const AsyncFunction = (async () => undefined).constructor;
const AsyncGeneratorFunction = async function* () {}.constructor;

/** An async function or generator, as seen without calling it. */
function isAsync(fn: UserFunction | undefined): boolean {
  return fn !== undefined && (fn.constructor === AsyncFunction || fn.constructor === AsyncGeneratorFunction);
}

function isFlatten(step: Step | undefined): boolean {
  return step?.kind === 'flatten' || step?.kind === 'flattenValue';
}
