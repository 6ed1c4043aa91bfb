import { memorySizeMb, sizeFor } from './memory-sizes.ts';
import type { Flight, JobState, PoolState, SchedulerState, StageState, TaskState } from './state.ts';
import type { Turn } from './turn.ts';

/** Whether anybody waits for the task: of a result stage jobs may ask for some partitions only. */
export function isWanted(stage: StageState, task: TaskState): boolean {
  return stage.kind !== 'result' || task.wantedBy > 0;
}

export function isDone(stage: StageState): boolean {
  return stage.stageId !== null && stage.missing === 0;
}

/** One for all: a job of 100,000 tasks has few attempts at a time. */
const NO_FLIGHTS: readonly Flight[] = [];
const NOWHERE: readonly string[] = [];
const NO_SIZES: readonly number[] = [];

export function newTask(generation: number, status: 'pending' | 'done'): TaskState {
  return {
    status,
    generation,
    checksum: '',
    attempts: 0,
    badRecords: 0,
    leavesOut: false,
    failures: 0,
    size: 0,
    outgrown: NO_SIZES,
    failedOn: NOWHERE,
    wantedBy: 0,
    flights: NO_FLIGHTS,
  };
}

/** The task's output is committed: nothing of it needs to run any more. */
export function markDone(turn: Turn, stage: StageState, partition: number): void {
  const task = stage.tasks[partition] as TaskState;
  task.status = 'done';
  task.failures = 0;
  if (isWanted(stage, task)) stage.missing--;
  for (const job of askers(turn.state, stage, partition)) job.missing = (job.missing as number) - 1;
  abortFlights(turn, stage, partition);
}

/** The committed output is gone: the store is asked to raise the generation. */
export function markLost(turn: Turn, stage: StageState, { partition, outdated }: LostTask): void {
  const task = stage.tasks[partition] as TaskState;
  task.status = 'raising';
  if (stage.status === 'done') stage.status = 'idle';
  stage.badRecords -= task.badRecords;
  task.badRecords = 0;
  if (isWanted(stage, task)) stage.missing++;
  for (const job of askers(turn.state, stage, partition)) job.missing = (job.missing as number) + 1;
  const command = { kind: 'raiseGeneration', stage: stage.stage, partition, from: task.generation } as const;
  turn.commands.push(outdated === true ? { ...command, outdated } : command);
}

export interface LostTask {
  readonly partition: number;
  /** It is there, but made of output that is not there any more. */
  readonly outdated?: true;
}

/** The task has to run again, before those that never ran. */
export function markPending(state: SchedulerState, stage: StageState, partition: number): void {
  (stage.tasks[partition] as TaskState).status = 'pending';
  stage.again.push(partition);
  makeReady(state, stage);
}

export interface NewFlight {
  readonly partition: number;
  readonly copy: boolean;
  readonly avoid: readonly string[];
}

/** Launches an attempt. */
export function addFlight(turn: Turn, stage: StageState, { partition, copy, avoid }: NewFlight): void {
  const task = stage.tasks[partition] as TaskState;
  const attempt = task.attempts++;
  const { maxBadRecords: limit } = turn.state.settings;
  const leavesOut = limit > 0 && (stage.leavesOut || task.leavesOut);
  const size = sizeFor(stage, task);
  if (size === stage.size) stage.launchedWithSize++;
  const flight: Flight = {
    attempt,
    stageAttempt: stage.stageAttempts,
    size,
    leavesOut,
    launchedMs: turn.state.nowMs,
    executorId: null,
    startedMs: null,
    aborted: false,
  };
  task.flights = [...task.flights, flight];
  countFlight(turn.state, stage, 1);
  stage.flying[partition] = true;
  const { generation } = task;
  const maxBadRecords = leavesOut ? Math.max(0, limit - stage.badRecords) : null;
  turn.commands.push({
    kind: 'launch',
    stage: stage.stage,
    partition,
    generation,
    attempt,
    inputs: stage.inputs,
    avoid,
    copy,
    maxBadRecords,
    memorySizeMb: memorySizeMb(turn.state, size),
    ...(stage.barrier ? { gang: stage.gangs } : {}),
  });
}

/** Takes the attempt out of those in flight; null when it is not among them (a late or second event). */
export function endFlight(state: SchedulerState, stage: StageState, { partition, attempt }: FlightName): Flight | null {
  const task = stage.tasks[partition] as TaskState;
  const ended = task.flights.find((flight) => flight.attempt === attempt);
  if (ended === undefined) return null;
  task.flights = task.flights.length === 1 ? NO_FLIGHTS : task.flights.filter((flight) => flight !== ended);
  if (task.flights.length === 0) delete stage.flying[partition];
  countFlight(state, stage, -1);
  return ended;
}

function countFlight(state: SchedulerState, stage: StageState, by: 1 | -1): void {
  state.inFlight += by;
  stage.inFlight += by;
  (state.pools[stage.pool] as PoolState).inFlight += by;
}

interface FlightName {
  readonly partition: number;
  readonly attempt: number;
}

/** Whether an attempt of the task is under way that is still wanted. */
export function flies({ flights }: TaskState): boolean {
  return flights.some((flight) => !flight.aborted);
}

export function abortFlights(turn: Turn, stage: StageState, partition: number): void {
  for (const flight of (stage.tasks[partition] as TaskState).flights) {
    if (flight.aborted) continue;
    flight.aborted = true;
    turn.commands.push({ kind: 'abortAttempt', stage: stage.stage, partition, attempt: flight.attempt });
  }
}

/** Whose launches come first: by first job, then by stage number (Spark's FIFO). */
export function byTurn(a: StageState, b: StageState): number {
  return a.job === b.job ? a.stage - b.stage : a.job - b.job;
}

/** Lines a running stage up for launches. */
function makeReady(state: SchedulerState, stage: StageState): void {
  if (stage.status !== 'running' || state.ready.includes(stage.stage)) return;
  const at = state.ready.findIndex((other) => byTurn(stage, state.stages[other] as StageState) < 0);
  state.ready.splice(at < 0 ? state.ready.length : at, 0, stage.stage);
}

/** Takes the next partition to launch off the stage's queues. */
export function takeNext(stage: StageState): number | null {
  const next = peekNext(stage);
  if (next === null) return null;
  if (stage.again.length > 0) stage.again.pop();
  else stage.nextFresh++;
  return next;
}

/** The next partition to launch; entries that need not run any more are dropped on the way. */
export function peekNext(stage: StageState): number | null {
  const launchable = (partition: number): boolean => {
    const task = stage.tasks[partition] as TaskState;
    return task.status === 'pending' && isWanted(stage, task);
  };
  for (let last = stage.again.at(-1); last !== undefined; last = stage.again.at(-1)) {
    if (launchable(last)) return last;
    stage.again.pop();
  }
  for (; stage.nextFresh < stage.fresh.length; stage.nextFresh++) {
    const next = stage.fresh[stage.nextFresh] as number;
    if (launchable(next)) return next;
  }
  stage.fresh = [];
  stage.nextFresh = 0;
  return null;
}

/** Jobs whose answer this task is a part of. */
function askers(state: SchedulerState, stage: StageState, partition: number): readonly JobState[] {
  return stage.finals.map((job) => state.jobs[job] as JobState).filter((job) => asks(job, partition));
}

/** By binary search: a job may ask for thousands of partitions. */
function asks({ partitions }: JobState, partition: number): boolean {
  if (partitions === null) return true;
  let [low, high] = [0, partitions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((partitions[middle] as number) < partition) low = middle + 1;
    else high = middle;
  }
  return partitions[low] === partition;
}
