/** How many programs a test runs: `LEVIN_PROGRAMS` is a factor, for longer runs. */
export function programCount(inCi: number): number {
  return Math.ceil(inCi * (Number(process.env['LEVIN_PROGRAMS']) || 1));
}
