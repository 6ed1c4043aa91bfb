/** A budget of requests that are made only because others are late. */
export interface ExtraRequests {
  /** A call was made: it earns a share of an extra one. */
  earn(): void;
  /** Whether an extra one may be made now; it is spent. */
  spend(): boolean;
}

/** More than these are not saved up: a service that is slow for everybody is not asked twice by everybody. */
const MOST_SAVED = 10;

/** `share` of all calls may be asked again, and one more at the start. */
export function createExtraRequests(share: number): ExtraRequests {
  let saved = 1;
  return {
    earn() {
      saved = Math.min(MOST_SAVED, saved + share);
    },
    spend() {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
