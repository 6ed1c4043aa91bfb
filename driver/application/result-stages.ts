import { basename } from 'node:path';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { decodeValue } from '../../engine/records/value.ts';
import type { LostOutput } from '../../engine/types/failure.ts';
import { allPartitions } from '../actions/all-partitions.ts';
import type { EventBus, UntimedEvent } from '../events/event-bus.ts';
import { topological } from '../lineage/lineage-node.ts';
import { analyze, type NodeFacts } from '../planner/analyze.ts';
import { checkBarriers } from '../planner/barrier-stage.ts';
import { planBounds, planStages, type Shuffled } from '../planner/plan-stages.ts';
import type { StageDraft } from '../planner/stage-draft.ts';
import { checkMemory } from '../planner/stage-memory.ts';
import type { StageRegistry } from '../planner/stage-registry.ts';
import { isCounted, stageSpecOf } from '../planner/stage-spec.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { JobGraph } from '../scheduler/job-graph.ts';
import type { Accumulators, NamedAccumulator } from './accumulators.ts';
import type { ActionRequest, ResultStage } from './application.ts';
import { collectFiles } from './collect-files.ts';
import { collectResults, type LostPartition } from './collect-results.ts';
import type { InputListings } from './input-listings.ts';
import { jobError } from './job-error.ts';
import { NO_PROPERTIES } from './job-properties.ts';
import { createResultReader, type ResultReaderOptions } from './result-reader.ts';
import type { RunningProperties } from './running-properties.ts';
import type { SampledBounds } from './sampled-bounds.ts';
import type { SchedulerLoop } from './scheduler-loop.ts';
import type { KeptResult, StageTable } from './stage-table.ts';

export interface ResultStagesOptions {
  readonly loop: SchedulerLoop;
  readonly table: StageTable;
  readonly registry: StageRegistry;
  readonly listings: InputListings;
  readonly known: Map<number, NodeFacts>;
  readonly defaultParallelism: number | null;
  /** Tasks that can run at once. */
  readonly slots: number;
  /** Sizes of executors, ascending; empty: one that nobody knows. */
  readonly memorySizesMb: readonly number[];
  readonly reader: ResultReaderOptions;
  readonly accumulators: Accumulators;
  /** Reads what is committed of a stage of which nothing will run. */
  readonly readBack: (stage: number) => Promise<void>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly post: (event: SchedulerEvent) => void;
  readonly properties: RunningProperties;
  /** Encoded bounds of a sample stage that is done. */
  readonly boundsOf: (bounds: SampledBounds) => Promise<Uint8Array>;
  /** The stage is not asked for any more: whatever is kept of it can go. */
  readonly forget: (stage: number) => void;
}

/** How often samples that were committed but cannot be read are drawn again. */
const MAX_RESAMPLES = 4;
/** The same for what tasks have added to accumulators. */
const MAX_RECOUNTS = 4;

/** Plans the stages of an action and runs jobs over its result stage. */
export interface ResultStages {
  /**
   * Plans the action when its turn comes: actions are planned in the order in which this was called, each after its own `gate`.
   * Also for an action whose answer is known: the stages of later ones are numbered after it.
   */
  open(request: ActionRequest, gate: () => Promise<void>): Promise<OpenStage>;
  /** Facts of an RDD and all its ancestors, in turn with the actions: lists input files and samples keys when it must. */
  factsOf(request: FactsRequest): Promise<NodeFacts>;
}

/** What asks, by name, and for whom. */
export type FactsRequest = Pick<ActionRequest, 'name' | 'node' | 'options' | 'properties'>;

export interface OpenStage extends ResultStage {
  /** The answer is known: brings in what tasks have added to accumulators on the way to it. */
  recount(): Promise<void>;
  /** Says that the answer was found and nothing ran. */
  replayed(): void;
  /** Nothing will ask for the result stage again. */
  release(): void;
}

