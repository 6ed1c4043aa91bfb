import { defineConfig, type ViteUserConfig } from 'vitest/config';

const KINDS = ['unit', 'contract', 'plans', 'e2e', 'model', 'simulation', 'types', 'localstack'];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: KINDS.map((kind) => ({
      test: { name: kind, include: [`test/${kind}/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000 },
    })),
  },
});
export default config;
