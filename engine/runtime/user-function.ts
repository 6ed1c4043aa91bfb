/** A closure of the stage, rebuilt. Its arguments and its result are the user's business. */
export type UserFunction = (...args: readonly unknown[]) => unknown;

/** The operation that a closure or a step belongs to, for messages. */
export interface OperationRef {
  /** `map`, `reduceByKey` …: what the user called. */
  readonly operation: string;
  /** `job.ts:12:8`; null when the step has no closure and so no call site. */
  readonly site: string | null;
}

/** `map at job.ts:12:8` */
export function operationText(ref: OperationRef): string {
  return ref.site === null || ref.site === '' ? ref.operation : `${ref.operation} at ${ref.site}`;
}
