import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { PoolSettings, PoolShare } from '../../../driver/scheduler/pools.ts';
import { failed, graph, resolved, type Script, script, spec, submitted, succeeded, taskFailed as taskFails } from './literals.ts';

const FIFO: PoolShare = { schedulingMode: 'FIFO', weight: 1, minShare: 0 };

function fair(slots: number, pools: Readonly<Record<string, Partial<PoolShare>>> = {}): Script {
  const shares = Object.entries(pools).map(([name, share]) => [name, { ...FIFO, ...share }]);
  return script(slots, { pools: { mode: 'FAIR', pools: Object.fromEntries(shares) as PoolSettings['pools'] } });
}

/** A job with one stage, which has its number. */
const job = (number: number, pool?: string) =>
  submitted({ ...graph(number, [spec(number, [], 'result')]), ...(pool === undefined ? {} : { pool }) });

/** The stages that were given slots, in order. */
function launched(commands: readonly SchedulerCommand[]): readonly number[] {
  return commands.flatMap((command) => (command.kind === 'launch' ? [command.stage] : []));
}

describe('pools', () => {
  test('FIFO goes by job, whatever the pools', () => {
    const { send } = script(1, { pools: { mode: 'FIFO', pools: { b: { ...FIFO, weight: 9, minShare: 9 } } } });
    send(job(0, 'a'), resolved(0, 2), job(1, 'b'), resolved(1, 2));
    expect(launched(send(succeeded(0, 0), succeeded(0, 1), succeeded(1, 0)))).toEqual([0, 1, 1]);
  });

  test('FAIR gives what is free to the pool that has the least for its weight, and of equal ones to the first by name', () => {
    const { send } = fair(4, { b: { weight: 3 } });
    send(job(0, 'a'), resolved(0, 9), job(1, 'b'), resolved(1, 9));
    expect(launched(send(succeeded(0, 0), succeeded(0, 1), succeeded(0, 2)))).toEqual([1, 1, 1]);
    // 1 of 1 and 3 of 3: equal, the first by name. Then 2 of 1 and 2 of 3.
    expect(launched(send(succeeded(1, 0)))).toEqual([1]);
    expect(launched(send(succeeded(0, 3)))).toEqual([0]);
  });

  test('a pool below its minShare comes before one that is not, however much it weighs', () => {
    const { send } = fair(4, { a: { weight: 100 }, b: { minShare: 2 } });
    send(job(0, 'a'), resolved(0, 9), job(1, 'b'), resolved(1, 9));
    expect(launched(send(succeeded(0, 0), succeeded(0, 1), succeeded(0, 2)))).toEqual([1, 1, 0]);
  });

  test('of pools below their minShare the one that has the least of it comes first', () => {
    const { send } = fair(6, { a: { minShare: 2 }, b: { minShare: 4 } });
    send(job(0, 'c'), resolved(0, 9), job(1, 'a'), resolved(1, 9), job(2, 'b'), resolved(2, 9));
    // a 0/2 = b 0/4, a 1/2 > b 0/4, a 1/2 > b 1/4, a 1/2 = b 2/4, b 2/4, b 3/4
    expect(launched(send(...[0, 1, 2, 3, 4, 5].map((partition) => succeeded(0, partition))))).toEqual([1, 2, 2, 1, 2, 2]);
  });

  test('within a pool the first job comes first, or each gets the same', () => {
    const inOrder = fair(2);
    inOrder.send(job(0), resolved(0, 9), job(1), resolved(1, 9));
    expect(launched(inOrder.send(succeeded(0, 0), succeeded(0, 1)))).toEqual([0, 0]);
    const shared = fair(2, { default: { schedulingMode: 'FAIR' } });
    shared.send(job(0), resolved(0, 9), job(1), resolved(1, 9));
    expect(launched(shared.send(succeeded(0, 0), succeeded(0, 1)))).toEqual([1, 0]);
  });

  test('jobs that name no pool are in the default one, and a pool that nobody has set up weighs 1', () => {
    const { send, state } = fair(1, { default: { weight: 7 } });
    send(job(0), job(1, 'new'), job(2, 'new'));
    expect(state().pools).toEqual([
      { name: 'default', schedulingMode: 'FIFO', weight: 7, minShare: 0, inFlight: 0 },
      { name: 'new', ...FIFO, inFlight: 0 },
    ]);
  });

  test('names of pools are no names of anything else', () => {
    const { send, state } = fair(1, {});
    send(job(0, '__proto__'), job(1, 'constructor'));
    expect(state().pools.map(({ name, weight }) => [name, weight])).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
    ]);
  });

  test('a stage that two jobs need runs in the pool of the first, and goes over to the other when that one is cancelled', () => {
    const { send, state } = fair(2);
    const shared = spec(0, []);
    send(
      submitted({ ...graph(0, [shared, spec(1, [0], 'result')]), pool: 'a' }),
      submitted({ ...graph(1, [shared, spec(2, [0], 'result')]), pool: 'b' }),
    );
    send(resolved(0, 5), resolved(1, 1), resolved(2, 1));
    expect(state().pools.map(({ inFlight }) => inFlight)).toEqual([2, 0]);
    send({ kind: 'jobCancelled', job: 0, reason: 'test' });
    expect(state().pools.map(({ inFlight }) => inFlight)).toEqual([0, 2]);
    send(succeeded(0, 0), succeeded(0, 1));
    expect(state().pools.map(({ inFlight }) => inFlight)).toEqual([0, 2]);
  });

  test('attempts that were told to stop count for their pool until they have', () => {
    const { send } = fair(2);
    send(job(0, 'a'), resolved(0, 2), job(1, 'b'), resolved(1, 9));
    send({ kind: 'jobCancelled', job: 0, reason: 'test' });
    send(job(2, 'a'), resolved(2, 9));
    // One of a still stops: the slot of the other is b's.
    expect(launched(send(taskFails(0, 0, 0, failed('cancelled'))))).toEqual([1]);
    expect(launched(send(taskFails(0, 1, 0, failed('cancelled'))))).toEqual([2]);
  });
});

