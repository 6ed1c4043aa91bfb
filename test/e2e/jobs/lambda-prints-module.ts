let failed = false;

/** Once in each environment. */
export function failOnce(): void {
  if (failed) return;
  failed = true;
  throw new Error('not yet');
}
