export { type JobEndOptions, LevinEngine } from './levin-engine.ts';
export type { EngineEncryption, LevinEngineProps } from './levin-engine-props.ts';
export type { ScheduledJobOptions } from './schedules.ts';
