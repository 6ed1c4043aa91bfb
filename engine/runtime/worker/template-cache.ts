import { hash } from 'node:crypto';
import { unpack } from 'msgpackr';
import { LevinError } from '../../errors/levin-error.ts';
import type { TaskTemplate } from '../../plan/stage-plan.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { objectKeys } from '../../types/keys.ts';
import type { TaskSpec } from '../../types/task.ts';
import { readShared } from '../read-shared.ts';

/** Stages whose tasks a worker runs by turns; one more and the oldest is loaded again. */
const KEPT = 16;

/** Loads each stage's template once, however many of its tasks a worker runs. */
export interface TemplateCache<T> {
  get(spec: TaskSpec, signal: AbortSignal): Promise<T>;
}

/** `prepare` makes of a template what tasks need of it. What fails is not kept: the next task tries again. */
export function createTemplateCache<T>(
  objects: ObjectStore,
  prepare: (template: TaskTemplate, spec: TaskSpec) => Promise<T>,
): TemplateCache<T> {
  const kept = new Map<string, Promise<T>>();

  const load = async (spec: TaskSpec, signal: AbortSignal): Promise<T> => {
    const key = objectKeys.template(spec.appId, spec.template.hash);
    const bytes = await readShared(key, async () => {
      const read = spec.template.inline ?? (await objects.get(key, { signal }));
      if (hash('sha256', read, 'hex') !== spec.template.hash) throw corruptTemplate();
      return read;
    });
    return await prepare(unpack(bytes) as TaskTemplate, spec);
  };

  return {
    get(spec, signal) {
      const key = `${spec.template.hash}/${spec.bundleHash ?? ''}`;
      const found = kept.get(key) ?? load(spec, signal);
      kept.delete(key);
      kept.set(key, found);
      found.catch(() => kept.delete(key));
      if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
      return found;
    },
  };
}

function corruptTemplate(): LevinError {
  return new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message: 'It does not have the SHA-256 that it is named by.' });
}
