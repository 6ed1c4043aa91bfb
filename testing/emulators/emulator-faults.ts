/** What goes wrong at a request, as it would over the real wire. */
export type EmulatorFault =
  /** AWS refuses or fails before it does anything. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Of the error itself: `CancellationReasons`. */
      readonly fields?: Readonly<Record<string, unknown>>;
    }
  /** The connection breaks, before the request was done or when its answer was due. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** No answer, ever. */
  | { readonly kind: 'silence'; readonly when: 'before' | 'after' }
  /** The answer comes late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The connection breaks in the middle of the answer's body. */
  | { readonly kind: 'truncate' }
  /** One bit of the answer's body is another. */
  | { readonly kind: 'damage' }
  /** S3, DeleteObjects: this key of the batch is not deleted. */
  | { readonly kind: 'refuseKey'; readonly key: string; readonly code: string; readonly message: string };

export interface InjectedFault {
  /** AWS's name of the operation: `PutObject`, `TransactWriteItems`. */
  readonly operation: string;
  /** Only requests that are signed with this access key id. */
  readonly caller?: string;
  /** The first request that fails, counted from the injection; default 1. */
  readonly nth?: number;
  /** From then on every request of this number; default 1, each. */
  readonly every?: number;
  /** How many fail; default 1. */
  readonly times?: number;
  readonly fault: EmulatorFault;
}

export interface FaultBook {
  inject(fault: InjectedFault): void;
  /** The faults of the next request of this operation; counts it. */
  next(operation: string, caller?: string | null): readonly EmulatorFault[];
  /** Requests by operation, those with faults included. */
  calls(): Readonly<Record<string, number>>;
  /** Requests are answered as they should be again. */
  endFaults(): void;
  /** Injected and not met in full: a test that ends with some did not test what it says. */
  pending(): readonly InjectedFault[];
}

export function createFaultBook(): FaultBook {
  let injected: { readonly fault: InjectedFault; seen: number }[] = [];
  const calls: Record<string, number> = {};
  const struck = ({ fault: { nth = 1, every = 1, times = 1 }, seen }: (typeof injected)[number]): number =>
    Math.min(times, Math.max(0, Math.floor((seen - nth) / every) + 1));
  return {
    inject: (fault) => void injected.push({ fault, seen: 0 }),
    next(operation, caller = null) {
      calls[operation] = (calls[operation] ?? 0) + 1;
      return injected.flatMap((entry) => {
        if (entry.fault.operation !== operation || (entry.fault.caller ?? caller) !== caller) return [];
        const before = struck(entry);
        entry.seen++;
        return struck(entry) > before ? [entry.fault.fault] : [];
      });
    },
    calls: () => ({ ...calls }),
    endFaults() {
      injected = [];
    },
    pending: () => injected.filter((entry) => struck(entry) < (entry.fault.times ?? 1)).map(({ fault }) => fault),
  };
}
