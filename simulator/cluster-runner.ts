import type { TaskOutcome, TaskSpec } from '../engine/types/task.ts';
import { attend, executorLost, failure } from './attend.ts';
import { crashLimit, createEnvironment, type Environment, taskOf } from './environment.ts';
import { latencyAt } from './facts.ts';
import type { Compute, ComputeOptions } from './lambda-runner.ts';
import { createMemoryNeeds } from './memory-needs.ts';

/** One worker of an executor. */
interface Slot {
  env: Environment;
  busy: boolean;
}

interface Executor {
  readonly id: string;
  readonly slots: Slot[];
}

interface Waiting {
  readonly avoid: readonly string[];
  readonly given: (place: { readonly executor: Executor; readonly slot: Slot }) => void;
}

const CORES = 2;
const RESTART_MS = 2_000;
const SLOW_NODE = 10;

/**
 * Executors that live on and can be chosen, of two workers each. A worker that is stopped is replaced; one that crashes takes its executor with it, whatever
 * else runs there, and another one takes its place.
 */
export function createCluster(options: ComputeOptions): Compute {
  const { world, functions, workers } = options;
  const memorySizeMb = options.memorySizesMb[0] as number;
  const { clock, facts, plan } = world;
  const { next } = world.random('cluster');
  const runsOut = createMemoryNeeds(world, [memorySizeMb]);
  const executors = new Set<Executor>();
  const queue: Waiting[] = [];
  let started = 0;

  const openSlot = ({ id, slots }: Executor, speed: number, onCrash: () => void): Slot => {
    const place = (nth: number): Environment => {
      const process = world.process(`${id}/${executors.size}.${nth}.${started++}`);
      let stopped = false;
      process.onDeath(() => {
        if (!stopped) onCrash();
      });
      const env = createEnvironment({
        world,
        name: process.name,
        process,
        functions,
        memorySizeMb,
        runsOut,
        settings: options.settings,
        speed,
        sharers: () => slots.map((slot) => slot.env),
      });
      stops.set(env, () => {
        stopped = true;
        process.kill();
        slot.env = place(nth + 1);
        slot.busy = false;
        pump();
      });
      return env;
    };
    const slot: Slot = { env: null as never, busy: false };
    slot.env = place(0);
    return slot;
  };
  const stops = new WeakMap<Environment, () => void>();

  const openExecutor = (): void => {
    const id = `executor-${started++}`;
    const speed = plan.strikes('slowNode', id) ? 1 / SLOW_NODE : 1;
    let crashed = false;
    const onCrash = (): void => {
      if (crashed) return;
      crashed = true;
      executors.delete(executor);
      for (const { env } of executor.slots) env.process.kill();
      void clock.sleep(RESTART_MS).then(openExecutor);
    };
    const executor: Executor = { id, slots: [] };
    for (let core = 0; core < CORES; core++) executor.slots.push(openSlot(executor, speed, onCrash));
    executors.add(executor);
    pump();
  };

  const placeFor = (avoid: readonly string[]): { readonly executor: Executor; readonly slot: Slot } | null => {
    const all = [...executors];
    const wanted = all.filter(({ id }) => !avoid.includes(id));
    for (const executor of wanted.length > 0 ? wanted : all) {
      const slot = executor.slots.find(({ busy }) => !busy);
      if (slot !== undefined) return { executor, slot };
    }
    return null;
  };
  const pump = (): void => {
    for (let i = 0; i < queue.length; ) {
      const waiting = queue[i] as Waiting;
      const place = placeFor(waiting.avoid);
      if (place === null) {
        i++;
        continue;
      }
      queue.splice(i, 1);
      place.slot.busy = true;
      waiting.given(place);
    }
  };

  const run = async (
    spec: TaskSpec,
    driver: string,
    how: { signal: AbortSignal; avoid: readonly string[]; onStarted: (id: string) => void },
  ): Promise<TaskOutcome> => {
    await clock.sleep(latencyAt(facts.itemReadMs, next()) / 2);
    const { executor, slot } = await new Promise<Parameters<Waiting['given']>[0]>((given) => {
      queue.push({ avoid: how.avoid, given });
      pump();
    });
    const { env } = slot;
    options.onInvoke(spec, driver, memorySizeMb);
    world.trace(`${env.process.name} started ${taskOf(spec)} ${spec.attemptId}`);
    how.onStarted(executor.id);
    const free = (): void => {
      if (slot.env === env) slot.busy = false;
      pump();
    };
    const point = `${taskOf(spec)} ${spec.attemptId}`;
    const attendance = { world, env, next, maxMs: spec.maxMs ?? facts.invocationMs, stop: stops.get(env) as () => void, onFree: free };
    if (plan.strikes('lostInvocation', point, [crashLimit(taskOf(spec))])) {
      void attend(spec, { ...attendance, signal: new AbortController().signal });
      await clock.sleep(RESTART_MS * plan.number(`lost ${point}`));
      return failure(executorLost(spec, 'the connection to it was lost'));
    }
    const outcome = await attend(spec, { ...attendance, signal: how.signal });
    await clock.sleep(latencyAt(facts.itemReadMs, next()) / 2);
    return outcome;
  };
  for (let i = 0; i < Math.max(1, Math.ceil(workers / CORES)); i++) openExecutor();
  const concurrency = executors.size * CORES;

  return {
    runnerOf: (driver) => ({
      capabilities: {
        addressable: true,
        isolated: true,
        concurrency,
        queueDepth: concurrency,
        maxPayloadBytes: Number.MAX_SAFE_INTEGER,
        maxTaskMs: null,
        memorySizesMb: [memorySizeMb],
        needsBundle: false,
      },
      run(spec, { signal, onEvent, avoid = [] }) {
        const onStarted = (executorId: string): void => driver.call(() => onEvent({ kind: 'started', executorId }));
        return driver.live(run(spec, driver.name, { signal, avoid, onStarted }));
      },
      close: async () => undefined,
      prewarm: () => undefined,
    }),
  };
}
