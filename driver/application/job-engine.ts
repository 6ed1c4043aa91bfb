import { currentLoader } from '../../engine/closures/loading/loader-state.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { Random } from '../../engine/ports/random.ts';
import type { RunnerCapabilities, TaskRunner } from '../../engine/ports/task-runner.ts';
import type { ReadOffsets } from '../../engine/runtime/commit.ts';
import type { RaiseGeneration } from '../../engine/runtime/raise-generation.ts';
import { wholeResult } from '../../engine/runtime/task-side.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { LevinConfig } from '../config/config-input.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { LeftAttempt } from '../journal/journal-entry.ts';
import type { MayRun } from '../journal/replay.ts';
import type { NodeFacts } from '../planner/analyze.ts';
import { isBarrierStage } from '../planner/barrier-stage.ts';
import { createStageRegistry } from '../planner/stage-registry.ts';
import { stageShape } from '../planner/stage-shape.ts';
import { isCounted } from '../planner/stage-spec.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { Storage } from '../storage/storage.ts';
import { type Accumulators, createAccumulators } from './accumulators.ts';
import type { Broadcasts } from './broadcasts.ts';
import { createCodeProvider } from './code-provider.ts';
import { keepWinnersDeadLetters } from './dead-letters.ts';
import { deleteObjects } from './delete-application-data.ts';
import { createEarlierAttempts, type EarlierWork } from './earlier-attempts.ts';
import type { InputListings } from './input-listings.ts';
import type { LaunchRecord } from './launch-batch.ts';
import { createResultStages, type ResultStages } from './result-stages.ts';
import { createRunningProperties } from './running-properties.ts';
import { type BoundsJournal, sampledBounds } from './sampled-bounds.ts';
import { createSchedulerLoop } from './scheduler-loop.ts';
import { schedulerSettings } from './scheduler-settings.ts';
import { createStageResolver } from './stage-resolver.ts';
import { createStageTable } from './stage-table.ts';
import { createTaskInputProvider } from './task-input-provider.ts';
import { createTaskLauncher } from './task-launcher.ts';

export interface JobEngineOptions {
  readonly appId: string;
  /** Project root. */
  readonly root: string;
  readonly config: LevinConfig;
  readonly objects: ObjectStore;
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  /** Where people find an object of the store. */
  readonly placeOf: (key: string) => string;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly listings: InputListings;
  readonly broadcasts: Broadcasts;
  readonly known: Map<number, NodeFacts>;
  readonly storage: Storage;
  readonly journal: BoundsJournal & LaunchJournal;
  /** Fenced: fails with `LEASE_LOST` when another driver has taken over. */
  readonly raiseGeneration: (task: Pick<RaiseGeneration, 'stageId' | 'partition' | 'from' | 'uncommitted'>) => Promise<number>;
}

/** Attempts in the journal. */
export interface LaunchJournal {
  recordLaunches(launches: readonly LaunchRecord[]): Promise<void>;
  /** Attempts of earlier drivers that may still run. */
  mayRun(): readonly MayRun[];
}

export interface JobEngine {
  readonly stages: ResultStages;
  readonly accumulators: Accumulators;
  /** Deletes the dead letters of attempts that ended after their stage: for when nothing runs any more. */
  tidyDeadLetters(): Promise<void>;
  /** Launches nothing any more, whatever is asked for. Gives the attempts that go on without this driver. */
  handOver(): readonly LeftAttempt[];
  /** Tells attempts of earlier drivers to stop, whoever waits for them. */
  callOffEarlier(): Promise<EarlierWork>;
  /** All jobs fail with this error; what runs is aborted, unless it goes on for the driver that has taken the lease over. */
  fail(error: unknown): void;
}

