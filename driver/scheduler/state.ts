import type { StageKind } from './job-graph.ts';
import type { PoolShare } from './pools.ts';
import type { Runtimes } from './runtimes.ts';
import type { SchedulerSettings } from './settings.ts';

/**
 * Everything the scheduler knows: plain data that survives JSON. `step` changes it in place, for copying 100,000 tasks at every event
 * would make a job quadratic; whoever needs the state before an event clones it first.
 *
 * ```
 *  task    pending ──launch──▶ running ──committed──▶ done ──lost──▶ raising ──raised──▶ pending (next generation)
 *             ▲                   │
 *             └───────────────────┘ failed (counted), throttled, input lost, not needed any more, needs more memory and can have it (not counted)
 *
 *  stage   idle ──needed──▶ resolving ──▶ waiting ──parents done──▶ running ──all committed──▶ done
 *           ▲                  (parents resolved,    ▲                 │                        │
 *           │                   samples done)        └──parent lost────┘                        │
 *           │                                        ▲                          output lost     │
 *           │                                        └──────────────────────────────────────────┘
 *           └── no job needs it any more: attempts in flight are aborted
 *
 *  job     active ──all asked partitions committed──▶ succeeded
 *             └──task, resolution or input failed for good, starved, cancelled──▶ failed
 * ```
 * A job that has ended is not in the state any more; stages stay, so that a later job finds them done.
 */
export interface SchedulerState {
  readonly settings: SchedulerSettings;
  /** Attempts that may be in flight. */
  slots: number;
  /** Attempts in flight, aborted ones included until they have ended. */
  inFlight: number;
  /** Active jobs by number. */
  readonly jobs: Record<number, JobState>;
  readonly stages: Record<number, StageState>;
  /** By number; those that jobs have named so far. */
  readonly pools: PoolState[];
  /** Stage number by stage id, of resolved stages. */
  readonly byId: Record<string, number>;
  /** Stages that are neither idle nor done, in the order in which jobs need them. */
  needed: number[];
  /** Running stages that may have pending tasks, by first job and stage: whose turn it is where no pools decide. */
  ready: number[];
  /** Stages to be forgotten as soon as no job uses them. */
  released: number[];
  /** Stages of which outputs were taken back and are not all made again: what was made of them is in doubt. */
  outdated: readonly number[];
  readonly throttle: ThrottleState;
  /** The barrier stage that slots are kept for now and then; null when none has to wait. */
  barrierWait: BarrierWait | null;
  /** Monotonic time of the last event that tells one. */
  nowMs: number;
  /** The timer that looks for slow tasks; null when none is set. */
  speculationTimer: number | null;
  /** When tasks failed on each executor that succeeded elsewhere. */
  readonly executorFailures: Record<string, readonly number[]>;
  /** Executors that get no tasks until then. */
  readonly excludedUntilMs: Record<string, number>;
}

export interface PoolState extends PoolShare {
  readonly name: string;
  /** Attempts in flight of its stages, aborted ones included until they have ended. */
  inFlight: number;
}

export interface JobState {
  readonly job: number;
  readonly pool: number;
  readonly final: number;
  /** Ascending; null for all. */
  readonly partitions: readonly number[] | null;
  readonly stages: readonly number[];
  /** Asked partitions that are not committed; null until the final stage is resolved. */
  missing: number | null;
}

