import { LevinError } from '../../engine/errors/levin-error.ts';
import type { CallSite } from '../../engine/types/call-site.ts';

/** The same error with the call that it is of, for what happens where no function of the user's is on the stack. */
export function atCall(error: unknown, call: { readonly name: string; readonly callSite: CallSite | null }): unknown {
  const { name, callSite } = call;
  if (!(error instanceof LevinError) || callSite === null) return error;
  const { code, fault, details } = error;
  const message = `${error.message} (${name} at ${callSite.file}:${callSite.line}:${callSite.column})`;
  return new LevinError({ code, fault, message, details, cause: error });
}
