/** How user code gets to the executor. */
export type Pipeline = 'loader' | 'bundle' | 'minified';

export const PIPELINES: readonly Pipeline[] = ['loader', 'bundle', 'minified'];

/** One case, run. */
export interface CaseResult {
  readonly file: string;
  readonly row: string;
  readonly name: string;
  /** What came back from the executor is what the case expects. */
  readonly shippedOk: boolean;
  /** The same function, run where it was made, gives what the case expects of that. */
  readonly unshippedOk: boolean;
  /** For people, when one of them is false. */
  readonly detail: string;
}

/** One refusal, provoked. */
export interface RefusalResult {
  readonly row: string;
  readonly name: string;
  readonly message: string;
  readonly code: string;
  /** Thrown by the call itself, before any action. */
  readonly atCall: boolean;
  readonly stack: string;
}
