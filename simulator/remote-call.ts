import { LevinError } from '../engine/errors/levin-error.ts';
import { type LatencyMs, latencyAt } from './facts.ts';
import type { FaultLimit } from './fault-plan.ts';
import type { Bandwidth } from './request-rates.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

export interface RemoteCaller {
  readonly world: SimWorld;
  readonly process: SimProcess;
  /** Draws latencies. */
  readonly next: () => number;
  readonly sent: Bandwidth;
  readonly received: Bandwidth;
  /** Faults that end this caller are counted here: they must stay below what is promised to be survived. */
  readonly crashLimits: () => readonly FaultLimit[];
}

export interface RemoteCall<T> {
  /** `put`, `get` …, with the store's name: part of the fault points' names. */
  readonly name: string;
  readonly key: string;
  /** All keys, where they are several. */
  readonly keys?: readonly string[];
  readonly latency: LatencyMs;
  /** Bytes sent. */
  readonly bytes?: number;
  readonly onSent?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly effect: () => Promise<T>;
}

/** Retries give up after five tries, conditional writes of unknown outcome after three: a call must get through before. */
const MAX_FAILURES_OF_A_CALL = 2;
const MAX_PAUSES = 2;
const SLOW = 100;
const MAX_SLOW_MS = 10_000;
/** An attempt makes hundreds of calls: all of them late, it would not end in its time, however often it is made. */
const MAX_SLOW = 50;
const PAUSE_MS = 40_000;
/** Longer than any attempt may take. */
const STUCK_MS = 1_000_000;
/** What a caller waits until it takes an answer for lost. */
const LOST_AFTER_MS = 3_000;

/**
 * One request to a service: on its way, the effect, the answer on its way; with a fault point on either side of the effect.
 * ```
 *   caller ──latency──▶ (crash · 503 · pause) effect (crash · lost response · pause) ──latency──▶ caller
 * ```
 */
export function remoteCall<T>(caller: RemoteCaller, call: RemoteCall<T>): Promise<T> {
  const { signal } = call;
  const answer = request(caller, call);
  if (signal === undefined) return caller.process.live(answer);
  // Whoever aborts has the reason at once; the request goes on by itself.
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    caller.process
      .live(answer)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function request<T>(caller: RemoteCaller, call: RemoteCall<T>): Promise<T> {
  const { world, process, next } = caller;
  const { plan, clock } = world;
  call.signal?.throwIfAborted();
  const point = `${process.name} ${call.name} ${call.key}`;
  const failures: FaultLimit[] = [{ scope: `failures ${point}`, most: MAX_FAILURES_OF_A_CALL }];
  const pauses: FaultLimit[] = [{ scope: `pauses ${process.name}`, most: MAX_PAUSES }];
  const slow = plan.strikes('slow', point, [{ scope: `slow ${process.name}`, most: MAX_SLOW }]) ? SLOW : 1;
  const latencyMs = latencyAt(call.latency, next());
  const totalMs = Math.max(latencyMs, Math.min(latencyMs * slow, MAX_SLOW_MS));

  const { onSent } = call;
  const sendingMs = caller.sent.transferMs(call.bytes ?? 0, clock.monotonic());
  if (onSent === undefined) await clock.sleep(totalMs / 2 + sendingMs);
  else {
    await clock.sleep(sendingMs);
    process.call(onSent);
    await clock.sleep(totalMs / 2);
  }
  if (plan.strikes('pause', `${point} before`, pauses)) process.pause(PAUSE_MS * plan.number(point));
  if (plan.strikes('crash', `${point} before`, caller.crashLimits())) return await crash(process);
  if (plan.strikes('stuck', `${point} before`, caller.crashLimits())) process.pause(STUCK_MS);
  world.arrived(process.name, call.name);
  const allowed = world.rates.allows(call.name, call.key.slice(0, call.key.lastIndexOf('/')), clock.monotonic());
  if (!allowed || plan.strikes('unavailable', point, failures)) {
    await clock.sleep(totalMs / 2);
    throw allowed ? unavailable(call.name, call.key) : throttled(call.name, call.key);
  }
  const result = await call.effect();
  world.trace(point);
  await world.observe({ process: process.name, name: call.name, key: call.key, keys: call.keys ?? [call.key] });
  if (plan.strikes('crash', `${point} after`, caller.crashLimits())) return await crash(process);
  if (plan.strikes('pause', `${point} after`, pauses)) process.pause(PAUSE_MS * plan.number(point));
  if (plan.strikes('lostResponse', point, failures)) {
    await clock.sleep(LOST_AFTER_MS);
    throw lost(call.name, call.key);
  }
  const bytes = result instanceof Uint8Array ? result.length : 0;
  await clock.sleep(totalMs / 2 + caller.received.transferMs(bytes, clock.monotonic()));
  return result;
}

function crash(process: SimProcess): Promise<never> {
  process.kill();
  return new Promise(() => undefined);
}

function unavailable(name: string, key: string): LevinError {
  return new LevinError({
    code: 'STORE_UNAVAILABLE',
    fault: 'transient',
    message: `${name} of "${key}" was refused for now (503).`,
    details: { effect: 'none' },
  });
}

function throttled(name: string, key: string): LevinError {
  return new LevinError({
    code: 'THROTTLED',
    fault: 'transient',
    message: `${name} of "${key}" was refused: too many requests (503).`,
    details: { effect: 'none' },
  });
}

function lost(name: string, key: string): LevinError {
  return new LevinError({
    code: 'RESPONSE_LOST',
    fault: 'transient',
    message: `${name} of "${key}" was not answered in ${LOST_AFTER_MS} ms; it may have been done.`,
  });
}
