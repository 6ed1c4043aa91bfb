import { createInvocationRamp, type InvocationRamp } from '../../ports/wrappers/invocation-ramp.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import type { SmallTasks } from '../../runtime/supervisor/small-tasks.ts';

/** The executor function of one memory size. */
export interface ExecutorFunction {
  readonly name: string;
  readonly memoryMb: number;
}

/** Each function has its own environments, and Lambda starts those of each at a rate of its own. */
export interface Lane {
  readonly functionName: string;
  readonly memoryMb: number;
  readonly memoryRemedy: string;
  readonly ramp: InvocationRamp;
  /** By stage, in the order in which they came. */
  readonly waiting: Map<string, Set<Attempt>>;
  /** When it looks again by itself; infinite: when something changes. */
  wakeMs: number;
}

/** Which attempts wait, for which function, and which of them go together. */
export interface LambdaLanes {
  /** The smallest function's for `null`; throws where no function has that size. */
  of(memorySizeMb: number | null): Lane;
  /** With `alone` it goes without others from now on: the scheduler wants it so, or it rode in an environment that died, or behind one that is slow. */
  enqueue(lane: Lane, attempt: Attempt, alone: boolean): void;
  /** The next attempts of a stage for one invocation; none: they wait for what the first ones take, or nobody waits. */
  ridersFrom(queue: Set<Attempt>, nowMs: number): readonly Attempt[];
  /** First the one whose first attempt came before the others'. */
  byTurn(): readonly Lane[];
}

export interface LambdaLanesOptions {
  /** One for each size, ascending. */
  readonly functions: readonly ExecutorFunction[];
  readonly concurrency: number;
  readonly small: Pick<SmallTasks, 'together'>;
}

export function createLambdaLanes({ functions, concurrency, small }: LambdaLanesOptions): LambdaLanes {
  const lanes = functions.map(({ name, memoryMb }, at): Lane => {
    const memoryRemedy = remedyOf(functions, at);
    const ramp = createInvocationRamp(concurrency);
    return { functionName: name, memoryMb, memoryRemedy, ramp, waiting: new Map(), wakeMs: Number.POSITIVE_INFINITY };
  });
  const goAlone = new WeakSet<Attempt>();
  const turns = new WeakMap<Attempt, number>();
  let nextTurn = 0;
  const turnOf = ({ waiting }: Lane): number => {
    const firsts = [...waiting.values()].flatMap((queue) => firstOf(queue) ?? []);
    return Math.min(...firsts.map((attempt) => turns.get(attempt) ?? 0));
  };

  return {
    of: (memorySizeMb) => lanes[sizeIndex(functions, memorySizeMb)] as Lane,
    enqueue({ waiting }, attempt, alone) {
      if (alone) goAlone.add(attempt);
      // One that comes back keeps its turn.
      if (!turns.has(attempt)) turns.set(attempt, nextTurn++);
      const { stageId } = attempt.spec;
      const queue = waiting.get(stageId);
      if (queue === undefined) waiting.set(stageId, new Set([attempt]));
      else queue.add(attempt);
    },
    ridersFrom(queue, nowMs) {
      const first = firstOf(queue);
      if (first === null) return [];
      if (goAlone.has(first)) return [first];
      const most = small.together(first.spec, nowMs);
      if (most <= 1) return most === 0 ? [] : [first];
      const riders: Attempt[] = [];
      for (const attempt of queue) {
        if (riders.length === most) break;
        if (attempt.phase !== 'over' && !goAlone.has(attempt) && attempt.spec.attempt === first.spec.attempt) riders.push(attempt);
      }
      return riders;
    },
    byTurn: () => {
      const sorted = lanes.map((lane) => ({ lane, turn: turnOf(lane) })).toSorted((a, b) => a.turn - b.turn);
      return sorted.map(({ lane }) => lane);
    },
  };
}

/** An invocation that was not heard of again may have committed what was to run elsewhere: that is not sent. */
function firstOf(queue: Set<Attempt>): Attempt | null {
  for (const attempt of queue) {
    if (attempt.phase !== 'over') return attempt;
    queue.delete(attempt);
  }
  return null;
}

function sizeIndex(functions: readonly ExecutorFunction[], memorySizeMb: number | null): number {
  const at = memorySizeMb === null ? 0 : functions.findIndex(({ memoryMb }) => memoryMb === memorySizeMb);
  if (at in functions) return at;
  throw new Error(`there is no executor function of ${memorySizeMb} MB, only of ${functions.map(({ memoryMb }) => memoryMb).join(', ')}`);
}

/** A task that runs out of memory gets the next size by itself; this is for where there is none. */
function remedyOf(functions: readonly ExecutorFunction[], at: number): string {
  const larger = functions[at + 1];
  return `use more partitions, or ${larger === undefined ? `deploy executors of more than ${functions[at]?.memoryMb} MB` : `executors of ${larger.memoryMb} MB`}`;
}
