import { errorCode } from '../../engine/errors/levin-error.ts';
import type { AwsEngine } from '../../engine/types/aws-engine.ts';
import type { AppStart } from '../journal/journal-entry.ts';

/** Exit code of a process whose lease was taken, is held by another driver, or could not be renewed: that one goes on, or another shall. (75: try again later.) */
export const LEASE_LOST_EXIT = 75;

/** Whether a failure says nothing about the job: another driver has the application, or may have it. */
export function isElsewhere(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'LEASE_LOST' || code === 'APP_IS_RUNNING';
}

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
