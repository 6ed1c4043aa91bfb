import { LevinError } from '../../errors/levin-error.ts';
import type { AccumulatorIdentity, CapturedAccumulator } from '../../types/accumulator.ts';
import { currentTask } from '../../types/current-task.ts';
import { algebraOf, type CustomFunctions, type Total } from './accumulator-algebra.ts';
import { captureAccumulator } from './captured-accumulators.ts';
import { registerClass } from './registrations.ts';
import { DESERIALIZE, SERIALIZE } from './symbols.ts';

/** The accumulator on the driver. */
export interface DriverAccumulator extends CapturedAccumulator {
  readonly custom: CustomFunctions | null;
  add(value: unknown): void;
  /** Everything that counts, merged: the state of its algebra. Not to be changed. */
  state(): unknown;
  /** Nothing was added. */
  isZero(): boolean;
  reset(): void;
}

/** An accumulator as a function took it along. */
interface TravelledAccumulator extends AccumulatorIdentity {
  readonly custom: CustomFunctions | null;
}

type Holder = { readonly driver: DriverAccumulator } | { readonly task: TravelledAccumulator };

/** What an accumulator is made of when it is encoded: all that tasks need of it, and nothing that tells where it stands. */
type Encoded = readonly [ordinal: number, kind: AccumulatorIdentity['kind'], zero?: CustomFunctions['zero'], add?: CustomFunctions['add']];

/**
 * A variable that tasks add to and the driver reads: `lv.longAccumulator()`, `lv.accumulator(…)` and others make one.
 *
 * What each task of each stage has added counts exactly once, whatever is tried again, copied, lost and made again, or resumed
 * (docs/shared-variables.md). `A` is what is added, `V` what is read.
 */
export class Accumulator<in A, out V> {
  readonly #holder: Holder;
  readonly #identity: TravelledAccumulator;

  static {
    Object.defineProperty(Accumulator.prototype, SERIALIZE, {
      value(this: Accumulator<never, unknown>): Encoded {
        const { ordinal, kind, custom } = this.#identity;
        const { name, callSite } = 'driver' in this.#holder ? this.#holder.driver : { name: null, callSite: null };
        captureAccumulator({ ordinal, kind, name, callSite });
        return custom === null ? [ordinal, kind] : [ordinal, kind, custom.zero, custom.add];
      },
    });
    Object.defineProperty(Accumulator, DESERIALIZE, {
      value(this: typeof Accumulator, [ordinal, kind, zero, add]: Encoded): Accumulator<never, unknown> {
        return new this({ task: { ordinal, kind, custom: zero === undefined || add === undefined ? null : { zero, add } } });
      },
    });
  }

  /** Made by the methods of the Context. */
  constructor(holder: Holder) {
    this.#holder = holder;
    this.#identity = 'driver' in holder ? holder.driver : holder.task;
  }

  /** As it was given; null when none was. On the driver only, as all but `add`. */
  get name(): string | null {
    return this.#driver('name').name;
  }

  /** In a task: counts when the task is committed. On the driver: at once. */
  add(value: A): void {
    const task = currentTask();
    if (task !== null) {
      const { kind, custom } = this.#identity;
      task.accumulators.add(this.#identity, (text) => algebraOf(kind, text, custom), value);
    } else this.#driver('add').add(value);
  }

  /**
   * Everything that was added: complete for all that an action needed when its promise resolves. It may be read before, and is behind then.
   *
   * What you are given is yours, a copy. Fails in a task with `ACCUMULATOR_IN_TASK`.
   */
  get value(): V {
    const { kind } = this.#identity;
    const state = this.#driver('value').state();
    return (kind === 'long' || kind === 'double' || kind === 'bigint' ? (state as Total<number>).sum : state) as V;
  }

  set value(_: never) {
    throw new LevinError({
      code: 'ACCUMULATOR_ASSIGNED',
      fault: 'user',
      message: `The value of ${this.#text()} was assigned. Call add(value) to add to it, or reset() on the driver to begin anew.`,
    });
  }

  /** Nothing was added, or nothing since `reset()`. */
  get isZero(): boolean {
    return this.#driver('isZero').isZero();
  }

  /** Forgets what was added so far. On the driver, and not while jobs run that add to it: what their tasks add then is forgotten or not. */
  reset(): void {
    this.#driver('reset').reset();
  }

  /** Count and sum, of accumulators of numbers. */
  protected total(asked: string): Total<number> | Total<bigint> {
    return this.#driver(asked).state() as Total<number>;
  }

  #driver(asked: string): DriverAccumulator {
    if ('driver' in this.#holder && currentTask() === null) return this.#holder.driver;
    throw new LevinError({
      code: 'ACCUMULATOR_IN_TASK',
      fault: 'user',
      message: `${asked} of ${this.#text()} was used in a task, where only add() can be: what all tasks have added is known on the driver. Read it after the action.`,
    });
  }

  #text(): string {
    const { kind } = this.#identity;
    return currentTask()?.accumulators.textOf(this.#identity) ?? (kind === 'custom' ? 'an accumulator' : `a ${kind}Accumulator`);
  }
}

/** Adds numbers up: `lv.longAccumulator()`, `lv.doubleAccumulator()`. */
export class NumberAccumulator extends Accumulator<number, number> {
  /** How many numbers were added. */
  get count(): number {
    return this.total('count').count;
  }

  /** Of the numbers; the same as `value`. */
  get sum(): number {
    return this.total('sum').sum as number;
  }

  /** `sum / count`; NaN when nothing was added. */
  get avg(): number {
    const { sum, count } = this.total('avg') as Total<number>;
    return sum / count;
  }
}

/** Adds bigints up, without limit: `lv.bigintAccumulator()`. */
export class BigintAccumulator extends Accumulator<bigint, bigint> {
  /** How many were added. */
  get count(): number {
    return this.total('count').count;
  }

  /** The same as `value`. */
  get sum(): bigint {
    return this.total('sum').sum as bigint;
  }
}

registerClass('levin.Accumulator', Accumulator);
registerClass('levin.NumberAccumulator', NumberAccumulator);
registerClass('levin.BigintAccumulator', BigintAccumulator);
