import { LevinError } from '../../errors/levin-error.ts';
import type { BarrierRounds } from '../../types/barrier-rounds.ts';
import { currentTask, type RunningTask } from '../../types/current-task.ts';

/** One kind of resource that a task has been given, and the names of those of it that it may use. */
export interface TaskResource {
  readonly name: string;
  readonly addresses: readonly string[];
}

const known = new WeakMap<RunningTask, TaskContext>();
let construct: (task: RunningTask) => TaskContext;
let constructBarrier: (task: RunningTask, rounds: BarrierRounds) => BarrierTaskContext;

/**
 * The task whose code is running: which partition and which attempt it is, and what is to be done when it ends.
 *
 * `TaskContext.get()` gives it inside a function that runs on an executor, in code that it calls, and in asynchronous code that it began. Names and
 * meaning are Spark's; where Scala has a method without parameters, so has levin.
 * @example
 * await lv.range(4, { numSlices: 2 }).map((x) => [x, TaskContext.get()?.partitionId() ?? null]).collect(); // [[0, 0], [1, 0], [2, 1], [3, 1]]
 */
export class TaskContext {
  readonly #task: RunningTask;

  protected constructor(task: RunningTask) {
    this.#task = task;
  }

  static {
    construct = (task) => new TaskContext(task);
  }

  /** The running task; null on the driver. */
  static get(): TaskContext | null {
    const task = currentTask();
    if (task === null) return null;
    const context = known.get(task) ?? (task.barrier === null ? construct(task) : constructBarrier(task, task.barrier));
    known.set(task, context);
    return context;
  }

  /** The running task's partition; 0 on the driver. */
  static getPartitionId(): number {
    return currentTask()?.spec.partition ?? 0;
  }

  /** Which partition of its stage the task computes, counted from 0. */
  partitionId(): number {
    return this.#task.spec.partition;
  }

  /** Tasks of the stage. */
  numPartitions(): number {
    return this.#task.spec.partitionCount;
  }

  /** The number of the stage in the application, as log and messages have it. */
  stageId(): number {
    return this.#task.spec.stageNumber;
  }

  /** How often the task was tried before, counted from 0; a speculative copy has a number of its own. */
  attemptNumber(): number {
    return this.#task.spec.attempt;
  }

  /** Names this attempt, unique for ever. Spark has a number here, unique in the application. */
  taskAttemptId(): string {
    return this.#task.spec.attemptId;
  }

  /** Processor cores that the task may use: 1, for a task is one thread. */
  cpus(): number {
    return 1;
  }

  /** Resources beside cores and memory, by name: levin's runners give none. */
  resources(): Readonly<Record<string, TaskResource>> {
    return {};
  }

  /** A property that the job was started with; null when it was not set. */
  getLocalProperty(key: string): string | null {
    const properties = this.#task.spec.localProperties ?? {};
    return Object.hasOwn(properties, key) ? (properties[key] ?? null) : null;
  }

  /** The attempt has ended. */
  isCompleted(): boolean {
    return this.#task.state !== 'running';
  }

  /** The attempt has ended and failed. */
  isFailed(): boolean {
    return this.#task.state === 'failed';
  }

  /** The attempt is to stop: its job was cancelled, or another attempt was faster. Long loops that await may look at it and end. */
  isInterrupted(): boolean {
    return this.#task.signal.aborted;
  }

  /** Aborted when the attempt is to stop: to be handed to `fetch` and the like. */
  signal(): AbortSignal {
    return this.#task.signal;
  }

  /**
   * Calls `listener` when the attempt ends, made or not; the last one that was added comes first. It may be async: the end waits for it.
   *
   * One that throws fails the task with `TASK_LISTENER_FAILED`; the others are called all the same. Where the attempt has ended it is called at once.
   * Nothing is called where a worker dies or has to be ended.
   * @example
   * const sum = (xs: Iterable<number>) => {
   *   TaskContext.get()?.addTaskCompletionListener((tc) => console.log('partition', tc.partitionId(), 'has ended'));
   *   return [[...xs].reduce((a, b) => a + b, 0)];
   * };
   * await lv.range(4, { numSlices: 2 }).mapPartitions(sum).collect(); // [1, 5]
   */
  addTaskCompletionListener(listener: (context: TaskContext) => unknown): this {
    checkListener('addTaskCompletionListener', listener);
    this.#task.onCompletion(() => listener(this));
    return this;
  }

  /**
   * Calls `listener` with the error when the attempt fails, before the completion listeners; the last one that was added comes first.
   *
   * What it throws is printed and changes nothing.
   */
  addTaskFailureListener(listener: (context: TaskContext, error: unknown) => unknown): this {
    checkListener('addTaskFailureListener', listener);
    this.#task.onFailure((error) => listener(this, error));
    return this;
  }
}

/** One of the tasks that run together. */
export interface BarrierTaskInfo {
  readonly partitionId: number;
  /** Of its attempt. Spark has an address here; functions on Lambda have none that others could reach. */
  readonly taskAttemptId: string;
}

/**
 * The running task of a barrier stage (`rdd.barrier()`), whose tasks all run at the same time and can wait for each other.
 *
 * All tasks must make the same calls in the same order, else they fail with `BARRIER_UNEQUAL`. One that waits longer than `barrierTimeoutMs` of the
 * configuration fails with `BARRIER_TIMEOUT`, which names the partitions that have not come. When one task of the stage fails all begin anew.
 */
export class BarrierTaskContext extends TaskContext {
  readonly #rounds: BarrierRounds;

  private constructor(task: RunningTask, rounds: BarrierRounds) {
    super(task);
    this.#rounds = rounds;
  }

  static {
    constructBarrier = (task, rounds) => new BarrierTaskContext(task, rounds);
  }

  /** The running task; null on the driver. In a task of another stage it fails with `NOT_IN_BARRIER_STAGE`. */
  static override get(): BarrierTaskContext | null {
    const context = TaskContext.get();
    if (context === null || context instanceof BarrierTaskContext) return context;
    const message = `BarrierTaskContext.get: task ${context.partitionId()} of stage ${context.stageId()} is not part of a barrier stage. Use rdd.barrier().mapPartitions(…), or TaskContext.get().`;
    throw new LevinError({ code: 'NOT_IN_BARRIER_STAGE', fault: 'user', message });
  }

  /** Waits until all tasks of the stage have called it. */
  async barrier(): Promise<void> {
    await this.#rounds.meet('barrier', '');
  }

  /**
   * Waits until all tasks of the stage have called it, and gives what each said, by partition.
   *
   * @param message text, such as JSON; default: ''.
   */
  async allGather(message = ''): Promise<string[]> {
    if (typeof message !== 'string') {
      const shown = message === null ? 'null' : typeof message;
      throw new LevinError({
        code: 'INVALID_ARGUMENT',
        fault: 'user',
        message: `allGather: message is ${shown}; it must be a text, such as JSON.`,
      });
    }
    return [...(await this.#rounds.meet('allGather', message))];
  }

  /** The tasks that run together, by partition. */
  getTaskInfos(): BarrierTaskInfo[] {
    return this.#rounds.members.map((taskAttemptId, partitionId) => ({ partitionId, taskAttemptId }));
  }
}

function checkListener(method: string, listener: unknown): void {
  if (typeof listener === 'function') return;
  const shown = listener === null ? 'null' : typeof listener;
  throw new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${method}: listener is ${shown}; it must be a function.` });
}
