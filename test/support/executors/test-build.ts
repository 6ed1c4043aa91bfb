import type { Build } from '../../../engine/runtime/supervisor/executor-protocol.ts';

export const TEST_BUILD: Build = { levin: '0.0.0-test', nodeMajor: 24 };
