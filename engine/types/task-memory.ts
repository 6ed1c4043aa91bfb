/** Memory that one task may plan with. Facts, no accounts: what holds data asks for its share once, so that when it spills follows from plan, data and budget. */
export interface TaskMemory {
  /** Bytes, by estimate, that the operators and the shuffle writer of a task may hold together. */
  readonly executionBytes: number;
  /** Bytes, by estimate, that the values of one key may take where they are given as an array. */
  readonly groupBytes: number;
  /** Bytes of input asked for ahead of its consumer. */
  readonly readAheadBytes: number;
  /** What V8 lets the heap hold, its young generation apart. */
  readonly heapLimitBytes: number;
  /** Resident memory above which the process is stopped. */
  readonly residentLimitBytes: number;
}