test('tasks that never end keep their slots and get no more than their share while another pool has tasks', () => {
  const { send } = fair(2);
  send(job(0, 'quick'), resolved(0, 50), job(1, 'endless'), resolved(1, 50));
  // The first slot that is free is the endless pool's, by share; no other one is, until there is nothing else to do.
  expect(launched(send(succeeded(0, 0)))).toEqual([1]);
  for (let partition = 1; partition < 49; partition++) expect(launched(send(succeeded(0, partition)))).toEqual([0]);
  expect(launched(send(succeeded(0, 49)))).toEqual([1]);
});

test('over any time in which two pools have tasks, slots are shared as their weights say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 }), (a, b, times) => {
      const slots = (a + b) * times;
      const { send } = fair(slots, { a: { weight: a }, b: { weight: b } });
      const tasks = slots * 6;
      const running: { stage: number; partition: number; endMs: number }[] = [];
      const slotMs = [0, 0];
      let [nowMs, sinceMs] = [0, Number.POSITIVE_INFINITY];
      const start = (commands: readonly SchedulerCommand[]): void => {
        for (const command of commands) {
          if (command.kind !== 'launch') continue;
          running.push({ stage: command.stage, partition: command.partition, endMs: nowMs + 1000 });
        }
      };
      // The first job has all slots for itself before the other one comes.
      start(send(job(0, 'a'), resolved(0, tasks)));
      start(send(job(1, 'b'), resolved(1, tasks)));
      for (let ended = 0; ended < tasks; ended++) {
        running.sort((x, y) => x.endMs - y.endMs);
        const next = running.shift() as (typeof running)[number];
        if (nowMs >= sinceMs) {
          for (const stage of [0, 1])
            slotMs[stage] = (slotMs[stage] as number) + (next.endMs - nowMs) * running.filter((task) => task.stage === stage).length;
          slotMs[next.stage] = (slotMs[next.stage] as number) + (next.endMs - nowMs);
        }
        nowMs = next.endMs;
        start(send(succeeded(next.stage, next.partition)));
        // From the second wave on both have what is theirs.
        if (nowMs === 1000) sinceMs = 1000;
      }
      expect((slotMs[0] as number) * b).toBe((slotMs[1] as number) * a);
      expect(slotMs[0]).toBeGreaterThan(0);
    }),
    { numRuns: 15 },
  );
});

/** What Spark does, read off `FairSchedulingAlgorithm` and `FIFOSchedulingAlgorithm`: sorts pools, then what is in the first of them that has a task. */
interface Schedulable {
  readonly name: string;
  readonly weight: number;
  readonly minShare: number;
  readonly priority: number;
  runningTasks: number;
}

