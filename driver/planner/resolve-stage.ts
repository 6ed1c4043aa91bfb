import { hash } from 'node:crypto';
import { relative } from 'node:path';
import { pack } from 'msgpackr';
import type { CapturedBroadcast } from '../../engine/closures/shipped-closure.ts';
import type { TaskTemplate } from '../../engine/plan/stage-plan.ts';
import { decodeValue } from '../../engine/records/value.ts';
import { type BroadcastRef, INLINE_BROADCAST_BYTES } from '../../engine/types/broadcast.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { FilePartition, FileSplit, LeafInput, TaskInput, TaskOutput, TemplateRef } from '../../engine/types/task.ts';
import type { LeafBinding, StageDraft } from './stage-draft.ts';
import { leafPartitions } from './task-inputs.ts';

/** Raised when a stage of an older levin must not be taken for one of this version. */
const ENGINE_FORMAT = 1;

/** Largest template that rides inside each task. */
const INLINE_TEMPLATE_BYTES = 4096;

/** A stage whose identity is known: its input bytes are fixed. */
export interface ResolvedStage {
  readonly draft: StageDraft;
  /** `(appId, fingerprint, n-th use)` as one name. */
  readonly stageId: string;
  readonly template: TemplateRef;
  /** The encoded template, to be stored under `template.hash` unless it is inline. */
  readonly templateBytes: Uint8Array;
  readonly bounds: Uint8Array | null;
}

export interface ResolveContext {
  readonly appId: string;
  /** Project root: messages of executors name files relative to it. */
  readonly root: string;
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  /** Identity of a parent stage that was resolved before. */
  readonly stageIdOf: (stage: number) => string;
  /** Encoded bounds for a stage with a range partitioner. */
  readonly bounds: Uint8Array | null;
}

export function resolveStage(draft: StageDraft, context: ResolveContext): ResolvedStage {
  const template: TaskTemplate = {
    version: 1,
    appId: context.appId,
    plan: draft.plan,
    closures: draft.closures.map((closure) => closure.bytes),
    closureInfos: draft.closures.map(({ operation, callSite }) => ({
      operation: operation.replace(/^rdd\./, ''),
      site: siteText(callSite, context.root),
    })),
    ...broadcastRefs(broadcastsOf(draft)),
    ...accumulatorInfos(draft, context.root),
  };
  const templateBytes = pack(template);
  const templateHash = hash('sha256', templateBytes, 'hex');
  const { plan, closures, leaves } = draft.bare ?? draft;
  const identity = [
    ENGINE_FORMAT,
    process.versions.node.split('.')[0],
    context.appId,
    draft.lineageFingerprint,
    draft.use,
    plan,
    closures.map((closure) => closure.fingerprint),
    [...leaves.entries()].map(([leaf, binding]) => [leaf, leafPrint(binding, context)]),
    context.bounds === null ? null : hash('sha256', context.bounds, 'hex'),
  ];
  return {
    draft,
    stageId: hash('sha256', JSON.stringify(identity), 'hex').slice(0, 32),
    template: { hash: templateHash, inline: templateBytes.length <= INLINE_TEMPLATE_BYTES ? templateBytes : null },
    templateBytes,
    bounds: context.bounds,
  };
}

/** What the closures of a stage capture, each content once. */
export function broadcastsOf({ closures }: StageDraft): readonly CapturedBroadcast[] {
  return [...new Map(closures.flatMap(({ broadcasts = [] }) => broadcasts.map((each) => [each.hash, each] as const))).values()];
}

function broadcastRefs(captured: readonly CapturedBroadcast[]): Pick<TaskTemplate, 'broadcasts'> {
  if (captured.length === 0) return {};
  const refs = captured.map((each): BroadcastRef => {
    const { hash: name, byteLength } = each;
    return { hash: name, byteLength, ...(byteLength > INLINE_BROADCAST_BYTES ? {} : { inline: Buffer.concat(each.encoded()) }) };
  });
  return { broadcasts: refs };
}

export interface InputContext {
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  /** Object that holds a `parallelize` collection. */
  readonly dataKeyOf: (hash: string) => string;
  /** Committed results of a parent stage that counts, by partition; every one is there when a child runs. */
  readonly countsOf: (stage: number) => readonly Counted[];
}

