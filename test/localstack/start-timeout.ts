/** LocalStack starts within seconds; this is for machines that first pull the image. */
export const START_TIMEOUT_MS = 300_000;
