import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['unit', 'contract', 'plans', 'e2e', 'types'].map((kind) => ({
      test: { name: kind, include: [`test/${kind}/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000 },
    })),
  },
});
