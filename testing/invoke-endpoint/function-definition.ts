/** A function as it is deployed. */
export interface FunctionDefinition {
  readonly name: string;
  /** What would be zipped. */
  readonly folder: string;
  /** `executor.handler`: the export `handler` of `executor.mjs`, `.js` or `.ts` in the folder. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Its environment variables; `temporary` stands for the environment's own `/tmp`. */
  readonly environment: (temporary: string) => Readonly<Record<string, string>>;
  /** Invocations at once. Default: those of the account. */
  readonly reservedConcurrency?: number;
  /** How often an asynchronous invocation that failed is tried again. Default 2, as on AWS. */
  readonly asyncRetries?: number;
  /** Where failed asynchronous invocations go, and which function gets the messages, one at a time. */
  readonly onFailure?: { readonly queue: string; readonly deliversTo: string };
}
