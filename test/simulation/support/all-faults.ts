import type { FaultRates } from '../../../simulator/fault-plan.ts';

/** Every kind of fault, so often that a small job meets most of them. */
export const ALL_FAULTS: FaultRates = {
  crash: 0.01,
  lostResponse: 0.02,
  unavailable: 0.05,
  partialBatch: 0.1,
  slow: 0.02,
  pause: 0.003,
  stuck: 0.002,
  takeOver: 0.5,
  flippedRead: 0.1,
  corrupt: 0.1,
  delete: 0.1,
  throttle: 0.05,
  lostInvocation: 0.05,
  duplicate: 0.1,
  deafExecutor: 0.5,
  slowNode: 0.1,
  taskError: 0.05,
};