export function createResultStages(options: ResultStagesOptions): ResultStages {
  const { loop, table, registry, listings, known, bus, clock, accumulators } = options;
  let nextJob = 0;
  let planning: Promise<unknown> = Promise.resolve();

  /** One action after the other, in the order of the calls: which use of a fingerprint a stage is depends on it. */
  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const mine = planning.then(work, work);
    planning = mine.catch(() => undefined);
    return mine;
  };
  const bounds = new Map<number, readonly unknown[]>();
  const facts = { splits: listings.splits, defaultParallelism: options.defaultParallelism, bounds };
  const prepare = async (request: ActionRequest): Promise<NodeFacts> => {
    await listings.prepare(request.node);
    for (const node of topological(request.node)) {
      if (node.kind !== 'pruned' || known.has(node.id)) continue;
      const { placement } = analyze(node.parent, known, facts);
      if (placement?.kind !== 'range' || placement.numPartitions === 1 || bounds.has(placement.nodeId)) continue;
      const placed = topological(node.parent).find(({ id }) => id === placement.nodeId) as Shuffled;
      bounds.set(placed.id, await sampleBounds(request, placed, placement.numPartitions));
    }
    return analyze(request.node, known, facts);
  };
  /** A job of its own: how many partitions there are depends on its answer. */
  const sampleBounds = async (request: ActionRequest, placed: Shuffled, numPartitions: number): Promise<readonly unknown[]> => {
    const samples = planned(() => planBounds(placed, known, registry)) as number;
    const draft = registry.drafts.get(samples) as StageDraft;
    for (let round = 0; ; round++) {
      await runJob(request, draft, allPartitions(draft.plan));
      try {
        return decodeValue(await options.boundsOf({ samples, numPartitions, name: draft.name })) as readonly unknown[];
      } catch (error) {
        if (round === MAX_RESAMPLES || !(error instanceof LevinError) || error.code !== 'FETCH_FAILED') throw error;
        options.post({ kind: 'outputLost', lost: error.details['lost'] as readonly LostOutput[] });
      }
    }
  };
  const planned = <R>(work: () => R): R => {
    const from = registry.count;
    const made = work();
    for (let stage = from; stage < registry.count; stage++) table.add(registry.drafts.get(stage) as StageDraft);
    return made;
  };
  const plan = async (request: ActionRequest): Promise<StageDraft> => {
    const { numPartitions } = await prepare(request);
    const { node, sink } = request.expand?.(numPartitions) ?? request;
    analyze(node, known, facts);
    const { name, callSite } = request;
    return planned(() => planStages({ node, sink, action: name, callSite }, known, registry));
  };
  const emitStart = (request: ActionRequest, job: number, stages: readonly number[]): void => bus.emit(jobStarted(request, job, stages));
  /** The job is over when everything that its tasks have added is there. */
  const runCounted = async (action: string, graph: JobGraph): Promise<void> => {
    for (let round = 0; ; round++) {
      await loop.runJob(graph, (failure) => jobError(action, failure, (stage) => operationsOf(registry.drafts.get(stage))));
      const lost = await accumulators.settle(action, numbersOf(graph));
      if (lost.length === 0) return;
      if (round === MAX_RECOUNTS) throw accumulatorsLost(action);
      options.post({ kind: 'outputLost', lost: lost.map(({ stage, ...task }) => ({ stageId: table.stageIdOf(stage), ...task })) });
    }
  };
  const namedIn = (stages: readonly number[]): { readonly accumulators?: readonly NamedAccumulator[] } => {
    const named = accumulators.named(stages);
    return named.length === 0 ? {} : { accumulators: named };
  };
  const runJob = async (request: ActionRequest, draft: StageDraft, partitions: readonly number[]): Promise<void> => {
    const stages = stagesOf(draft, registry);
    const graph: JobGraph = { job: nextJob++, stages: stages.map(stageSpecOf), final: draft.stage, partitions, ...poolOf(request) };
    checkBarriers(stages, draft, { action: request.name, partitions, slots: options.slots });
    checkMemory(request.name, stages, options.memorySizesMb);
    const { signal } = request.options;
    const numbers = numbersOf(graph);
    options.properties.begin(graph.job, numbers, request.properties ?? NO_PROPERTIES);
    emitStart(request, graph.job, numbers);
    const onAbort = (): void => options.post({ kind: 'jobCancelled', job: graph.job, reason: abortReason(signal) });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) throw cancelledBefore(request.name, signal);
      await runCounted(request.name, graph);
      bus.emit({ kind: 'jobEnded', job: graph.job, status: 'succeeded', message: null, replayed: false, ...namedIn(numbersOf(graph)) });
    } catch (error) {
      // What was committed counts, whatever became of the rest.
      await accumulators.settle(request.name, numbersOf(graph)).catch(() => undefined);
      const cancelled = error instanceof LevinError && error.code === 'JOB_CANCELLED';
      bus.emit({
        kind: 'jobEnded',
        job: graph.job,
        status: cancelled ? 'cancelled' : 'failed',
        message: messageOf(error),
        replayed: false,
      });
      throw cancelled && !messageOf(error).startsWith(request.name) ? ofAction(request.name, error) : error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      options.properties.end(graph.job);
    }
  };
  return {
    factsOf: (request) => inTurn(() => prepare({ ...request, sink: { kind: 'count' }, callSite: request.node.callSite })),
    async open(request, gate) {
      const draft = await inTurn(() => gate().then(() => plan(request)));
      const committed = (partition: number): KeptResult => table.get(draft.stage).results[partition] as KeptResult;
      const reportLost = (lost: readonly LostPartition[]): void =>
        options.post({ kind: 'outputLost', lost: lost.map((output) => ({ stageId: table.stageIdOf(draft.stage), ...output })) });
      return {
        numPartitions: draft.plan.numPartitions,
        run: (partitions) =>
          collectResults(partitions, {
            action: request.name,
            // Of each job anew: an iterator brings one partition after the other, and any number of them.
            reader: createResultReader(request.name, options.reader),
            runJob: (asked) => runJob(request, draft, asked),
            committed,
            onLost: reportLost,
          }),
        async runFor(partitions, timeoutMs) {
          const timeUp = new AbortController();
          const over = new AbortController();
          clock.sleep(timeoutMs, { signal: over.signal }).then(
            () => timeUp.abort(`its ${timeoutMs} ms are over`),
            () => undefined,
          );
          const { signal } = request.options;
          const limited = { ...request.options, signal: signal === undefined ? timeUp.signal : AbortSignal.any([signal, timeUp.signal]) };
          try {
            await runJob({ ...request, options: limited }, draft, partitions);
          } catch (error) {
            if (!timeUp.signal.aborted || signal?.aborted === true || errorCode(error) !== 'JOB_CANCELLED') throw error;
          } finally {
            over.abort();
          }
          const reader = createResultReader(request.name, options.reader);
          const { results } = table.get(draft.stage);
          return await Promise.all(
            partitions.map(async (partition) => {
              const result = results[partition];
              if (result === undefined || result === null) return null;
              const read = await reader.read(result.output);
              return read.kind === 'records' ? read.records : null;
            }),
          );
        },
        runFiles: (partitions, lostOf) =>
          collectFiles(partitions, {
            action: request.name,
            runJob: (asked) => runJob(request, draft, asked),
            committed,
            onLost: reportLost,
            lostOf,
          }),
        async recount() {
          const stages = stagesOf(draft, registry);
          if (!stages.some(isCounted)) return;
          for (const { stage } of stages) await options.readBack(stage);
          if (
            (
              await accumulators.settle(
                request.name,
                stages.map(({ stage }) => stage),
              )
            ).length > 0
          )
            throw accumulatorsLost(request.name);
        },
        replayed() {
          const job = nextJob++;
          emitStart(request, job, []);
          bus.emit({
            kind: 'jobEnded',
            job,
            status: 'succeeded',
            message: null,
            replayed: true,
            ...namedIn(stagesOf(draft, registry).map(({ stage }) => stage)),
          });
        },
        release() {
          options.post({ kind: 'stageReleased', stage: draft.stage });
          registry.drafts.delete(draft.stage);
          options.forget(draft.stage);
        },
      };
    },
  };
}

