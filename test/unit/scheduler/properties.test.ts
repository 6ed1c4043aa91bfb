import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobGraph, StageSpec } from '../../../driver/scheduler/job-graph.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import { createSchedulerState, type SchedulerState } from '../../../driver/scheduler/state.ts';
import { step } from '../../../driver/scheduler/step.ts';
import { graph, spec } from './literals.ts';
import { createWorld, type Faults, type World } from './world.ts';

const MAX_EVENTS = 20_000;
const NO_FAULTS: Faults = { errors: 0, executorLosses: 0, throttles: 0, objectLosses: 0, duplicates: 0, cancels: 0 };

interface Plan {
  readonly graphs: readonly JobGraph[];
  readonly taskCounts: Readonly<Record<number, number>>;
  readonly slots: number;
  readonly seed: number;
  /** Slow tasks are copied, executors excluded. */
  readonly eager: boolean;
  readonly sizesMb?: readonly number[];
}

/** Up to six shared stages, some of them samples, and up to three jobs over parts of them. */
const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    shared: fc.array(fc.record({ parents: fc.array(fc.nat(5), { maxLength: 3 }), sample: fc.boolean(), tasks: fc.nat(4) }), {
      maxLength: 6,
    }),
    jobs: fc.array(fc.record({ parents: fc.array(fc.nat(5), { maxLength: 3 }), tasks: fc.nat(4), some: fc.option(fc.array(fc.nat(3))) }), {
      minLength: 1,
      maxLength: 3,
    }),
    slots: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 1 }),
    eager: fc.boolean(),
  })
  .map(({ shared, jobs, slots, seed, eager }) => {
    const stages: StageSpec[] = shared.map(({ parents, sample }, i) => ({
      ...spec(i, existing(parents, i), sample ? 'sample' : 'map'),
      copyable: eager,
    }));
    const taskCounts: Record<number, number> = {};
    for (const [i, { tasks }] of shared.entries()) taskCounts[i] = tasks;
    const graphs = jobs.map(({ parents, tasks, some }, job) => {
      const final = { ...spec(stages.length + job, existing(parents, stages.length), 'result'), copyable: eager && job < 2 };
      taskCounts[final.stage] = tasks;
      const ancestors = new Set(final.parents);
      for (const stage of [...stages].reverse()) if (ancestors.has(stage.stage)) for (const parent of stage.parents) ancestors.add(parent);
      const asked = some?.filter((partition) => partition < tasks) ?? null;
      const of = graph(job, [...stages.filter((stage) => ancestors.has(stage.stage)), final], asked);
      return { ...of, pool: `pool ${(seed + job) % 2}` };
    });
    return { graphs, taskCounts, slots, seed, eager };
  });

const anyFaults: fc.Arbitrary<Faults> = fc.record({
  errors: fc.nat(6),
  executorLosses: fc.nat(6),
  throttles: fc.nat(6),
  objectLosses: fc.nat(3),
  duplicates: fc.nat(20),
  cancels: fc.nat(1),
});

function existing(parents: readonly number[], below: number): readonly number[] {
  return [...new Set(parents.filter((parent) => parent < below))].sort((a, b) => a - b);
}

/** Uniform numbers in [0, 1) that a seed repeats (mulberry32). */
function diceOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function newState(plan: Plan): SchedulerState {
  const memory = { sizesMb: plan.sizesMb ?? [], mbPerVcpu: null };
  const pools = {
    mode: plan.seed % 2 === 0 ? 'FIFO' : 'FAIR',
    pools: { 'pool 0': { schedulingMode: 'FAIR', weight: 2, minShare: 1 } },
  } as const;
  const settings = { ...DEFAULT_SCHEDULER_SETTINGS, throttleBaseMs: 1, throttleMaxMs: 4, memory, pools };
  const speculation = { quantile: 0.5, multiplier: 1, minRuntimeMs: 1, intervalMs: 2, concurrency: plan.slots };
  const exclusion = { stageFailures: 1, applicationFailures: 2, timeoutMs: 10 };
  return createSchedulerState(plan.eager ? { ...settings, speculation, exclusion } : settings, plan.slots);
}

