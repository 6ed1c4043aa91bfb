/** Names that say what they hold. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY$|ENCRYPTION_?KEY/i;

/** Shorter values stand in other texts by chance. */
const MIN_LENGTH = 8;

/** Names of environment variables that look like secrets and whose value stands in what a function takes with it, in clear text. */
export function capturedSecrets(encoded: Uint8Array, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value !== undefined && value.length >= MIN_LENGTH && bytes.includes(value))
    .map(([name]) => name);
}
