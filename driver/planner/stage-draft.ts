import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { StagePlan } from '../../engine/plan/stage-plan.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

/** What a leaf of a stage's plan reads; the index is the leaf's in `plan.nodes`. */
export type LeafBinding =
  | { readonly kind: 'slices'; readonly node: Extract<LineageNode, { kind: 'slices' }> }
  | { readonly kind: 'text'; readonly node: Extract<LineageNode, { kind: 'textFile' }> }
  | { readonly kind: 'files'; readonly node: Extract<LineageNode, { kind: 'files' }> }
  /** Partition p reads the reducer partitions `[groups[p], groups[p + 1])` of the stage. `asked`: the user said how many there are. */
  | { readonly kind: 'shuffle'; readonly stage: number; readonly groups: readonly number[]; readonly asked?: true }
  /** Partition p begins where the counts of the partitions before it end; null: there is one partition. */
  | { readonly kind: 'firstIndex'; readonly stage: number | null };

/** What a stage does and reads. */
type BarePlan = Pick<StageDraft, 'plan' | 'closures' | 'leaves'>;

/**
 * A stage as planned from the lineage: what its tasks do, not yet which input bytes they read.
 *
 * ```
 *  lineage:  textFile ─ flatMap ─ map ─ reduceByKey ─ filter        action: collect
 *  stages:   └── stage 0 (shuffleWrite) ──┘└── stage 1 (collect) ──┘
 * ```
 */
export interface StageDraft {
  /** Counts from 0 in the application. */
  readonly stage: number;
  readonly kind: 'map' | 'sample' | 'result';
  /** `reduceByKey at job.ts:12` */
  readonly name: string;
  readonly plan: StagePlan;
  readonly closures: readonly ShippedClosure[];
  readonly leaves: ReadonlyMap<number, LeafBinding>;
  /** The same as if nothing in it were persisted, which is what its identity is made of; absent: nothing is. */
  readonly bare?: BarePlan;
  /** Stages whose output this one reads, or whose samples give its bounds. */
  readonly parents: readonly number[];
  /** The stage whose samples give the bounds of this one's range partitioner. */
  readonly boundsFrom: number | null;
  /** RDDs of it that ask for memory. Absent: none. */
  readonly sized?: readonly LineageNode[];
  /** What the stage computes, but for input listings and bounds. */
  readonly lineageFingerprint: string;
  /** The n-th stage of this application with that fingerprint. */
  readonly use: number;
}
