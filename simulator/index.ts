/** levin on simulated services, in virtual time: `levin/simulator`. */
export { AWS_FACTS, type CostModel, DEFAULT_COSTS, type Facts, type LatencyMs } from './facts.ts';
export { FAULT_KINDS, type FaultKind, type FaultRates } from './fault-plan.ts';
export { type SimJob, type SimResult, type SimulateOptions, simulate } from './simulate.ts';
