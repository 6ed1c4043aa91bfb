/** Read when the module is loaded, as configuration often is. */
const { GREETING: greeting = null, AWS_REGION: region = null } = process.env;

export function environmentHere(): object {
  return { greeting, region };
}