/** Submits the jobs that have not ended and lets things happen, `most` of them; gives how many did. */
function run(plan: Plan, world: World, most: number): number {
  let state = newState(plan);
  for (const job of plan.graphs) {
    if (world.ended.has(job.job)) continue;
    const next = step(state, { kind: 'jobSubmitted', graph: job });
    state = next.state;
    world.obey(next.commands);
  }
  for (let events = 0; events < most; events++) {
    const event = world.next();
    if (event === null) return events;
    const next = step(state, JSON.parse(JSON.stringify(event)));
    state = next.state;
    world.obey(next.commands);
    if (state.inFlight > plan.slots || state.inFlight < 0) throw new Error(`${state.inFlight} attempts are in flight`);
    checkCounters(state);
  }
  return most;
}

/** What the counters say must be what counting says. */
function checkCounters(state: SchedulerState): void {
  for (const [number, { name, inFlight }] of state.pools.entries()) {
    const counted = Object.values(state.stages).reduce((sum, stage) => sum + (stage.pool === number ? stage.inFlight : 0), 0);
    if (counted !== inFlight) throw new Error(`${name} says ${inFlight} are in flight, and ${counted} are`);
  }
  for (const stage of Object.values(state.stages)) {
    const missing = stage.tasks.filter((task) => task.status !== 'done' && (stage.kind !== 'result' || task.wantedBy > 0)).length;
    if (missing !== stage.missing) throw new Error(`stage ${stage.stage} says ${stage.missing} are missing, and ${missing} are`);
    const flights = stage.tasks.flatMap((task) => task.flights).length;
    const asked = stage.kind === 'result' ? stage.tasks.filter((task) => task.wantedBy > 0).length : 0;
    if (asked !== stage.asked) throw new Error(`stage ${stage.stage} says ${stage.asked} are asked for, and ${asked} are`);
    const flying = stage.tasks.flatMap((task, partition) => (task.flights.length > 0 ? [String(partition)] : []));
    if (flying.join() !== Object.keys(stage.flying).join())
      throw new Error(`stage ${stage.stage} says otherwise than ${flying.join()} fly`);
    if (flights !== stage.inFlight) throw new Error(`stage ${stage.stage} says ${stage.inFlight} are in flight, and ${flights} are`);
  }
}

function expectAnswers(plan: Plan, world: World): void {
  for (const { job, final, partitions } of plan.graphs) {
    if (world.ended.get(job) !== 'succeeded') continue;
    const asked = partitions ?? Array.from({ length: plan.taskCounts[final] as number }, (_, i) => i);
    expect(asked.filter((partition) => !world.isCommitted(final, partition))).toEqual([]);
  }
}

test('without faults every task that is needed runs exactly once, and every job succeeds', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const world = createWorld({ ...plan, faults: { ...NO_FAULTS }, dice: diceOf(plan.seed) });
      expect(run(plan, world, MAX_EVENTS)).toBeLessThan(MAX_EVENTS);
      expect([...world.ended.values()]).toEqual(plan.graphs.map(() => 'succeeded'));
      expect([...world.launches.values()].reduce((sum, count) => sum + count - 1, 0)).toBe(world.copies());
      expect(world.maxInFlight()).toBeLessThanOrEqual(plan.slots);
      expectAnswers(plan, world);
    }),
    { numRuns: 300 },
  );
});

test('with faults every job ends, and one that succeeds has all its answer', () => {
  const endings = new Set<string>();
  let copies = 0;
  fc.assert(
    fc.property(anyPlan, anyFaults, (plan, faults) => {
      const world = createWorld({ ...plan, faults: { ...faults }, dice: diceOf(plan.seed) });
      expect(run(plan, world, MAX_EVENTS)).toBeLessThan(MAX_EVENTS);
      expect(world.ended.size).toBe(plan.graphs.length);
      expect(world.maxInFlight()).toBeLessThanOrEqual(plan.slots);
      expectAnswers(plan, world);
      for (const ending of world.ended.values()) endings.add(ending);
      copies += world.copies();
    }),
    { numRuns: 1500 },
  );
  expect(copies).toBeGreaterThan(100);
  expect([...endings].sort()).toEqual(expect.arrayContaining(['cancelled', 'succeeded', 'taskFailed']));
});

