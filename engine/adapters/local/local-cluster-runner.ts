import type { Clock } from '../../ports/clock.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import { createAttemptIntake } from '../../runtime/supervisor/attempt-intake.ts';
import { createDispatcher, type Dispatcher } from '../../runtime/supervisor/dispatcher.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import { relaxInTime } from '../../runtime/supervisor/preferred-place.ts';
import type { StopReason } from '../../runtime/supervisor/stop-reason.ts';
import { createExecutorSeat, type ExecutorSeat } from './executor-seat.ts';

/** Tasks that wait in an executor behind each running one. */
const AHEAD = 4;
const MB = 1024 * 1024;

export interface LocalClusterRunnerOptions {
  readonly executors: number;
  /** Tasks that one executor runs at once. */
  readonly cores: number;
  /** Memory of one executor, heaps and Buffers of all its tasks together. */
  readonly memoryMb: number;
  /** The processes' entry module: `functions/executor-process`. */
  readonly entry: URL;
  /** What the entry wires itself with; sent as a message. */
  readonly data: object;
  readonly build: Build;
  readonly clock: Clock;
  /** Names of environment variables that executors get beside the basics. */
  readonly allowedEnv: readonly string[];
  /** Where executors have their folders; absent is the system's temporary folder. */
  readonly localDir?: string | null;
  readonly onWarning: (message: string) => void;
  /** What user code writes to an executor's own stdout and stderr. */
  readonly onOutput: (executorId: string, text: string) => void;
}

export interface LocalClusterRunner extends TaskRunner {
  /** Starts up to `count` executors now instead of with the first tasks. */
  prewarm(count: number): void;
  /** Kills the process that runs the attempt, and whatever else it runs. False: none runs it. */
  kill(attemptId: string): boolean;
  /** The executors that are up. */
  executors(): readonly { readonly id: string; readonly pid: number }[];
}

/**
 * Runs user code in processes of its own on this machine (`--on local-cluster[n,cores,mb]`): what an executor knows came
 * through the ports or in a task. A process that dies is started again; its running attempts are lost, its waiting ones
 * go elsewhere.
 */
export function createLocalClusterRunner(options: LocalClusterRunnerOptions): LocalClusterRunner {
  const { executors, cores, memoryMb } = options;
  const memoryRemedy = `give executors more memory (--on local-cluster[${executors},${cores},${memoryMb * 2}]), ${cores > 1 ? 'let fewer tasks share one (fewer cores), ' : ''}or split the data into more partitions`;
  const { seats, dispatcher } = createSeats(options, memoryRemedy, () => intake.busy);

  const stop = (attempt: Attempt, reason: StopReason): void => {
    const { lane } = attempt.ticket;
    if (lane === null) {
      dispatcher.remove(attempt.ticket);
      attempt.stopped(reason);
    } else (seats[lane] as ExecutorSeat).stop(attempt, reason);
  };

  const intake = createAttemptIntake({
    facts: { executorId: 'driver', memoryRemedy },
    add: (attempt) => dispatcher.add(attempt),
    stop,
    onBusy: () => {
      for (const seat of seats) seat.hold();
    },
    close: async () => void (await Promise.all(seats.map((seat) => seat.close()))),
  });

  return {
    capabilities: {
      addressable: true,
      isolated: true,
      concurrency: executors * cores,
      queueDepth: executors * cores * (1 + AHEAD),
      maxPayloadBytes: 64 * MB,
      maxTaskMs: null,
      memorySizesMb: [memoryMb],
      needsBundle: true,
      keepsBlocks: true,
    },
    run: (task, runOptions) => intake.run(task, runOptions),
    close: () => intake.close(),
    dropBlocks(rdds, forGood) {
      for (const seat of seats) seat.dropBlocks(rdds, forGood);
    },
    prewarm(count) {
      for (const seat of seats.slice(0, count)) seat.prewarm();
    },
    kill(attemptId) {
      const attempt = intake.find(attemptId);
      const lane = attempt?.phase === 'running' ? attempt.ticket.lane : null;
      const pid = lane === null ? undefined : (seats[lane] as ExecutorSeat).pid();
      if (pid === undefined) return false;
      process.kill(pid, 'SIGKILL');
      return true;
    },
    forgetBroadcast(appId, hash) {
      for (const seat of seats) seat.forget(appId, hash);
    },
    executors: () => seats.flatMap((seat) => (seat.pid() === undefined ? [] : [{ id: seat.executorId, pid: seat.pid() as number }])),
  };
}

function createSeats(
  options: LocalClusterRunnerOptions,
  memoryRemedy: string,
  isBusy: () => boolean,
): { seats: readonly ExecutorSeat[]; dispatcher: Dispatcher<Attempt> } {
  const { cores, memoryMb, data, build } = options;
  const seats: readonly ExecutorSeat[] = Array.from({ length: options.executors }, (_, lane) =>
    createExecutorSeat({
      entry: options.entry,
      clock: options.clock,
      setup: { ...build, executorId: String(lane + 1), cores, memoryMb, memoryRemedy, data },
      allowedEnv: options.allowedEnv,
      localDir: options.localDir ?? null,
      isBusy,
      onStarted: (attempt) => dispatcher.started(attempt.ticket),
      onDone: (attempt) => dispatcher.remove(attempt.ticket),
      onGaveBack: (attempt) => dispatcher.gaveBack(attempt.ticket),
      onLost: (ended) =>
        dispatcher.laneLost(
          lane,
          ended.map((attempt) => attempt.ticket),
        ),
      assigned: () => dispatcher.ticketsOf(lane).map((ticket) => ticket.task),
      onWarning: options.onWarning,
      onOutput: options.onOutput,
    }),
  );
  const dispatcher = createDispatcher<Attempt>({
    lanes: options.executors,
    perLane: cores,
    ahead: AHEAD,
    // An executor's supervisor changes workers with the code; the process itself has none.
    identityOf: () => '',
    avoids: ({ avoid }, lane) => avoid.includes((seats[lane] as ExecutorSeat).executorId),
    prefers: ({ prefer }, lane) =>
      prefer?.places.some(({ executorId }) => executorId === (seats[lane] as ExecutorSeat).executorId) === true,
    isUp: (lane) => (seats[lane] as ExecutorSeat).isUp(),
    onAdded: (ticket) => {
      ticket.task.ticket = ticket;
      relaxInTime(options.clock, ticket.task, () => dispatcher.relax(ticket));
    },
    send: (lane, ticket) => (seats[lane] as ExecutorSeat).send(ticket.task),
    takeBack: (lane, ticket) => (seats[lane] as ExecutorSeat).takeBack(ticket.task),
  });
  return { seats, dispatcher };
}
