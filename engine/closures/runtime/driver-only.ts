import { LevinError } from '../../errors/levin-error.ts';
import { SERIALIZE } from './symbols.ts';

/** Code of the error that a driver-only object answers with when a closure or a record reaches it. */
export const DRIVER_ONLY = 'DRIVER_ONLY';

/**
 * Declares that instances of a class must not travel. `what` is the whole reason, without prefix and path.
 *
 * @example declareDriverOnly(Context, 'the Context exists only on the driver; …');
 */
export function declareDriverOnly(target: { readonly prototype: object }, what: string): void {
  Object.defineProperty(target.prototype, SERIALIZE, {
    configurable: true,
    value: () => {
      throw new LevinError({ code: DRIVER_ONLY, fault: 'user', message: what });
    },
  });
}
