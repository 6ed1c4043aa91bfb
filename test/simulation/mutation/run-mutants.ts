import { mapBounded } from '../../../engine/ports/map-bounded.ts';
import { type Found, findSeed } from './find-seed.ts';
import { mutants } from './mutants.ts';
import { patchOf } from './patch.ts';

export interface RunMutants {
  readonly count: number;
  readonly only: string | undefined;
  readonly workers: number;
}

/** Plants each mutant and runs seeds until one goes wrong. Gives the names of those that no seed has noticed. */
export async function runMutants(say: (line: string) => void, { count, only, workers }: RunMutants): Promise<readonly string[]> {
  const chosen = mutants.filter(({ name }) => only === undefined || name.includes(only));
  const unseen = await mapBounded(chosen, { concurrency: workers }, async (mutant) => {
    const found = await findSeed(patchOf(mutant), { from: 0, count });
    say(`${found === null ? 'NOT SEEN' : textOf(found)}   ← ${mutant.name}`);
    return found === null ? [mutant.name] : [];
  });
  return unseen.flat();
}

function textOf(found: Found): string {
  if (found.kind === 'crash') return `does not start: ${found.message}`;
  return `seed ${found.seed}: ${found.kind === 'hangs' ? 'never ends' : found.wrong.slice(0, 140)}`;
}
