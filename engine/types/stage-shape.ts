/** What one source of a stage's records is, as far as it decides how many tasks there are. */
export type StageRead =
  | {
      readonly kind: 'files';
      /** As the user gave it: tells sources apart. */
      readonly path: string;
      readonly files: number;
      readonly bytes: number;
      /** `bytes`: a file is cut into splits; `files`: whole files, neighbouring ones together; `none`: each file is one split. */
      readonly cut: 'bytes' | 'files' | 'none';
      readonly minPartitions: number;
      readonly partitions: number;
    }
  /** `range` and `parallelize`. */
  | { readonly kind: 'data'; readonly partitions: number }
  /** `asked`: the user said how many partitions; else it follows from the inputs. */
  | { readonly kind: 'shuffle'; readonly stage: number; readonly partitions: number; readonly asked: boolean };

/** A stage without its functions: what it reads, and what becomes of its records. */
export interface StageShape {
  readonly partitions: number;
  readonly reads: readonly StageRead[];
  /**
   * - `shuffle`: moves records to other stages; `combines`: merged by key before.
   * - `records`: a result as large as the data (collect, countByKey …); `value`: one of a fixed size for each task (count, reduce, takeOrdered …);
   *   `first`: some records, then the task ends (take).
   * - `files`: part files. `none`: nothing (foreach).
   */
  readonly writes:
    | { readonly kind: 'shuffle'; readonly combines: boolean }
    | { readonly kind: 'records' | 'value' | 'first' | 'files' | 'none' };
}