function fairLess(s1: Schedulable, s2: Schedulable): boolean {
  const s1Needy = s1.runningTasks < s1.minShare;
  const s2Needy = s2.runningTasks < s2.minShare;
  const minShareRatio1 = s1.runningTasks / Math.max(s1.minShare, 1);
  const minShareRatio2 = s2.runningTasks / Math.max(s2.minShare, 1);
  const taskToWeightRatio1 = s1.runningTasks / s1.weight;
  const taskToWeightRatio2 = s2.runningTasks / s2.weight;
  if (s1Needy && !s2Needy) return true;
  if (!s1Needy && s2Needy) return false;
  const compare = s1Needy ? minShareRatio1 - minShareRatio2 : taskToWeightRatio1 - taskToWeightRatio2;
  if (compare < 0) return true;
  if (compare > 0) return false;
  return s1.name < s2.name;
}

interface TaskSet extends Schedulable {
  pending: number;
}

interface ModelPool extends Schedulable {
  readonly schedulingMode: string;
  readonly taskSets: TaskSet[];
}

function nextOf(pools: readonly ModelPool[]): TaskSet | null {
  const sorted = [...pools].sort((a, b) => (fairLess(a, b) ? -1 : 1));
  for (const pool of sorted) {
    const order = pool.schedulingMode === 'FAIR' ? fairLess : (a: Schedulable, b: Schedulable) => a.priority < b.priority;
    const next = [...pool.taskSets].sort((a, b) => (order(a, b) ? -1 : 1)).find((taskSet) => taskSet.pending > 0);
    if (next !== undefined) return next;
  }
  return null;
}

test('the order of launches is the one of Spark’s comparators, each slot given anew', () => {
  const anyShare = fc.record({
    schedulingMode: fc.constantFrom('FIFO', 'FAIR'),
    weight: fc.integer({ min: 1, max: 4 }),
    minShare: fc.nat(4),
  });
  const anyJobs = fc.array(fc.record({ pool: fc.constantFrom('a', 'b', 'c', 'default'), tasks: fc.nat(8) }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b', 'default'), anyShare as fc.Arbitrary<PoolShare>),
      anyJobs,
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
      (shares, jobs, slots, dice) => {
        const { send } = fair(slots, shares);
        const pools: ModelPool[] = [];
        const running: { taskSet: TaskSet; pool: ModelPool; partition: number }[] = [];
        let free = slots;
        const launchedBy = (event: SchedulerEvent): void => {
          const expected: number[] = [];
          for (let next = nextOf(pools); next !== null && free > 0; next = nextOf(pools)) {
            const { priority } = next;
            const pool = pools.find(({ taskSets }) => taskSets.includes(next as TaskSet)) as ModelPool;
            next.pending--;
            next.runningTasks++;
            pool.runningTasks++;
            free--;
            expected.push(priority);
          }
          const launches = send(event).filter((command) => command.kind === 'launch');
          expect(launches.map(({ stage }) => stage)).toEqual(expected);
          for (const { stage, partition } of launches) {
            const pool = pools.find(({ taskSets }) => taskSets.some(({ priority }) => priority === stage)) as ModelPool;
            running.push({ pool, taskSet: pool.taskSets.find(({ priority }) => priority === stage) as TaskSet, partition });
          }
        };
        let throws = 0;
        for (const [number, { pool: name, tasks }] of jobs.entries()) {
          send(job(number, name));
          const fresh: ModelPool = { ...FIFO, ...shares[name], name, priority: 0, runningTasks: 0, taskSets: [] };
          const pool = pools.find((each) => each.name === name) ?? fresh;
          if (pool === fresh) pools.push(fresh);
          // One digit: Spark compares names as texts.
          pool.taskSets.push({ name: `TaskSet_${number}.0`, weight: 1, minShare: 0, priority: number, runningTasks: 0, pending: tasks });
          launchedBy(resolved(number, tasks));
          for (let n = (dice[throws++ % dice.length] as number) % 4; n > 0 && running.length > 0; n--) end();
        }
        while (running.length > 0) end();

        function end(): void {
          const [ended] = running.splice((dice[throws++ % dice.length] as number) % running.length, 1) as [(typeof running)[number]];
          ended.taskSet.runningTasks--;
          ended.pool.runningTasks--;
          free++;
          launchedBy(succeeded(ended.taskSet.priority, ended.partition));
        }
        expect(pools.flatMap(({ taskSets }) => taskSets).every(({ pending }) => pending === 0)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
