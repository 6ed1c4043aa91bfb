export { LevinEngine } from './levin-engine.ts';
export type { EngineEncryption, LevinEngineProps } from './levin-engine-props.ts';
