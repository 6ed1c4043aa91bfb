import type { Clock } from '../clock.ts';
import type { ObjectBody } from '../object-body.ts';
import type { ObjectStore, PutOptions, PutResult } from '../object-store.ts';
import { createExtraRequests, type ExtraRequests } from './extra-requests.ts';
import { createLatencyModel, type LatencyModel, type LatencyModelOptions, OBJECT_LATENCY } from './latency-model.ts';

export interface WriteResend {
  /** From the call to the answer. */
  readonly wholes: LatencyModel;
  /** From the last byte sent to the answer. */
  readonly answers: LatencyModel;
  readonly extra: ExtraRequests;
}

/** Writes take longer than reads. */
const WRITE_LATENCY: LatencyModelOptions = { ...OBJECT_LATENCY, firstMs: 400 };

/** A larger body takes long by its size, and costs its transfer again. */
const MAX_RESENT_BYTES = 16 * 1024 * 1024;

/** Sent is what the operating system has taken: so much of it may be on its way still, in the buffers of a connection. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** What a process learns of one service's writes; all its stores share it. `share`: of puts that may be sent again. */
export function createWriteResend({
  share = 0.01,
  latency = WRITE_LATENCY,
}: {
  share?: number;
  latency?: LatencyModelOptions;
} = {}): WriteResend {
  return { wholes: createLatencyModel(latency), answers: createLatencyModel(latency), extra: createExtraRequests(share) };
}

export interface ResendOptions {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly resend: WriteResend;
}

/**
 * Sends a plain put again when it is late, over another connection, once.
 *
 * ```
 *  call ────── body ──────▶ sent ────── answer
 *   └ timer 1: latency + bytes / bandwidth ┘
 *                            └ timer 2: what an answer takes: a slow answer shows long before a slow transfer would
 * ```
 * The first request is aborted and has ended before the body is read again; it may have been done all the same. That harms nobody: objects are immutable, so
 * whoever puts twice under one key puts the same bytes. An if-absent put elects, or its key comes again after a delete, and is never sent again here. The second put has no timers:
 * however wrong the expectation is, it gets through.
 */
export function resendObjectStore(store: ObjectStore, options: ResendOptions): ObjectStore {
  return {
    ...store,
    async put(key, body, putOptions = {}) {
      if (putOptions.ifAbsent === true || body.byteLength > MAX_RESENT_BYTES) return await store.put(key, body, putOptions);
      options.resend.extra.earn();
      const first = await putTimed(store, { key, body, putOptions }, options);
      return first ?? (await store.put(key, body, putOptions));
    },
  };
}

interface TimedPut {
  readonly key: string;
  readonly body: ObjectBody;
  readonly putOptions: PutOptions;
}

const LATE: Error = new DOMException('The put is late and is sent again.', 'AbortError');

/** Null: it was late and is given up. */
async function putTimed(store: ObjectStore, put: TimedPut, { clock, resend }: ResendOptions): Promise<PutResult | null> {
  const { key, body, putOptions } = put;
  const { wholes, answers, extra } = resend;
  const { signal } = putOptions;
  const attempt = new AbortController();
  const timers = new AbortController();
  const onAbort = (): void => attempt.abort(signal?.reason);
  const startMs = clock.monotonic();
  let sentMs: number | null = null;
  let late = false;
  const arm = (ms: number): void => {
    clock.sleep(ms, { signal: timers.signal }).then(
      () => {
        late ||= extra.spend();
        if (late) attempt.abort(LATE);
      },
      () => undefined,
    );
  };
  const heldBytes = Math.min(body.byteLength, MAX_HELD_BYTES);
  const onSent = (): void => {
    sentMs = clock.monotonic();
    arm(answers.lateMs(heldBytes));
    putOptions.onSent?.();
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  arm(wholes.lateMs(body.byteLength));
  try {
    return await store.put(key, body, { ...putOptions, signal: attempt.signal, onSent });
  } catch (error) {
    signal?.throwIfAborted();
    if (!late) throw error;
    return null;
  } finally {
    timers.abort(LATE);
    signal?.removeEventListener('abort', onAbort);
    const endMs = clock.monotonic();
    wholes.observe(endMs - startMs, body.byteLength);
    if (sentMs !== null) answers.observe(endMs - sentMs, heldBytes);
  }
}
