/** One process of one machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Where process ids mean the same: one machine, or one container. */
  readonly space: string;
  /** Tells it from a later process of the same id; null where the system does not say. */
  readonly started: string | null;
}
