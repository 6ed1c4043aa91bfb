import { driverName, executorName, stackName } from '../../../engine/types/aws-engine.ts';
import { type Places, statementsOf } from '../../../infra/rights.ts';
import { TEST_ENGINE } from '../../../testing/engine-functions.ts';
import { EMULATED_ACCOUNT, EMULATED_REGION, type Policies } from './judge-calls.ts';

export interface EmulatedPolicies {
  readonly memorySizesMb: readonly number[];
  /** Buckets that the engine was made with. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** What an emulated engine's functions and callers may do: the rights that roles are made of, which test/e2e/infra/rights.test.ts compares with the template's. */
export function emulatedPolicies({ memorySizesMb, readable, writable }: EmulatedPolicies): Policies {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${EMULATED_REGION}:${EMULATED_ACCOUNT}:${rest}`;
  const executors = memorySizesMb.map((sizeMb) => executorName(TEST_ENGINE, sizeMb));
  const driver = driverName(TEST_ENGINE);
  const places: Places = {
    bucket: [`arn:aws:s3:::${stackName(TEST_ENGINE)}`],
    objects: [`arn:aws:s3:::${stackName(TEST_ENGINE)}/*`],
    table: [arn('dynamodb', `table/${stackName(TEST_ENGINE)}`)],
    executors: executors.map((name) => arn('lambda', `function:${name}`)),
    driver: [arn('lambda', `function:${driver}`)],
    driverFailures: [],
    scheduledJobs: [],
    eventBus: [arn('events', 'event-bus/default')],
    ownLogs: [],
    readableBuckets: [...readable, ...writable].map((name) => `arn:aws:s3:::${name}`),
    readableObjects: [...readable, ...writable].map((name) => `arn:aws:s3:::${name}/*`),
    writableObjects: writable.map((name) => `arn:aws:s3:::${name}/*`),
    stagedRecords: [stackName(TEST_ENGINE), ...writable].map((name) => `arn:aws:s3:::${name}/*_levin/staged/*`),
    key: [],
  };
  const of = {
    ...Object.fromEntries(executors.map((name) => [name, statementsOf('executor', places)])),
    [driver]: statementsOf('driver', places),
  };
  return { of: { ...of, caller: statementsOf('caller', places), scheduler: statementsOf('scheduler', places) }, bucket: [] };
}
