import { levin } from 'levin/vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({ plugins: [levin()], test: { testTimeout: 60_000, hookTimeout: 60_000 } });
export default config;
