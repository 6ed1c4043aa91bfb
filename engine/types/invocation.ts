/** The environment that ran an attempt, as it says itself. */
export interface EnvironmentReport {
  readonly id: string;
  /** This was its first invocation. */
  readonly cold: boolean;
  /** Resident memory when the attempt ended. */
  readonly memoryUsedBytes: number;
  /** Until the platform would have stopped it. */
  readonly timeLeftMs: number;
}

/** What Lambda bills and measured. */
export interface InvocationReport {
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly maxMemoryUsedMb: number;
  /** How long the environment took to start; null: it was there. */
  readonly initMs: number | null;
}

/** What goes on and is paid for whatever becomes of it. */
export interface PaidWork {
  readonly invocations: number;
  /** At most: until the functions' time limit. */
  readonly gbSeconds: number;
}

/** How an attempt is sent to where it goes on. */
export interface SentWith {
  /** Of the function. */
  readonly memoryMb: number;
  /** Names the invocation for attempts that share one; null: this one is alone. */
  readonly invocation: string | null;
}

/** What is known of the invocation of a function that ran an attempt, beside its outcome. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  /** null: the environment did not answer. */
  readonly environment: EnvironmentReport | null;
  /** null: Lambda did not say. */
  readonly report: InvocationReport | null;
}
