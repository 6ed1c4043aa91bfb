const NONCE_DIGITS = 8;
const DELIVERY = new RegExp(`_[0-9a-f]{${NONCE_DIGITS}}$`);

/** `<attempt>_<nonce>`: one delivery of an attempt. `random`: hex digits, eight at least. */
export function deliveryOf(attemptId: string, random: string): string {
  return `${attemptId}_${random.slice(0, NONCE_DIGITS)}`;
}

/** The attempt as the driver launched it, whichever delivery the id names. */
export function launchedId(attemptId: string): string {
  return attemptId.replace(DELIVERY, '');
}