test('with stages that give other records each time, every answer is made of one version of every output, also for a later driver', () => {
  const anyMade = fc.tuple(anyPlan, fc.integer({ min: 2, max: 12 }), fc.array(fc.nat(6), { minLength: 3 }), fc.option(fc.nat(60)));
  let outdated = 0;
  fc.assert(
    fc.property(anyMade, ([plan, objectLosses, stages, cut]) => {
      const faults: Faults = { ...NO_FAULTS, objectLosses, executorLosses: 3, errors: 1, duplicates: 10 };
      const world = createWorld({ ...plan, faults, indeterminate: new Set(stages), dice: diceOf(plan.seed) });
      if (cut !== null) {
        run(plan, world, cut);
        world.loseDriver();
      }
      expect(run(plan, world, MAX_EVENTS)).toBeLessThan(MAX_EVENTS);
      expect(world.ended.size).toBe(plan.graphs.length);
      expectAnswers(plan, world);
      outdated += world.outdated();
    }),
    { numRuns: 2000 },
  );
  expect(outdated).toBeGreaterThan(20);
});

test('faults that a task may have do not end its job', () => {
  const anyMild = fc.record({
    ...Object.fromEntries(Object.keys(NO_FAULTS).map((fault) => [fault, fc.constant(0)])),
    errors: fc.nat(1),
    executorLosses: fc.nat(2),
    throttles: fc.nat(10),
    objectLosses: fc.nat(3),
    duplicates: fc.nat(20),
  }) as fc.Arbitrary<Faults>;
  fc.assert(
    fc.property(anyPlan, anyMild, (plan, faults) => {
      const world = createWorld({ ...plan, faults: { ...faults }, dice: diceOf(plan.seed) });
      run(plan, world, MAX_EVENTS);
      expect([...world.ended.values()]).toEqual(plan.graphs.map(() => 'succeeded'));
      expectAnswers(plan, world);
    }),
    { numRuns: 500 },
  );
});

test('tasks that need more memory get it: they end with other faults, copies and a dead driver, and none is given too little twice', () => {
  const anySizes = fc
    .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
    .map((sizes) => sizes.sort((a, b) => a - b));
  const faults: Faults = { ...NO_FAULTS, errors: 1, executorLosses: 2, throttles: 5, objectLosses: 2, duplicates: 10 };
  fc.assert(
    fc.property(anyPlan, anySizes, fc.option(fc.nat(60)), (drawn, sizesMb, cut) => {
      const plan = { ...drawn, sizesMb };
      const runs = [0, 1].map(() => {
        const world = createWorld({ ...plan, faults: { ...faults }, dice: diceOf(plan.seed) });
        if (cut !== null) {
          run(plan, world, cut);
          world.loseDriver();
        }
        expect(run(plan, world, MAX_EVENTS)).toBeLessThan(MAX_EVENTS);
        return world;
      });
      for (const world of runs) {
        expect([...world.ended.values()]).toEqual(plan.graphs.map(() => 'succeeded'));
        expectAnswers(plan, world);
      }
      expect(runs[0]?.launches).toEqual(runs[1]?.launches);
    }),
    { numRuns: 500 },
  );
});

test('jobs cut at every event and resumed reach the same end, and run no committed task again', () => {
  fc.assert(
    fc.property(anyPlan, fc.nat(1), (plan, objectLosses) => {
      const faults: Faults = { ...NO_FAULTS, errors: 1, executorLosses: 1, objectLosses };
      const whole = createWorld({ ...plan, faults: { ...faults }, dice: diceOf(plan.seed) });
      const events = run(plan, whole, MAX_EVENTS);
      for (let cut = 0; cut <= events; cut++) {
        const world = createWorld({ ...plan, faults: { ...faults }, dice: diceOf(plan.seed) });
        run(plan, world, cut);
        world.loseDriver();
        run(plan, world, MAX_EVENTS);
        expect(world.ended).toEqual(whole.ended);
        expectAnswers(plan, world);
      }
    }),
    { numRuns: 60 },
  );
});
