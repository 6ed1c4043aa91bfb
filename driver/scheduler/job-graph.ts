/**
 * - `map`: writes a shuffle for its children.
 * - `sample`: looks at keys; its children cannot be resolved before it is done, for their range bounds come from it.
 * - `result`: makes an action's answer; a job may ask for some of its partitions only.
 */
export type StageKind = 'map' | 'sample' | 'result';

export interface StageSpec {
  /** Counts from 0 in the application; jobs that share a shuffle name the same stage. */
  readonly stage: number;
  /** Stages whose output this one needs, or whose samples give its bounds. */
  readonly parents: readonly number[];
  readonly kind: StageKind;
  /** `reduceByKey at job.ts:12` */
  readonly name: string;
  /** Its tasks change something outside: what they did cannot be taken back. */
  readonly sideEffects?: boolean;
  /** A second attempt of a task may run beside the first: it gives the same, and nothing outside sees that there were two. */
  readonly copyable?: boolean;
  /** Its tasks run at the same time or not at all, and talk to each other: when one fails all begin anew. */
  readonly barrier?: boolean;
  /** Its tasks begin with the smallest size that has so much; absent: with the smallest of all. */
  readonly memoryMb?: number;
}

/** One run of an action, or of one round of it. */
export interface JobGraph {
  /** Counts from 0 in the application. */
  readonly job: number;
  /** Parents before children. A stage that is known from an earlier job keeps what is known of it. */
  readonly stages: readonly StageSpec[];
  readonly final: number;
  /** Default: `default`. */
  readonly pool?: string;
  /** The partitions of the final stage that the job asks for; null for all. */
  readonly partitions: readonly number[] | null;
}
