import type { ConfigInput } from '../../../driver/config/config-input.ts';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import type { TaskSettings } from '../../../simulator/environment.ts';
import type { FaultKind, FaultRates } from '../../../simulator/fault-plan.ts';
import { SHAPES } from './shapes.ts';
import { drawOf, type SimCase } from './sim-job.ts';

export interface Swarm {
  readonly job: SimCase;
  readonly rates: FaultRates;
  readonly config: ConfigInput;
  readonly workers: number;
  /** Small memory makes tasks spill, small blocks and reads make many of them. */
  readonly settings: TaskSettings;
  readonly unlimited?: ReadonlySet<FaultKind>;
  readonly compute: 'lambda' | 'cluster';
  readonly memorySizesMb: readonly number[];
}

/** The highest rate of each kind: so that a history meets some of each, and most of its calls go well. */
const MOST: Readonly<Record<Exclude<FaultKind, 'outOfMemory'>, number>> = {
  crash: 0.02,
  lostResponse: 0.05,
  unavailable: 0.1,
  partialBatch: 0.5,
  slow: 0.05,
  pause: 0.01,
  stuck: 0.003,
  takeOver: 1,
  flippedRead: 0.3,
  corrupt: 0.2,
  delete: 0.2,
  throttle: 0.6,
  lostInvocation: 0.2,
  duplicate: 0.3,
  deafExecutor: 1,
  slowNode: 0.3,
  taskError: 0.2,
};

const SIZES: readonly (readonly number[])[] = [[1769], [885, 1769], [442, 885, 1769, 3538]];

/** By numbers of its own: what other draws give does not depend on it. */
function drawMemory(seed: string): { readonly memorySizesMb: readonly number[]; readonly outOfMemory: number } {
  const next = seededNumbers(`memory ${seed}`);
  const memorySizesMb = SIZES[Math.floor(next() * SIZES.length)] as (typeof SIZES)[number];
  return { memorySizesMb, outOfMemory: next() < 0.5 ? 0 : 0.5 * 10 ** (-1.5 * next()) };
}

/** Which job, which faults, how often: each kind is left out by half of the seeds, so that no kind hides another. */
export function drawSwarm(seed: string): Swarm {
  const next = seededNumbers(`swarm ${seed}`);
  const draw = drawOf(next);
  const shape = SHAPES[draw.whole(0, SHAPES.length - 1)] as (typeof SHAPES)[number];
  const job = shape(draw);
  // Without any fault nothing runs twice.
  const calm = next() < 0.08;
  const rates: Partial<Record<FaultKind, number>> = {};
  for (const [kind, most] of Object.entries(MOST) as [Exclude<FaultKind, 'outOfMemory'>, number][]) {
    const taken = !calm && next() < 0.5;
    const rate = most * 10 ** (-1.5 * next());
    if (taken) rates[kind] = rate;
  }
  const speculation = next() < 0.3;
  const config: ConfigInput = {
    taskTimeoutMs: 300_000,
    leaseMs: draw.whole(2, 10) * 1000,
    defaultParallelism: draw.whole(1, 6),
    ...(speculation ? { speculation, speculationQuantile: 0.5, speculationMinTaskRuntimeMs: 100 } : {}),
  };
  const { memorySizesMb, outOfMemory } = drawMemory(seed);
  if (!calm && outOfMemory > 0) rates.outOfMemory = outOfMemory;
  const small = next() < 0.4;
  return {
    job,
    rates: job.rates ?? rates,
    config: { ...config, ...job.config },
    workers: job.workers ?? draw.whole(1, 8),
    compute: job.compute ?? (next() < 0.3 ? 'cluster' : 'lambda'),
    memorySizesMb,
    settings: small
      ? {
          executionBytes: 2 ** draw.whole(8, 14),
          shuffle: { blockBytes: 2 ** draw.whole(6, 10), maxBytesInFlight: 2 ** draw.whole(5, 12), maxReadsInFlight: draw.whole(1, 4) },
        }
      : {},
    ...(job.unlimited === undefined ? {} : { unlimited: job.unlimited }),
  };
}
