import { hash } from 'node:crypto';

/** SHA-256 truncated to 128 bits, base64url: 22 characters. */
export function digest(text: string): string {
  return hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');
}
