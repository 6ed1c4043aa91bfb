import { createMemoryMetadataStore } from '../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock, type VirtualClock } from '../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import type { MetadataStore } from '../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import { AWS_FACTS, type CostModel, DEFAULT_COSTS, type Facts } from './facts.ts';
import { createFaultPlan, type FaultKind, type FaultPlan, type FaultRates } from './fault-plan.ts';
import { createRequestRates, type RequestRates } from './request-rates.ts';
import { createSimProcess, type SimProcess } from './sim-process.ts';

/** An effect that was just had, seen from nowhere. */
export interface Effect {
  /** The process that asked for it. */
  readonly process: string;
  /** `objects.put`, `items.transact` … */
  readonly name: string;
  readonly key: string;
  /** All keys that were written, where they may be several. */
  readonly keys: readonly string[];
}

export interface WorldOptions {
  readonly seed: string;
  /** What may go wrong, and how often; default: nothing. */
  readonly rates?: FaultRates;
  /** Only these faults, by name, of those that seed and rates would give. */
  readonly only?: ReadonlySet<string>;
  /** Kinds that strike as often as their rate says, beyond what is promised to be survived. */
  readonly unlimited?: ReadonlySet<FaultKind>;
  readonly facts?: Facts;
  readonly costs?: CostModel;
  /** What is there of user files; default: a store in memory, empty. */
  readonly files?: ObjectStore;
  /** Virtual time after which a job counts as one that never ends. Default: 30 days. */
  readonly maxMs?: number;
  /** Fails with `REAL_HANDLE` when something waits for the real world: only where this process does nothing else. */
  readonly strict?: boolean;
  /** Told of every effect and every fault, in order, with its time: the history, line by line. */
  readonly onTrace?: (line: string) => void;
  /** Looks at the world after an effect, before anything else happens; what it throws ends the simulation. */
  readonly onEffect?: (effect: Effect, world: SimWorld) => Promise<void> | undefined;
}

/** What the simulated processes share: true time, and what the services hold. */
export interface SimWorld {
  readonly clock: VirtualClock;
  readonly facts: Facts;
  readonly costs: CostModel;
  readonly plan: FaultPlan;
  readonly rates: RequestRates;
  readonly objects: ObjectStore;
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
  readonly metadata: MetadataStore;
  /** Requests that the services have met, by process and name (`objects.get`), refused ones included. */
  readonly requests: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Notes a request that a service meets. */
  arrived(process: string, name: string): void;
  /** Notes that something has happened now. */
  trace(what: string): void;
  /** Tells the observer of an effect. */
  observe(effect: Effect): Promise<void> | undefined;
  /** Randomness of one process or service. */
  random(name: string): Random;
  /** A new process; its clocks differ from true time as the plan says. */
  process(name: string): SimProcess;
  /** Waits until what this process began before (the loader closes files) is over. */
  quiet(): Promise<void>;
  /** Runs until the promise settles. Fails with what `stuck` gives when nothing can happen any more, or it takes too long. */
  until<T>(promise: Promise<T>, stuck: () => Error): Promise<T>;
}

/** Clocks of machines that ask a time server: seconds of wall time, and parts in ten thousand of speed. */
const MAX_SKEW_MS = 5_000;
const MAX_RATE_ERROR = 1e-3;

/** Of this process's own stdin, stdout and stderr, and of writes to them that the reader has not taken yet; a socket has a handle of another kind. */
const OUTPUT_HANDLES: ReadonlySet<string> = new Set(['PipeWrap', 'TTYWrap', 'WriteWrap', 'SimpleWriteWrap']);

const DEFAULT_MAX_MS = 30 * 24 * 3_600_000;

const START_MS = Date.UTC(2026, 0, 1);

export function createWorld(options: WorldOptions): SimWorld {
  const { seed, rates = {}, strict = false, maxMs = DEFAULT_MAX_MS, only, unlimited, facts = AWS_FACTS, costs = DEFAULT_COSTS } = options;
  const clock = createVirtualClock({ startMs: START_MS });
  const files = options.files ?? createMemoryObjectStore();
  const { onTrace } = options;
  const trace = (what: string): void => onTrace?.(`${clock.monotonic().toFixed(3)} ${what}`);
  const plan = createFaultPlan({
    seed,
    rates,
    onFired: (name) => trace(`fault ${name}`),
    ...(only === undefined ? {} : { only }),
    ...(unlimited === undefined ? {} : { unlimited }),
  });
  const requests = new Map<string, Map<string, number>>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const world: SimWorld = {
    clock,
    facts,
    costs,
    plan,
    rates: createRequestRates(facts),
    objects: createMemoryObjectStore(),
    files,
    staged: createMemoryStagedFiles(files),
    metadata: createMemoryMetadataStore({ clock }),
    requests,
    arrived(process, name) {
      const counts = requests.get(process) ?? new Map<string, number>();
      requests.set(process, counts.set(name, (counts.get(name) ?? 0) + 1));
    },
    trace,
    observe: (effect) => options.onEffect?.(effect, world)?.catch(broken.reject),
    random: (name) => createSeededRandom(`${seed}/${name}`),
    process: (name) =>
      createSimProcess({
        name,
        clock,
        wallSkewMs: (plan.number(`skew of ${name}`) * 2 - 1) * MAX_SKEW_MS,
        clockRate: 1 + (plan.number(`rate of ${name}`) * 2 - 1) * MAX_RATE_ERROR,
      }),
    async quiet() {
      while (strict && realHandles().length > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async until(promise, stuck) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      promise.then(done, done);
      broken.promise.catch(done);
      do {
        const open = strict ? realHandles() : [];
        if (open.length > 0) throw realHandle(open);
      } while (!settled && (await clock.advanceToNext()) && !settled && clock.monotonic() < maxMs);
      if (!settled) throw stuck();
      return await Promise.race([broken.promise, promise]);
    },
  };
  return world;
}

function realHandles(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => !OUTPUT_HANDLES.has(kind));
}

/** What waits for the real world while virtual time goes on comes at another point of it each time. */
function realHandle(open: readonly string[]): LevinError {
  return new LevinError({
    code: 'REAL_HANDLE',
    fault: 'user',
    message: `Something in the simulation waits for the real world (open: ${open.join(', ')}), so that it would not be the same again. Jobs that are simulated use no timers, files, network or child processes.`,
  });
}