/** Ties the pure scheduler to the world: every command has its effect here, and every effect comes back as an event. */
export function createJobEngine(options: JobEngineOptions): JobEngine {
  const { appId, config, objects, metadata, runner, clock, bus, listings } = options;
  const accumulators = createAccumulators({ objects, maxResultBytes: config.maxResultBytes });
  const table = createStageTable((draft, partition, result) => {
    if (isCounted(draft)) accumulators.counted(draft.stage, partition, result);
    if (result.side !== undefined) options.storage.noteSide(result.side);
  });
  const registry = createStageRegistry(options.storage.rdds.of);
  const stop = new AbortController();
  /** Stages between `stageSubmitted` and `stageCompleted`. */
  const running = new Set<number>();
  /** Of stages that left records out. */
  const tidyLetters = new Map<number, () => Promise<void>>();
  const properties = createRunningProperties();
  const post = (event: SchedulerEvent): void => loop.post(event);
  const abortAll = (): void => {
    stop.abort();
    launcher.abortAll();
  };
  const fail = (error: unknown): void => {
    // The next driver waits for what runs.
    if (errorCode(error) === 'LEASE_LOST') runner.leave?.();
    loop.fail(error);
    abortAll();
  };
  const resolver = createStageResolver({
    appId,
    root: options.root,
    table,
    objects,
    metadata,
    journal: options.journal,
    splits: listings.splits,
    readOffsets: options.readOffsets,
    raiseGeneration: options.raiseGeneration,
    broadcasts: options.broadcasts,
  });
  const inputs = createTaskInputProvider({ appId, table, objects, splits: listings.splits });
  const code = createCodeProvider({ appId, table, objects });
  const storeAgain = async (stage: number, key: string): Promise<void> => {
    if (await resolver.storeBroadcastAgain(stage, key)) return;
    inputs.forget(stage);
    await code.storeAgain();
    await resolver.storeAgain(stage);
  };
  /** What is left goes with the application's data. */
  const forgetMessages = (stageId: string): Promise<void> =>
    deleteObjects(objects, objectKeys.barrierStage(appId, stageId)).catch(() => undefined);
  const outlive = outliveMs(runner.capabilities, config.taskTimeoutMs);
  const { callOff } = runner;
  const earlier = createEarlierAttempts({
    appId,
    metadata,
    readOffsets: options.readOffsets,
    clock,
    outliveMs: outlive,
    mayRun: options.journal.mayRun(),
    tellToStop: callOff === undefined ? undefined : (attemptIds) => callOff(appId, attemptIds),
  });
  const launcher = createTaskLauncher({
    appId,
    table,
    runner,
    clock,
    random: options.random,
    taskTimeoutMs: config.taskTimeoutMs,
    barrierTimeoutMs: config.barrierTimeoutMs,
    outliveMs: outlive,
    inputsOf: async (stage, partition) => [
      ...(await inputs.inputsOf(stage, partition)),
      ...options.storage.inputsFor(table.get(stage).draft, partition),
    ],
    prefer: (stage, partition) => options.storage.placesFor(table.get(stage).draft, partition),
    onBlocks: options.storage.report,
    onExecutorLost: options.storage.executorLost,
    propertiesOf: properties.ofStage,
    bundleFor: async (stage) => (runner.capabilities.needsBundle || currentLoader()?.kind === 'built' ? await code.bundleFor(stage) : null),
    storeAgain,
    wholeResult: (result) => wholeResult(objects, result),
    earlier,
    recordLaunches: (launches) => options.journal.recordLaunches(launches),
    post,
    emit: bus.emit,
    onFatal: fail,
  });
  const loop = createSchedulerLoop({
    settings: schedulerSettings(config, runner.capabilities),
    // What waits at an executor has its turn already: shares would be those of what was handed over, not of what runs.
    slots: config.schedulerMode === 'FAIR' ? runner.capabilities.concurrency : runner.capabilities.queueDepth,
    onBroken: abortAll,
    effects: {
      resolveStage: (stage) => void resolver.resolve(stage).then(post),
      launch: launcher.launch,
      abortAttempt: ({ stage, partition, attempt }) => launcher.abort(stage, partition, attempt),
      raiseGeneration({ stage, partition, from, outdated, uncommitted }) {
        if (outdated) options.storage.forgetAll();
        const reason = outdated
          ? 'a stage that it was made of came out differently when it ran again'
          : 'a reader found it missing or corrupt';
        if (uncommitted !== true) bus.emit({ kind: 'outputLost', stage, partition, generation: from, reason });
        options
          .raiseGeneration({ stageId: table.stageIdOf(stage), partition, from, ...(uncommitted === true ? { uncommitted } : {}) })
          .then((generation) => post({ kind: 'generationRaised', stage, partition, generation }), fail);
      },
      setTimer({ id, ms }) {
        const fired = (): void => post({ kind: 'timerFired', id, nowMs: clock.monotonic() });
        clock.sleep(ms, { signal: stop.signal }).then(fired, () => undefined);
      },
      stageSubmitted({ stage, attempt, tasks, committed }) {
        const { draft } = table.get(stage);
        running.add(stage);
        bus.emit({
          kind: 'stageSubmitted',
          stage,
          stageId: table.stageIdOf(stage),
          name: draft.name,
          tasks,
          committed,
          parents: draft.parents,
          attempt,
          shape: stageShape(draft, listings.splits),
        });
      },
      stageCompleted({ stage, status }) {
        running.delete(stage);
        if (status !== 'skipped' && isBarrierStage(table.get(stage).draft)) void forgetMessages(table.stageIdOf(stage));
        bus.emit({ kind: 'stageCompleted', stage, status, message: null });
      },
      memoryRaised: (command) => bus.emit(command),
      recordsLeftOut({ stage, badRecords }) {
        const [stageId, { draft, results }] = [table.stageIdOf(stage), table.get(stage)];
        const warn = (text: string): void => bus.emit({ kind: 'warning', code: 'BAD_RECORDS', message: text });
        const place = options.placeOf(objectKeys.deadLetterFolder(appId, stageId));
        warn(
          `${badRecords} records were left out of stage ${stage} (${draft.name}), because functions failed on them (maxBadRecords: ${config.maxBadRecords}). They stand with their errors in ${place}`,
        );
        const winners = (): typeof results | null => (running.has(stage) ? null : results);
        const tidy = (): Promise<void> =>
          keepWinnersDeadLetters({ objects, appId, stageId, winners }).catch((error: unknown) =>
            warn(`Dead letters of attempts that do not count could not be deleted: ${String(error)}`),
          );
        tidyLetters.set(stage, tidy);
        void tidy();
      },
      warn: ({ code, message }) => bus.emit({ kind: 'warning', code, message }),
    },
  });
  const stages = createResultStages({
    loop,
    table,
    registry,
    listings,
    known: options.known,
    defaultParallelism: config.defaultParallelism,
    slots: runner.capabilities.concurrency,
    memorySizesMb: runner.capabilities.memorySizesMb,
    accumulators,
    readBack: resolver.readBack,
    reader: { objects, maxResultBytes: config.maxResultBytes },
    bus,
    clock,
    post,
    properties,
    boundsOf: (bounds) => sampledBounds(bounds, { table, objects, journal: options.journal }),
    forget(stage) {
      table.remove(stage);
      inputs.forget(stage);
    },
  });
  const tidyDeadLetters = async (): Promise<void> => void (await Promise.all([...tidyLetters.values()].map((tidy) => tidy())));
  return { stages, accumulators, tidyDeadLetters, handOver: launcher.handOver, callOffEarlier: () => earlier.callOff(), fail };
}

/** Without a limit nobody could say when an attempt is over: then it is launched again at once. */
function outliveMs({ outlivesDriver, maxTaskMs }: RunnerCapabilities, taskTimeoutMs: number | null): number | null {
  const limits = [maxTaskMs, taskTimeoutMs].filter((ms) => ms !== null);
  return outlivesDriver === true && limits.length > 0 ? Math.min(...limits) : null;
}
