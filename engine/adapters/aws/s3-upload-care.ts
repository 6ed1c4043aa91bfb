import { errorCode } from '../../errors/levin-error.ts';
import { isTransient } from '../../errors/transient.ts';
import { createRetryPolicy, type RetryOptions, type RetryPolicy } from '../../ports/wrappers/retry-policy.ts';

export interface UploadCareOptions extends Pick<RetryOptions, 'clock' | 'random'> {
  /** Told of what is left behind and costs money. */
  readonly onWarning: (message: string) => void;
}

type Repeat = <T>(signal: AbortSignal | undefined, call: () => Promise<T>) => Promise<T>;

/** What becomes of single requests of an upload that fail; the call that the upload serves is tried again as a whole by the wrappers. */
export interface UploadCare {
  /** For requests that may be made twice. */
  readonly repeat: Repeat;
  /** The same for aborts: whoever was told to end waits for them. */
  readonly repeatAbort: Repeat;
  readonly onWarning: (message: string) => void;
}

/** An abort that is throttled is given up after about this long. */
const ABORT_PATIENCE_MS = 10_000;

/** One attempt each, and nobody is told. */
export const NO_CARE: UploadCare = {
  repeat: (_signal, call) => call(),
  repeatAbort: (_signal, call) => call(),
  onWarning: () => undefined,
};

export function createUploadCare({ clock, random, onWarning }: UploadCareOptions): UploadCare {
  return {
    repeat: repeatBy(createRetryPolicy({ clock, random })),
    repeatAbort: repeatBy(createRetryPolicy({ clock, random, throttledMs: ABORT_PATIENCE_MS })),
    onWarning,
  };
}

/** An upload that was ended or completed stays so. */
export function isWorthRepeating(error: unknown): boolean {
  return isTransient(error) && errorCode(error) !== 'UPLOAD_GONE';
}

function repeatBy(policy: RetryPolicy): Repeat {
  return async (signal, call) => {
    const made = await policy.run(signal, async () => {
      try {
        return { answer: await call() };
      } catch (error) {
        if (isWorthRepeating(error)) throw error;
        return { refusal: error };
      }
    });
    if ('refusal' in made) throw made.refusal;
    return made.answer;
  };
}
