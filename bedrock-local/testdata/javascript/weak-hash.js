import { createHash } from 'node:crypto';

export function fingerprint(text) {
  return createHash('md5').update(text).digest('hex');
}
