/** `levin/testing`: engines for tests of jobs that run on AWS. */
export { type EmulatedEngine, type EmulatedEngineOptions, type EmulatedService, startEmulatedEngine } from './emulated-engine.ts';
export type { EmulatorFault, InjectedFault } from './emulators/emulator-faults.ts';
export type { RecordedRequest } from './emulators/recorded-request.ts';
export type { TestEngineOptions } from './engine-functions.ts';
export type { BegunInvocation, InvokeEndpoint, RecordedInvocation } from './invoke-endpoint/invoke-endpoint.ts';
export type { FunctionContainer } from './localstack/docker.ts';
export { type LocalStackEngine, startLocalStackEngine } from './localstack/localstack-engine.ts';
export type { TestEngine } from './test-engine.ts';
