import type { Clock } from '../../engine/ports/clock.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { RunOptions } from '../../engine/ports/task-runner.ts';
import { failureWith, taskName } from '../../engine/runtime/worker/task-failure.ts';
import type { FailureKind } from '../../engine/types/failure.ts';
import type { TaskOutcome, TaskOutput, TaskSpec } from '../../engine/types/task.ts';
import type { DriverRunner } from '../wiring.ts';
import type { ChaosPlan } from './chaos-plan.ts';

export interface ChaosRunnerOptions {
  readonly runner: DriverRunner;
  readonly plan: ChaosPlan;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  /** A task that failed so often ends its job. */
  readonly maxTaskFailures: number;
  /** A stage that finds its input lost so often ends its job. */
  readonly maxStageAttempts: number;
  /** Outputs that drivers before this one have lost: their readers may not have met them yet. */
  readonly lostEarlier: number;
  /** Kills this process after so many outcomes; null: never. */
  readonly death: { readonly afterOutcomes: number; readonly die: () => void } | null;
}

/** The most of one kind that one task or stage meets, where the configuration allows as many. */
const MOST = 3;
/** An executor that dies more often without finishing a task is given up. */
const MOST_DEATHS_IN_A_ROW = 2;
const MIN_SLOW_MS = 200;
const MAX_SLOW_MS = 1_000;

/** They do not count towards the end of a job. */
const NO_FAILURES: ReadonlySet<FailureKind> = new Set<FailureKind>(['fetch-failed', 'throttled', 'superseded', 'cancelled']);

/** A runner whose attempts are killed, refused and held up, and whose outputs get lost. Everything is done for real. */
export function createChaosRunner(options: ChaosRunnerOptions): DriverRunner {
  const { runner, plan, clock, death } = options;
  const { addressable } = runner.capabilities;
  /** Tasks of attempts that were handed over and have not ended. */
  const inFlight = new Map<string, string>();
  const failures = new Map<string, number>();
  const deathsInARow = new Map<string, number>();
  const done = new Map<number, Set<number>>();
  const mostLosses = Math.min(MOST, options.maxStageAttempts - 1);
  let lossesLeft = mostLosses - options.lostEarlier;
  let outcomes = 0;

  /** What dies takes others along, and nobody can say beforehand which: so nothing is killed while there is a task that must not fail again. */
  const mayKill = (executorId: string): boolean => {
    if (addressable && (deathsInARow.get(executorId) ?? 0) >= MOST_DEATHS_IN_A_ROW) return false;
    const most = Math.min(MOST, options.maxTaskFailures - 1);
    return [...inFlight.values()].every((task) => (failures.get(task) ?? 0) < most);
  };
  const started = (spec: TaskSpec, executorId: string): void => {
    if (!mayKill(executorId) || !plan.strikes('task', attemptOf(spec)) || runner.kill?.(spec.attemptId) !== true) return;
    deathsInARow.set(executorId, (deathsInARow.get(executorId) ?? 0) + 1);
    plan.tell(
      'task',
      addressable ? `killed executor ${executorId}, which ran ${taskName(spec)}` : `killed the worker of ${taskName(spec)}`,
    );
  };
  const ended = async (spec: TaskSpec, outcome: TaskOutcome, executorId: string | null): Promise<void> => {
    inFlight.delete(spec.attemptId);
    if (outcome.kind === 'failure') {
      if (!NO_FAILURES.has(outcome.failure.kind)) failures.set(taskOf(spec), (failures.get(taskOf(spec)) ?? 0) + 1);
      return;
    }
    if (executorId !== null) deathsInARow.delete(executorId);
    noteDone(spec);
    await loseOutput(spec, outcome.result.output);
    outcomes += 1;
    if (death !== null && outcomes === death.afterOutcomes) {
      plan.tell('driver', `killed the driver after ${taskName(spec)}`);
      death.die();
    }
    if (!plan.strikes('slow', attemptOf(spec))) return;
    const ms = MIN_SLOW_MS + (MAX_SLOW_MS - MIN_SLOW_MS) * plan.number(`slow by ${attemptOf(spec)}`);
    plan.tell('slow', `held back the outcome of ${taskName(spec)} for ${Math.round(ms)} ms`);
    await clock.sleep(ms);
  };
  /** A stage that has read all of its input has met all that was lost of it. */
  const noteDone = ({ stageNumber, partition, partitionCount, inputs }: TaskSpec): void => {
    const partitions = done.get(stageNumber) ?? new Set();
    done.set(stageNumber, partitions.add(partition));
    const reads = inputs.some(({ input }) => input.kind === 'shuffle' || input.kind === 'shuffleIndex');
    if (reads && partitions.size === partitionCount) lossesLeft = mostLosses;
  };
  /** What was committed is gone, or wrong, before anybody reads it. */
  const loseOutput = async (spec: TaskSpec, output: TaskOutput): Promise<void> => {
    const bytes = output.kind === 'shuffle' ? (output.offsets.at(-1) ?? 0) : 0;
    if (output.kind !== 'shuffle' || bytes === 0 || lossesLeft <= 0) return;
    // Two attempts of a task may come back with the same output.
    if (!plan.strikes('shuffle', attemptOf(spec), [{ scope: output.key, most: 1 }])) return;
    lossesLeft -= 1;
    const { objects } = options;
    // Told first: the driver may die in between, and the next one has to know how much is lost.
    if (plan.number(`damage ${attemptOf(spec)}`) < 0.5) {
      plan.tell('shuffle', `deleted the shuffle output of ${taskName(spec)}`);
      await objects.deleteMany([output.key]);
      return;
    }
    plan.tell('shuffle', `flipped a bit in the shuffle output of ${taskName(spec)}`);
    const damaged = await objects.get(output.key);
    const middle = bytes >> 1;
    damaged[middle] = (damaged[middle] ?? 0) ^ 1;
    await objects.put(output.key, damaged);
  };
  const run = async (spec: TaskSpec, runOptions: RunOptions): Promise<TaskOutcome> => {
    if (plan.strikes('throttle', attemptOf(spec), [{ scope: taskOf(spec), most: MOST }])) {
      plan.tell('throttle', `refused ${taskName(spec)}`);
      return {
        kind: 'failure',
        failure: failureWith('throttled', 'transient', { code: 'THROTTLED', message: `${taskName(spec)} was refused by chaos.` }),
      };
    }
    let executorId: string | null = null;
    inFlight.set(spec.attemptId, taskOf(spec));
    const outcome = await runner.run(spec, {
      ...runOptions,
      onEvent(event) {
        runOptions.onEvent(event);
        if (event.kind !== 'started') return;
        executorId = event.executorId;
        started(spec, executorId);
      },
    });
    await ended(spec, outcome, executorId);
    return outcome;
  };
  return {
    ...runner,
    run,
    close() {
      plan.end();
      return runner.close();
    },
  };
}

function taskOf({ stageNumber, partition }: TaskSpec): string {
  return `${stageNumber}/${partition}`;
}

function attemptOf(spec: TaskSpec): string {
  return `${taskOf(spec)}/${spec.generation}/${spec.attempt}`;
}
