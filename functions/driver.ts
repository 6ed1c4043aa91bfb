import { LevinError } from '../engine/errors/levin-error.ts';

/** The function whose environment describes the engine to drivers that look for it. */
export async function handler(): Promise<never> {
  throw new LevinError({
    code: 'DRIVER_FUNCTION',
    fault: 'user',
    message: 'This function describes the engine by its environment; it is not to be invoked. Run jobs with levin run job.ts --on aws.',
  });
}
