/** An invocation, to its environment. */
export interface ToRuntime {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  readonly deadlineMs: number;
}

export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FromRuntime =
  | { readonly kind: 'ready' }
  | { readonly kind: 'initFailed'; readonly error: RuntimeError }
  /** `payload`: JSON. */
  | { readonly kind: 'returned'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'threw'; readonly requestId: string; readonly error: RuntimeError };
