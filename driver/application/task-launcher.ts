import type { Clock } from '../../engine/ports/clock.ts';
import type { Random } from '../../engine/ports/random.ts';
import type { RunOptions, TaskRunner } from '../../engine/ports/task-runner.ts';
import { SHARED_LOST } from '../../engine/runtime/read-shared.ts';
import { failureOf } from '../../engine/runtime/worker/task-failure.ts';
import type { PlacedBlockReport, PreferredPlaces } from '../../engine/types/block-report.ts';
import type { TaskFailure } from '../../engine/types/failure.ts';
import type { TaskEvent, TaskInput, TaskOutcome, TaskResult, TaskSpec } from '../../engine/types/task.ts';
import type { UntimedEvent } from '../events/event-bus.ts';
import type { LeftAttempt } from '../journal/journal-entry.ts';
import { broadcastsOf } from '../planner/resolve-stage.ts';
import { isCopyable } from '../planner/stage-spec.ts';
import type { SchedulerCommand } from '../scheduler/commands.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { EarlierAttempts } from './earlier-attempts.ts';
import { costOf, createLaunchBatch, type LaunchRecord, type Sending } from './launch-batch.ts';
import type { StageTable } from './stage-table.ts';

type Launch = Extract<SchedulerCommand, { kind: 'launch' }>;

export interface TaskLauncherOptions {
  readonly appId: string;
  readonly table: StageTable;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly random: Random;
  readonly taskTimeoutMs: number | null;
  /** Longest that a task of a barrier stage waits for the others. */
  readonly barrierTimeoutMs: number;
  /** Longest that an attempt can go on without this driver; null: it ends with it. */
  readonly outliveMs: number | null;
  /** What a task reads; may have to write an index object first. */
  readonly inputsOf: (stage: number, partition: number) => Promise<readonly TaskInput[]>;
  /** Where a task finds blocks that it would have to compute elsewhere. */
  readonly prefer: (stage: number, partition: number) => PreferredPlaces | null;
  /** A worker has said what has become of its blocks. */
  readonly onBlocks: (blocks: PlacedBlockReport, runMs: number | null) => void;
  /** What the tasks of a stage are told of their job; null: nothing. */
  readonly propertiesOf: (stage: number) => Readonly<Record<string, string>> | null;
  /** The executor that ran an attempt has died. */
  readonly onExecutorLost: (executorId: string) => void;
  /** Hash of a bundle that holds the stage's code; null where modules come from disk. */
  readonly bundleFor: (stage: number) => Promise<string | null>;
  /** Reads what was stored beside a result that another attempt has committed. */
  readonly wholeResult: (result: TaskResult) => Promise<TaskResult>;
  /** Stores what the tasks of a stage share once more: one of them did not find the object of that key as it was. */
  readonly storeAgain: (stage: number, key: string) => Promise<void>;
  /** Of drivers before this one. */
  readonly earlier: EarlierAttempts;
  /** Written before the attempts are started. */
  readonly recordLaunches: (launches: readonly LaunchRecord[]) => Promise<void>;
  readonly post: (event: SchedulerEvent) => void;
  readonly emit: (event: UntimedEvent) => void;
  /** The driver cannot go on: it lost its lease, or its journal cannot be written. */
  readonly onFatal: (error: unknown) => void;
}

export interface TaskLauncher {
  launch(command: Launch): void;
  /** Does nothing after `handOver`: what runs is the next driver's. */
  abort(stage: number, partition: number, attempt: number): void;
  /** Aborts everything in flight; like `abort`. */
  abortAll(): void;
  /** From here on nothing is started. Gives the attempts that go on without this driver, earlier drivers' among them. */
  handOver(): readonly LeftAttempt[];
}

interface Pending {
  readonly command: Launch;
  /** Known now: when the launch is recorded, the stage may be forgotten already. */
  readonly stageId: string;
  readonly attemptId: string;
  readonly abort: AbortController;
  readonly sending: Sending;
  /** It waits for what an earlier driver launched. */
  waits: boolean;
}

