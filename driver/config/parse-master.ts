import { availableParallelism } from 'node:os';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { DEFAULT_ENGINE, ENGINE_NAME } from '../../engine/types/aws-engine.ts';

export type Master =
  | { readonly kind: 'local'; readonly threads: number }
  | { readonly kind: 'local-cluster'; readonly executors: number; readonly cores: number; readonly memoryMb: number }
  /** Functions of an engine that is deployed on AWS, by its name. */
  | { readonly kind: 'aws'; readonly engine: string };

/** Reads `local`, `local[n]`, `local[*]`, `local-cluster[executors,cores,memoryMb]`, `aws` or `aws:engine`. */
export function parseMaster(text: string): Master {
  const local = /^local(?:\[(\*|\d+)\])?$/.exec(text);
  if (local !== null) {
    const threads = local[1] === undefined ? 1 : local[1] === '*' ? availableParallelism() : Number(local[1]);
    if (threads >= 1 && threads <= 1024) return { kind: 'local', threads };
  }
  const cluster = /^local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]$/.exec(text);
  if (cluster !== null) {
    const [executors, cores, memoryMb] = cluster.slice(1).map(Number) as [number, number, number];
    const fits = executors >= 1 && executors <= 1024 && cores >= 1 && cores <= 1024 && memoryMb >= 64;
    if (fits) return { kind: 'local-cluster', executors, cores, memoryMb };
  }
  const [, engine = DEFAULT_ENGINE] = /^aws(?::(.*))?$/s.exec(text) ?? [text, ''];
  if (ENGINE_NAME.test(engine)) return { kind: 'aws', engine };
  throw new LevinError({
    code: 'INVALID_CONFIG',
    fault: 'user',
    message:
      `master is "${text}"; it must be local, local[n], local[*] (n from 1 to 1024), local-cluster[executors,cores,memoryMb] (at least 1, 1 and 64), ` +
      'aws or aws:engine (a name as levin deploy takes it: at most 24 lower case letters, digits and dashes, a letter first), ' +
      "for example --on 'local[4]' (quoted: shells expand brackets).",
  });
}
