/** How many programs a test runs: `LEVIN_PROGRAMS` is a factor, for longer runs; one where `LEVIN_PATH` names it. */
export function programCount(inCi: number): number {
  return 'LEVIN_PATH' in process.env ? 1 : Math.ceil(inCi * (Number(process.env['LEVIN_PROGRAMS']) || 1));
}