export interface StageState {
  readonly stage: number;
  readonly name: string;
  readonly kind: StageKind;
  readonly parents: readonly number[];
  readonly sideEffects: boolean;
  readonly copyable: boolean;
  readonly barrier: boolean;
  /** How often all its tasks were launched together, and how often that was when all they may have committed was last given up: a barrier stage. */
  gangs: number;
  givenUp: number;
  status: 'idle' | 'blocked' | 'resolving' | 'waiting' | 'running' | 'done';
  /** `resolveStage` was sent and not answered. */
  resolving: boolean;
  /** null until resolved. */
  stageId: string | null;
  /** By partition; empty until resolved. */
  tasks: TaskState[];
  /** Tasks that are wanted and not committed. */
  missing: number;
  /** Of a result stage: tasks that are wanted, committed or not. */
  asked: number;
  /** Active jobs whose graph names the stage. */
  users: number;
  /** Active jobs whose final stage it is. */
  finals: number[];
  /** The first of the jobs that need it, and that one's pool. */
  job: number;
  pool: number;
  /** Attempts in flight. */
  inFlight: number;
  /** Partitions never launched, ascending from `nextFresh`; entries whose task is not pending are passed over. */
  fresh: number[];
  nextFresh: number;
  /** Partitions to launch again, before fresh ones; the last comes first. */
  again: number[];
  /** Partitions with attempts in flight. */
  readonly flying: Record<number, true>;
  /** How long the attempts took that succeeded. */
  readonly runtimes: Runtimes;
  /** Partitions that failed, by executor. */
  failedOn: Record<string, readonly number[]>;
  /** Memory that its attempts get at least, by number in `settings.memory.sizesMb`. */
  size: number;
  /** Attempts launched with it, and tasks for which it was too little. */
  launchedWithSize: number;
  outgrewSize: number;
  /** Records that its committed tasks have left out. */
  badRecords: number;
  /** Its tasks leave out what functions fail on, instead of failing. */
  leavesOut: boolean;
  /** Mistakes seen, by place: fail-fast. */
  places: Record<string, number>;
  /** Digest of what the tasks have committed, when the stage was last done; null before. */
  digest: string | null;
  /** Digest of what its committed outputs were made of; null when there are none, or it reads no other stage. */
  inputs: string | null;
  /** Something of it was handed out: it cannot be taken back. */
  delivered: boolean;
  /** The stage that gave other records when it was run again, after something made of the old ones was handed out. */
  spoiledBy: number | null;
  /** Attempts of the stage in a row that found input lost. */
  stageAttempts: number;
  /** Submissions so far, and whether the last one is still to be completed. */
  submissions: number;
  submitted: boolean;
}

export interface TaskState {
  status: 'pending' | 'running' | 'raising' | 'done';
  generation: number;
  /** Number of the next attempt; never goes back. */
  attempts: number;
  /** Of the records last committed; '' when there are none. */
  checksum: string;
  /** Records left out by what is committed. */
  badRecords: number;
  /** As for its stage. */
  leavesOut: boolean;
  /** Counted failures of this generation. */
  failures: number;
  /** Memory that its next attempt gets at least, by number in `settings.memory.sizesMb`. */
  size: number;
  /** Sizes that were too little for it, in MB: replaced, not changed. */
  outgrown: readonly number[];
  /** Executors on which it failed: replaced, not changed. */
  failedOn: readonly string[];
  /** Active jobs that ask for this partition of a result stage. */
  wantedBy: number;
  /** Attempts that have not ended: replaced, not changed, for most tasks share the empty one. */
  flights: readonly Flight[];
}

export interface Flight {
  readonly attempt: number;
  /** `stageAttempts` of its stage when it was launched: a burst of losses counts once. */
  readonly stageAttempt: number;
  /** Its memory, by number in `settings.memory.sizesMb`. */
  readonly size: number;
  /** It leaves out what functions fail on. */
  readonly leavesOut: boolean;
  readonly launchedMs: number;
  /** Where it runs and since when; null until it has begun. */
  executorId: string | null;
  startedMs: number | null;
  aborted: boolean;
}

/** Of one barrier stage at a time, so that several together stop others no longer than one does. */
export interface BarrierWait {
  readonly stage: number;
  readonly timer: number;
  readonly ms: number;
  /** Until the timer fires slots that come free are kept for it; false: others get them. */
  readonly keeps: boolean;
}

/** One pause for everything: a throttle says that the platform, not a task, wants less. */
export interface ThrottleState {
  nextTimer: number;
  /** Nothing is launched until this timer fires; one for `capacity` also ends when there are slots. */
  pause: { readonly timer: number; readonly ms: number; readonly reason: 'throttled' | 'capacity' } | null;
  /** Pauses since an attempt last got through. */
  pauses: number;
  /** Refusals since then. */
  throttles: number;
  /** How long those of them that are over were meant to last. */
  waitedMs: number;
}

export function createSchedulerState(settings: SchedulerSettings, slots: number): SchedulerState {
  return {
    settings,
    slots,
    inFlight: 0,
    jobs: {},
    stages: {},
    pools: [],
    byId: {},
    needed: [],
    ready: [],
    released: [],
    outdated: [],
    throttle: { nextTimer: 0, pause: null, pauses: 0, throttles: 0, waitedMs: 0 },
    barrierWait: null,
    nowMs: 0,
    speculationTimer: null,
    executorFailures: {},
    excludedUntilMs: {},
  };
}
