import { LevinError } from '../../errors/levin-error.ts';

/** An answer that lacks what it must have: a proxy in between, or an S3 that is none. */
export function answerWithout(call: { readonly verb: string; readonly key?: string }, what: string): LevinError {
  return new LevinError({
    code: 'SERVICE_FAILED',
    fault: 'transient',
    message: `Cannot ${call.verb} the object "${call.key ?? ''}": S3's answer came without ${what}. If this happens again, look for a proxy between.`,
    details: { key: call.key },
  });
}
