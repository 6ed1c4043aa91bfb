/** What no executor may use: levin's own API and test frameworks. Functions that do are refused when they are shipped. */
export const DRIVER_ONLY: readonly (string | RegExp)[] = [
  'levin',
  /^levin\//,
  'vitest',
  /^vitest\//,
  /^@vitest\//,
  'node:test',
  /^node:test\//,
];
