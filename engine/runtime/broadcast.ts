import { registerClass } from '../closures/runtime/registrations.ts';
import { CARRIES, DESERIALIZE, SERIALIZE } from '../closures/runtime/symbols.ts';
import type { CapturedBroadcast } from '../closures/shipped-closure.ts';
import { LevinError } from '../errors/levin-error.ts';

/** What stands behind a Broadcast where it is: in the driver the value itself, in a task what its executor keeps. */
export interface BroadcastState<T> {
  readonly hash: string;
  /** Of value and code. */
  readonly fingerprint: string;
  /** null in a task. */
  readonly captured: CapturedBroadcast | null;
  value(): T;
  unpersist(): Promise<void>;
  destroy(): Promise<void>;
  toString(): string;
}

/** Gives the values of an application's broadcasts, of those that the running task's functions capture. */
export interface BroadcastValues {
  valueOf(hash: string): unknown;
}

let values: BroadcastValues | null = null;

/** Broadcasts that are decoded from now on have their values from there. */
export function useBroadcasts(source: BroadcastValues): void {
  values = source;
}

let construct: <T>(state: BroadcastState<T>) => Broadcast<T>;

export function broadcastOf<T>(state: BroadcastState<T>): Broadcast<T> {
  return construct(state);
}

/**
 * A value that tasks read and that travels once: it is encoded once, stored once, and read once by each executor process, however many functions and
 * tasks use it. Made by `lv.broadcast(value)`; functions capture it like any other variable and read `.value`.
 *
 * Nobody may change the value: in the driver that could make it impossible to send it again, in a task others that run on the same thread would see it.
 * @example
 * const stops = lv.broadcast(new Set(['the', 'a']));
 * await lv.parallelize(['the', 'cat']).filter((word) => !stops.value.has(word)).collect(); // ['cat']
 */
export class Broadcast<out T> {
  readonly #state: BroadcastState<T>;

  private constructor(state: BroadcastState<T>) {
    this.#state = state;
  }

  static {
    construct = (state) => new Broadcast(state);
    defineTravel(Broadcast, (broadcast) => broadcast.#state);
  }

  /**
   * The value: in the driver the one that `lv.broadcast` was given, in a task the executor's copy.
   *
   * Fails with `BROADCAST_DESTROYED` after `destroy()`.
   * @example
   * lv.broadcast([1, 2]).value; // [1, 2]
   */
  get value(): T {
    return this.#state.value();
  }

  /**
   * Frees the copies that executors keep in memory; used again, the value is sent again. Resolves when all executors were told: `await` it where Spark
   * has `blocking = true`. Functions on Lambda cannot be told: there a copy goes when its room is needed, and with the environment.
   * @example
   * await lv.broadcast([1, 2]).unpersist(); // undefined
   */
  unpersist(): Promise<void> {
    return this.#state.unpersist();
  }

  /**
   * Frees the copies and deletes the stored value. Whoever uses the broadcast afterwards fails with `BROADCAST_DESTROYED`: `.value`, functions that capture
   * it, and actions whose tasks would need it. Resolves when it is deleted: `await` it where Spark has `blocking = true`.
   * @example
   * await lv.broadcast([1, 2]).destroy(); // undefined
   */
  destroy(): Promise<void> {
    return this.#state.destroy();
  }

  toString(): string {
    return this.#state.toString();
  }
}

/** How functions take a broadcast along: by its hash. One string: an object could be changed, and functions that hold none are shared by the tasks of a stage. */
function defineTravel(target: typeof Broadcast, stateOf: (broadcast: Broadcast<unknown>) => BroadcastState<unknown>): void {
  Object.defineProperty(target.prototype, CARRIES, {
    get(this: Broadcast<unknown>) {
      return stateOf(this).captured;
    },
  });
  Object.defineProperty(target.prototype, SERIALIZE, {
    value(this: Broadcast<unknown>) {
      const { hash, fingerprint, captured } = stateOf(this);
      captured?.checkAlive();
      return `${hash} ${fingerprint}`;
    },
  });
  Object.defineProperty(target, DESERIALIZE, {
    value(data: string) {
      const [hash = '', fingerprint = ''] = data.split(' ');
      return construct(taskState(hash, fingerprint, values));
    },
  });
  registerClass('levin.Broadcast', target as unknown as abstract new () => unknown);
}

function taskState(hash: string, fingerprint: string, source: BroadcastValues | null): BroadcastState<unknown> {
  const refuse = (method: string) => (): never => {
    throw new LevinError({
      code: 'DRIVER_ONLY',
      fault: 'user',
      message: `Broadcast.${method}() was called in a task. Call it in the driver, when the actions that use the broadcast are done.`,
    });
  };
  return {
    hash,
    fingerprint,
    captured: null,
    value() {
      if (source === null) throw notHere(hash);
      return source.valueOf(hash);
    },
    unpersist: refuse('unpersist'),
    destroy: refuse('destroy'),
    toString: () => `Broadcast(${hash.slice(0, 8)})`,
  };
}

/** A function that captures a broadcast has it; a record's method may have come without. */
export function notHere(hash: string): LevinError {
  return new LevinError({
    code: 'BROADCAST_NOT_HERE',
    fault: 'user',
    message: `The value of broadcast ${hash.slice(0, 8)} was asked for where no function that captures it runs: after its task had ended, or by a method of a record whose class captures it. Read .value inside the function, and let the function capture the broadcast itself.`,
  });
}
