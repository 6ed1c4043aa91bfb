/** What `npm run model` needs and this machine has not. */
export function missingTools(): readonly string[];
