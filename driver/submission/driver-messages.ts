import type { AwsEngine } from '../../engine/types/aws-engine.ts';
import type { AppStart } from '../journal/journal-entry.ts';

/** Exit code of a process whose lease was taken, or could not be renewed: another driver goes on, or shall. (75: try again later.) */
export const LEASE_LOST_EXIT = 75;

/** From the driver function's handler to the process that it drives the job in. */
export type ToDriver =
  | {
      readonly kind: 'start';
      readonly appId: string;
      readonly start: AppStart;
      /** Of the packed job's `driver.mjs`. */
      readonly file: string;
      readonly engine: AwsEngine;
      readonly localFiles: boolean;
    }
  | { readonly kind: 'handOver' };

/** The application's lease is free, and nothing is launched any more. */
export interface FromDriver {
  readonly kind: 'handedOver';
}
