/** What an engine's driver function is invoked with, asynchronously. */
export type DriverEvent = DriveEvent | StartEvent;

/** Runs a driver of an application that was submitted. */
export interface DriveEvent {
  readonly kind: 'drive';
  readonly appId: string;
  /** Counts the application's drivers, from 1 on: of two deliveries of one event, and of an event that has been overtaken, nothing comes. */
  readonly life: number;
  /** How the life before ended, when it was not by handing over. */
  readonly after?: string;
}

/** Submits an application, as a schedule does. */
export interface StartEvent {
  readonly kind: 'start';
  /** Of the packed job: a key in the engine's bucket, or `s3://bucket/key`. */
  readonly job: string;
  /** When it is due, ISO 8601 in UTC: part of the application's id. */
  readonly at: string;
  /** Names this occasion: two deliveries of it start one application. */
  readonly token: string;
}

/** `source` and `detail-type` of the EventBridge event that tells of an application's end. */
export const END_EVENT = { source: 'levin', detailType: 'Levin Application Ended' } as const;

/** Its `detail`. */
export interface ApplicationEnded {
  readonly engine: string;
  readonly appId: string;
  readonly name: string;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  /** Why it failed. */
  readonly message: string | null;
  /** Dollars, as far as it was metered; null: nothing was. */
  readonly cost: number | null;
}