/** The committed result of a task that counted its records. */
interface Counted {
  readonly output: Exclude<TaskOutput, { kind: 'shuffle' }> | { readonly kind: 'shuffle' };
}

/** Reducer partitions of a shuffle, to be located in its map outputs. */
export type ShuffleRequest = Extract<LeafBinding, { kind: 'shuffle' }>;

/** What a task reads: a shuffle as a request, the rest as it goes to the executor. */
export type PlannedInput = Omit<TaskInput, 'input'> & {
  readonly input: Exclude<LeafInput, { kind: 'shuffle' | 'shuffleIndex' }> | ShuffleRequest;
};

/** What each task of the stage reads. */
export function taskInputs(draft: StageDraft, context: InputContext): (partition: number) => readonly PlannedInput[] {
  const partitionsOf = leafPartitions(draft.plan);
  const inputOf = leafInputs(context);
  return (partition) =>
    partitionsOf(partition).flatMap(({ leaf, partition: leafPartition }) => {
      const binding = draft.leaves.get(leaf);
      return binding === undefined ? [] : [{ leaf, partition: leafPartition, input: inputOf(binding, leafPartition) }];
    });
}

function leafInputs(context: InputContext): (binding: LeafBinding, partition: number) => PlannedInput['input'] {
  const starts = new Map<number, readonly number[]>();
  const firstIndex = (stage: number, partition: number): number => {
    let known = starts.get(stage);
    if (known === undefined) {
      known = firstIndexes(context.countsOf(stage));
      starts.set(stage, known);
    }
    return known[partition] as number;
  };
  return (binding, partition) =>
    binding.kind === 'firstIndex'
      ? { kind: 'firstIndex', index: binding.stage === null ? 0 : firstIndex(binding.stage, partition) }
      : leafInput(binding, partition, context);
}

function leafInput(binding: Exclude<LeafBinding, { kind: 'firstIndex' }>, partition: number, context: InputContext): PlannedInput['input'] {
  switch (binding.kind) {
    case 'slices': {
      const { offsets } = binding.node.data;
      const [offset, end] = [offsets[partition] as number, offsets[partition + 1] as number];
      return { kind: 'slice', range: { key: context.dataKeyOf(binding.node.data.hash), offset, length: end - offset } };
    }
    case 'text':
      return { kind: 'split', split: splitsOf(binding.node.id, partition, context)[0] as FileSplit };
    case 'files':
      return { kind: 'files', splits: splitsOf(binding.node.id, partition, context) };
    case 'shuffle':
      return binding;
  }
}

/** Records before each partition, from a stage that counted them. */
function firstIndexes(counts: readonly Counted[]): readonly number[] {
  let next = 0;
  return counts.map(({ output }) => {
    const first = next;
    next += output.kind === 'inline' ? (decodeValue(output.block) as number) : 0;
    return first;
  });
}

function splitsOf(node: number, partition: number, { splits }: InputContext): FilePartition {
  return splits.get(node)?.[partition] ?? [];
}

function leafPrint(binding: LeafBinding, context: ResolveContext): unknown {
  switch (binding.kind) {
    case 'slices':
      return binding.node.data.hash;
    case 'text':
    case 'files':
      return context.splits.get(binding.node.id);
    case 'firstIndex':
      return binding.stage === null ? null : context.stageIdOf(binding.stage);
    case 'shuffle':
      return [context.stageIdOf(binding.stage), binding.groups];
  }
}

/** For messages of executors, so not a part of the stage's identity. */
function accumulatorInfos({ closures }: StageDraft, root: string): Pick<TaskTemplate, 'accumulators'> {
  const captured = new Map(closures.flatMap(({ accumulators = [] }) => accumulators.map((each) => [each.ordinal, each])));
  if (captured.size === 0) return {};
  const infos = [...captured.values()].map(({ callSite, ...info }) => ({ ...info, site: siteText(callSite, root) }));
  return { accumulators: infos };
}

/** `job.ts:12:8`, relative to the project root where the file is below it. */
function siteText(callSite: CallSite | null, root: string): string {
  if (callSite === null) return '';
  const file = relative(root, callSite.file);
  return `${file.startsWith('..') ? callSite.file : file}:${callSite.line}:${callSite.column}`;
}
