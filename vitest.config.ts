import { defineConfig, type ViteUserConfig } from 'vitest/config';

const KINDS = ['unit', 'contract', 'plans', 'e2e', 'model', 'simulation', 'types', 'localstack'];

/** Only so that what hangs fails: a busy machine may take ten times as long as an idle one. */
const HANG_MS = 240_000;

const config: ViteUserConfig = defineConfig({
  test: {
    projects: KINDS.map((kind) => ({
      test: { name: kind, include: [`test/${kind}/**/*.test.ts`], testTimeout: HANG_MS, hookTimeout: HANG_MS },
    })),
  },
});
export default config;
