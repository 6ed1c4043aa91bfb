/** levin on simulated services, in virtual time: `levin/simulator`. */

export type { SimJob, SimOutcome } from './drivers.ts';
export { AWS_FACTS, type CostModel, DEFAULT_COSTS, type Facts, type LatencyMs } from './facts.ts';
export { FAULT_KINDS, type FaultKind, type FaultRates } from './fault-plan.ts';
export { type PredictOptions, predictRun } from './predict.ts';
export { type SimResult, type SimulateOptions, simulate } from './simulate.ts';
