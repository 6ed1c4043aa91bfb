import { isTransient } from '../../errors/transient.ts';
import type { Clock } from '../clock.ts';

export interface RaceLate<T> {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly signal: AbortSignal | undefined;
  /** From when on it is late. */
  readonly lateMs: number;
  /** Whether it may be asked a second time; asked only when it is late. */
  readonly mayAskAgain: () => boolean;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** A request was answered after so long, or given up then because the other one was. */
  readonly onEnd: (ms: number) => void;
}

/** Aborts the request that nobody waits for any more. */
const OVERTAKEN: Error = new DOMException('The other request was answered first.', 'AbortError');

interface Request {
  readonly abort: AbortController;
  readonly sinceMs: number;
}

/**
 * Asks, and once more when the answer is late; the first answer counts, and the other request is aborted.
 *
 * ```
 *  ask ───────────────▶ late? ── mayAskAgain ──▶ ask
 *   └─ answer, or failure that stays: it counts; the other one is aborted
 *   └─ transient failure: it counts unless the other one is still on its way
 * ```
 */
export function raceLate<T>(race: RaceLate<T>): Promise<T> {
  const { clock, signal } = race;
  return new Promise<T>((resolve, reject) => {
    const open = new Set<Request>();
    const timer = new AbortController();
    const end = (): void => {
      timer.abort(OVERTAKEN);
      signal?.removeEventListener('abort', onAbort);
      for (const { abort } of open) abort.abort(signal?.aborted === true ? signal.reason : OVERTAKEN);
    };
    const onAbort = (): void => {
      end();
      open.clear();
      reject(signal?.reason as Error);
    };
    const send = (): void => {
      const request: Request = { abort: new AbortController(), sinceMs: clock.monotonic() };
      open.add(request);
      askOf(race, request).then(
        (answer) => {
          if (!open.delete(request)) return;
          const nowMs = clock.monotonic();
          for (const { sinceMs } of [request, ...open]) race.onEnd(nowMs - sinceMs);
          end();
          open.clear();
          resolve(answer);
        },
        (error: unknown) => {
          if (!open.delete(request) || (open.size > 0 && isTransient(error))) return;
          end();
          open.clear();
          reject(error as Error);
        },
      );
    };
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    clock.sleep(race.lateMs, { signal: timer.signal }).then(
      () => {
        if (open.size > 0 && race.mayAskAgain()) send();
      },
      () => undefined,
    );
    send();
  });
}

/** A call that throws has failed like one that rejects. */
async function askOf<T>({ ask }: RaceLate<T>, { abort }: Request): Promise<T> {
  return await ask(abort.signal);
}