function jobStarted({ name: action, callSite, options, properties }: ActionRequest, job: number, stages: readonly number[]): UntimedEvent {
  const { values, tags } = properties ?? NO_PROPERTIES;
  const [pool, group] = [values.get('pool'), values.get('jobGroup')];
  return {
    kind: 'jobStarted',
    job,
    action,
    description: options.description ?? values.get('description') ?? null,
    callSite,
    stages,
    ...(pool === undefined ? {} : { pool }),
    ...(group === undefined ? {} : { group }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

function poolOf({ properties }: ActionRequest): Pick<JobGraph, 'pool'> {
  const pool = properties?.values.get('pool');
  return pool === undefined ? {} : { pool };
}

function numbersOf(graph: JobGraph): readonly number[] {
  return graph.stages.map(({ stage }) => stage);
}

/** The stages that a job needs, parents before children. */
function stagesOf(draft: StageDraft, registry: StageRegistry): readonly StageDraft[] {
  const needed = new Set<number>();
  const open = [draft.stage];
  while (open.length > 0) {
    const stage = open.pop() as number;
    if (needed.has(stage)) continue;
    needed.add(stage);
    open.push(...(registry.drafts.get(stage) as StageDraft).parents);
  }
  return [...needed].sort((a, b) => a - b).map((stage) => registry.drafts.get(stage) as StageDraft);
}

/** What the user called that runs in the stage: `groupByKey at job.ts:12`, each once. */
function operationsOf(draft: StageDraft | undefined): readonly string[] {
  const texts = (draft?.closures ?? []).map(({ operation, callSite }) => {
    const name = operation.replace(/^rdd\./, '');
    return callSite === null ? name : `${name} at ${basename(callSite.file)}:${callSite.line}`;
  });
  return [...new Set(texts)];
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (reason instanceof Error && reason.name !== 'AbortError') return reason.message;
  return typeof reason === 'string' ? reason : 'its signal was aborted';
}

/** The whole application was cancelled: the action that waited is named, too. */
function ofAction(action: string, { code, fault, message, details }: LevinError): LevinError {
  return new LevinError({ code, fault, details, message: `${action}: ${message}` });
}

function cancelledBefore(action: string, signal: AbortSignal): LevinError {
  return new LevinError({ code: 'JOB_CANCELLED', fault: 'user', message: `${action}: cancelled: ${abortReason(signal)}` });
}

function accumulatorsLost(action: string): LevinError {
  return new LevinError({
    code: 'ACCUMULATOR_LOST',
    fault: 'resource',
    message: `${action}: what committed tasks have added to accumulators could not be read. Something deletes or damages files in the state folder.`,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
