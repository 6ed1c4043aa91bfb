/**
 * Who has to act on a failure. Retry follows from it (docs/architecture.md, "Failures"):
 * - `user`: the job or its functions are wrong; trying again gives the same failure.
 * - `resource`: memory, time or disk ran out; another size or split may help.
 * - `transient`: the world failed; trying again may help.
 * - `internal`: levin is wrong; never expected.
 */
export type Fault = 'user' | 'resource' | 'transient' | 'internal';

export interface LevinErrorOptions {
  readonly code: string;
  readonly fault: Fault;
  /** What is wrong, the value, what would be right, what to do. */
  readonly message: string;
  /** JSON-safe facts for programs; never needed to understand the message. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every failure that levin reports.
 *
 * Decide on `code`, never on the message or `instanceof`: two copies of this class may be loaded in one process.
 */
export class LevinError extends Error {
  readonly code: string;
  readonly fault: Fault;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(options: LevinErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LevinError';
    this.code = options.code;
    this.fault = options.fault;
    this.details = options.details ?? {};
  }
}

/** Reads `code` of anything that was thrown; undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
