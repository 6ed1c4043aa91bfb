/** Entry of the driver function: each invocation is one life of the driver of an application that was submitted. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDriverHandler, type DriverHandler } from '../driver/submission/driver-handler.ts';
import { announceEnd, invokeDriver, openAwsWiring } from '../driver/wiring-aws.ts';
import { ownProcess } from '../engine/adapters/local/process-identity.ts';
import { readDriverEnvironment } from './env.ts';
import { startDriverProcess } from './start-driver-process.ts';

const env = readDriverEnvironment(process.env);
const { engine, localFiles } = env;
const { stores } = openAwsWiring({ engine, localFiles }, { requesterPays: false, upload: false });

export const handler: DriverHandler = createDriverHandler({
  engine: engine.name,
  stores,
  startProcess: (options) => startDriverProcess({ ...env, folder: dirname(fileURLToPath(import.meta.url)) }, options),
  invoke: (event) => invokeDriver(engine.name, event),
  announce: announceEnd,
  process: ownProcess(),
});