/** From the launch to the first line of a function, and from its last one to its commit: a cold start takes most of it. */
const LATE_MS = 15_000;

/** Starts attempts: records a batch of launches in the journal, then hands each to the runner and reports its outcome. */
export function createTaskLauncher(options: TaskLauncherOptions): TaskLauncher {
  const { appId, table, runner, clock, post, emit } = options;
  const inFlight = new Map<string, Pending>();
  const batch = createLaunchBatch(options);
  let handedOver = false;
  /** Attempts of earlier drivers take a part of what may run at once; it is free for own ones when they end. */
  let held: Pending[] = [];
  let [waiting, launched] = [0, 0];
  const hasRoom = (): boolean => waiting === 0 || launched + waiting < runner.capabilities.concurrency;
  const release = (): void => {
    const now = held;
    held = [];
    for (const pending of now) enqueue(pending);
  };

  /** A runner whose attempts outlive this process keeps some for later: those are recorded when it sends them, or a successor would wait for what nobody runs. */
  const enqueue = (pending: Pending): void => {
    if (handedOver) return;
    if (!hasRoom() && !pending.abort.signal.aborted) return void held.push(pending);
    launched++;
    const later = runner.capabilities.outlivesDriver === true;
    const ready = later ? Promise.resolve() : batch.send(pending.sending);
    ready.then(
      () => (handedOver ? undefined : run(pending, later)),
      (error: Error) => (handedOver ? undefined : ended(pending.command, cancelled(error.message))),
    );
  };
  /** An attempt of an earlier driver may still run: it is waited for in place of a new one. */
  const waitForEarlier = async (pending: Pending): Promise<void> => {
    const { command, stageId, abort } = pending;
    const startedAt = clock.monotonic();
    let outcome: TaskOutcome;
    waiting++;
    try {
      const result = await options.earlier.outcome({ stageId, ...command }, abort.signal).finally(() => waiting--);
      if (result === null) {
        pending.waits = false;
        return enqueue(pending);
      }
      outcome = await whole({ kind: 'success', result, lostRace: true });
    } catch (error) {
      if (abort.signal.aborted) callOffEarlier({ stageId, partition: command.partition });
      outcome = abort.signal.aborted ? cancelled('it was not needed any more') : { kind: 'failure', failure: failureOf(error, 'internal') };
    }
    report(command, outcome, clock.monotonic() - startedAt);
    finish(command, outcome);
    release();
  };
  /** Of all that are aborted together, at once. */
  let unwanted: { readonly stageId: string; readonly partition: number }[] = [];
  const callOffEarlier = (task: { readonly stageId: string; readonly partition: number }): void => {
    if (unwanted.push(task) > 1) return;
    queueMicrotask(() => {
      const tasks = unwanted;
      unwanted = [];
      // What cannot be told runs to its end.
      options.earlier.callOff(tasks).catch(() => undefined);
    });
  };
  /** An own one. */
  const ended = (command: Launch, outcome: TaskOutcome): void => {
    launched--;
    finish(command, outcome);
    release();
  };
  const run = async (pending: Pending, later: boolean): Promise<void> => {
    const { command, attemptId, abort, sending } = pending;
    const { stage, partition, attempt, generation } = command;
    const startedAt = clock.monotonic();
    let ranOn: string | null = null;
    const onEvent = (event: TaskEvent): void => {
      if (event.kind === 'started') {
        const { executorId } = event;
        ranOn = executorId;
        emit({
          kind: 'taskStarted',
          stage,
          partition,
          attempt,
          generation,
          executorId,
          speculative: command.copy,
          memorySizeMb: command.memorySizeMb,
        });
        post({ kind: 'taskStarted', stage, partition, attempt, executorId, nowMs: clock.monotonic() });
      } else emit({ kind: 'taskLog', stage, partition, attempt, level: event.level, text: event.text });
    };
    const onReturn = (): void => {
      sending.sentMs = null;
    };
    let outcome: TaskOutcome;
    try {
      // The stage of what was aborted already may be forgotten.
      const asked = abort.signal.aborted ? null : { where: whereOf(command), spec: await specOf(command, attemptId) };
      if (handedOver) return;
      // To record it took its time: another attempt may have made it meanwhile.
      outcome =
        asked === null || abort.signal.aborted
          ? cancelled('it was not needed any more')
          : await runner.run(asked.spec, {
              signal: abort.signal,
              onEvent,
              avoid: command.avoid,
              ...asked.where,
              ...(later ? { onLaunch: (sentWith) => batch.send(sending, sentWith), onReturn } : {}),
            });
      if (outcome.kind === 'success' && outcome.result.side?.kind === 'stored') outcome = await whole(outcome);
    } catch (error) {
      outcome = { kind: 'failure', failure: failureOf(error, 'internal') };
    }
    if (ranOn !== null && outcome.kind === 'failure' && outcome.failure.kind === 'executor-lost') options.onExecutorLost(ranOn);
    report(command, outcome, clock.monotonic() - startedAt);
    if (outcome.kind === 'failure' && outcome.failure.error.code === SHARED_LOST) await storeAgain(stage, lostKey(outcome.failure));
    ended(command, outcome);
  };
  const whole = async (outcome: TaskOutcome & { readonly kind: 'success' }): Promise<TaskOutcome> => ({
    ...outcome,
    result: await options.wholeResult(outcome.result),
  });
  /** Many tasks may miss the same at once. What cannot be stored is missed again by the next attempt. */
  const storing = new Map<string, Promise<void>>();
  const storeAgain = (stage: number, key: string): Promise<void> => {
    const name = `${stage}/${key}`;
    const running = storing.get(name) ?? options.storeAgain(stage, key).catch(() => undefined);
    storing.set(
      name,
      running.finally(() => storing.delete(name)),
    );
    return running;
  };
  /** The last gang of each barrier stage: those before it are over. */
  const gangs = new Map<number, { readonly gang: number | undefined; readonly id: string }>();
  const gangOf = ({ stage, gang }: Launch): string => {
    const known = gangs.get(stage);
    if (known?.gang === gang && known !== undefined) return known.id;
    const id = options.random.uuid();
    gangs.set(stage, { gang, id });
    return id;
  };
  const whereOf = ({ stage, partition, memorySizeMb, gang }: Launch): Pick<RunOptions, 'alone' | 'memorySizeMb' | 'prefer'> => {
    // Members of a gang that one worker keeps would stand behind each other, the first waiting for the second.
    const prefer = gang === undefined ? options.prefer(stage, partition) : null;
    return {
      alone: !isCopyable(table.get(stage).draft),
      ...(memorySizeMb === null ? {} : { memorySizeMb }),
      ...(prefer === null ? {} : { prefer }),
    };
  };
  /** Tasks of which an attempt ran out of memory. */
  const outOfMemory = new Set<string>();
  const specOf = async (command: Launch, attemptId: string): Promise<TaskSpec> => {
    const { draft, resolved } = table.get(command.stage);
    const localProperties = options.propertiesOf(command.stage);
    if (resolved === null) throw new Error(`stage ${command.stage} is not resolved`);
    for (const broadcast of broadcastsOf(draft)) broadcast.checkAlive();
    return {
      appId,
      stageId: resolved.stageId,
      stageNumber: command.stage,
      partition: command.partition,
      partitionCount: draft.plan.numPartitions,
      generation: command.generation,
      attempt: command.attempt,
      attemptId,
      template: resolved.template,
      bundleHash: await options.bundleFor(command.stage),
      inputs: await options.inputsOf(command.stage, command.partition),
      ...(command.inputs === null ? {} : { inputDigest: command.inputs }),
      ...(command.maxBadRecords === null ? {} : { maxBadRecords: command.maxBadRecords }),
      ...(localProperties === null ? {} : { localProperties }),
      ...(outOfMemory.has(taskName(command)) ? { keepsNothing: true } : {}),
      bounds: resolved.bounds,
      ...(command.gang === undefined ? {} : { barrier: { id: gangOf(command), timeoutMs: options.barrierTimeoutMs } }),
      maxMs: options.taskTimeoutMs,
    };
  };
  const report = ({ stage, partition, attempt, generation }: Launch, outcome: TaskOutcome, durationMs: number): void => {
    const success = outcome.kind === 'success';
    const { blocks = null } = outcome;
    if (!success && outcome.failure.kind === 'out-of-memory') outOfMemory.add(taskName({ stage, partition }));
    if (blocks !== null) options.onBlocks(blocks, success ? outcome.result.metrics.runMs : null);
    emit({
      kind: 'taskEnded',
      stage,
      partition,
      attempt,
      generation,
      durationMs,
      failure: success ? null : outcome.failure,
      metrics: success ? outcome.result.metrics : null,
      lostRace: success && outcome.lostRace,
      ...(blocks === null ? {} : { blocks }),
      requests: outcome.requests ?? null,
      invocation: outcome.invocation ?? null,
    });
  };
  const finish = ({ stage, partition, attempt, generation }: Launch, outcome: TaskOutcome): void => {
    inFlight.delete(nameOf(stage, partition, attempt));
    const nowMs = clock.monotonic();
    if (outcome.kind === 'success') {
      table.setResult(stage, partition, outcome.result);
      const { generation: committed, output, metrics, inputDigest = null } = outcome.result;
      const made = { checksum: output.checksum, inputs: inputDigest, badRecords: metrics.badRecords };
      post({ kind: 'taskSucceeded', stage, partition, attempt, generation: committed, ...made, nowMs });
    } else post({ kind: 'taskFailed', stage, partition, attempt, generation, failure: outcome.failure, nowMs });
  };
  return {
    launch(command) {
      const abort = new AbortController();
      const stageId = table.stageIdOf(command.stage);
      const waits = options.earlier.mayRun({ stageId, ...command });
      const { partition, attempt } = command;
      const attemptId = options.random.uuid();
      const sending: Sending = { record: { stageId, partition, attempt, attemptId }, sentWith: null, recorded: false, sentMs: null };
      const pending: Pending = { command, stageId, attemptId, abort, sending, waits };
      inFlight.set(nameOf(command.stage, partition, attempt), pending);
      if (waits) void waitForEarlier(pending);
      else enqueue(pending);
    },
    abort(stage, partition, attempt) {
      if (handedOver) return;
      inFlight.get(nameOf(stage, partition, attempt))?.abort.abort();
      release();
    },
    abortAll() {
      if (handedOver) return;
      for (const { abort } of inFlight.values()) abort.abort();
      release();
    },
    handOver() {
      handedOver = true;
      batch.close();
      const nowMs = clock.monotonic();
      const own = [...inFlight.values()].flatMap(({ command, stageId, attemptId, waits, sending, abort }) => {
        const { sentMs } = sending;
        if (sentMs === null || options.outliveMs === null) {
          // The runner keeps it for later, or it ends with this process.
          if (!waits) abort.abort();
          return [];
        }
        const leftMs = Math.max(0, Math.ceil(sentMs + options.outliveMs + LATE_MS - nowMs));
        return [{ stageId, partition: command.partition, attemptId, leftMs, ...costOf(sending) }];
      });
      return [...own, ...options.earlier.left()];
    },
  };
}

/** The object that was not there as it was stored; empty: whoever missed it did not say. */
function lostKey({ error }: TaskFailure): string {
  const details = error.fields['details'] as { readonly key?: unknown } | undefined;
  return typeof details?.key === 'string' ? details.key : '';
}

function taskName({ stage, partition }: Pick<Launch, 'stage' | 'partition'>): string {
  return `${stage}/${partition}`;
}

function nameOf(stage: number, partition: number, attempt: number): string {
  return `${stage}/${partition}/${attempt}`;
}

function cancelled(why: string): TaskOutcome {
  const error = {
    name: 'LevinError',
    message: `The attempt was not started: ${why}.`,
    stack: null,
    code: 'JOB_CANCELLED',
    cause: null,
    fields: {},
  };
  return { kind: 'failure', failure: { kind: 'cancelled', fault: 'transient', error, lost: [] } };
}
