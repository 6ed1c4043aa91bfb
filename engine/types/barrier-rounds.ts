/** What a task asks of the others of its gang in one round; all must ask the same. */
export type BarrierCall = 'barrier' | 'allGather';

/** How a task of a barrier stage meets the others. */
export interface BarrierRounds {
  /** Waits until all have made the call, and gives what each said, by partition. */
  meet(call: BarrierCall, message: string): Promise<readonly string[]>;
  /** Ids of the attempts that run together, by partition. */
  readonly members: readonly string[];
}
